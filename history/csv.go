package history

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"simrun/history/nearest"
)

// readCSV reads [CSV].
func readCSV(c *collector, r sized) ([]Event, error) {
	cut := &cutDetector{r: r}
	t := csv.NewReader(cut)
	t.ReuseRecord = true
	header, err := t.Read()
	if err == io.EOF {
		return nil, nil
	}
	if err != nil {
		return nil, c.csvError(err)
	}
	columns, err := csvColumns(header)
	if err != nil {
		return nil, c.fail(1, "%v", err)
	}
	var rows []csvRow
	for {
		cells, err := t.Read()
		if err == io.EOF {
			break
		}
		if err != nil {
			return nil, c.csvError(err)
		}
		line, _ := t.FieldPos(0)
		row, err := parseCSVRow(cells, columns, c.in)
		if err != nil {
			return nil, c.fail(line, "%v", err)
		}
		row.line = line
		if rows = append(rows, row); len(rows) == sampleSize {
			rows = slices.Grow(rows, c.estimate(t.InputOffset()))
		}
	}
	if len(rows) > 0 && cut.last != '\n' {
		return nil, c.fail(rows[len(rows)-1].line, "the last line does not end in a newline: it may be cut off")
	}
	return c.intervals(rows)
}

// cutDetector remembers the last byte of a text, and fails if a line is longer than maxRecord.
type cutDetector struct {
	r    io.Reader
	last byte
	line int // bytes since the last newline
}

func (c *cutDetector) Read(b []byte) (int, error) {
	n, err := c.r.Read(b)
	if n > 0 {
		c.last = b[n-1]
	}
	if at := bytes.LastIndexByte(b[:n], '\n'); at >= 0 {
		c.line = n - at - 1
	} else if c.line += n; c.line > maxRecord {
		return 0, errRecordTooLong
	}
	return n, err
}

func (c *collector) csvError(err error) error {
	if errors.Is(err, errRecordTooLong) {
		return c.fail(0, "a record is longer than %d MiB", maxRecord>>20)
	}
	var parse *csv.ParseError
	if !errors.As(err, &parse) {
		return c.fail(0, "cannot read the rest of the file: %v", err)
	}
	if errors.Is(parse.Err, csv.ErrFieldCount) {
		return c.fail(parse.Line, "the number of cells differs from the header")
	}
	return c.fail(parse.Line, "%v at column %d", parse.Err, parse.Column)
}

var csvNames = []string{"process", "f", "key", "input", "output", "call", "return"}

const (
	csvProcess = iota
	csvF
	csvKey
	csvInput
	csvOutput
	csvCall
	csvReturn
)

// csvColumns returns the position in the header of each of csvNames, or -1.
func csvColumns(header []string) ([]int, error) {
	columns := make([]int, len(csvNames))
	for i := range columns {
		columns[i] = -1
	}
	for at, name := range header {
		name = strings.TrimSpace(strings.TrimPrefix(name, "\uFEFF"))
		i := slices.Index(csvNames, name)
		if i < 0 {
			return nil, nearest.Unknown("column", name, csvNames)
		}
		if columns[i] >= 0 {
			return nil, fmt.Errorf("column %s occurs twice", name)
		}
		columns[i] = at
	}
	for _, i := range []int{csvProcess, csvF, csvCall, csvReturn} {
		if columns[i] < 0 {
			return nil, fmt.Errorf("column %s is missing", csvNames[i])
		}
	}
	return columns, nil
}

type csvRow struct {
	op   Operation
	line int
}

func parseCSVRow(cells []string, columns []int, in *interner) (csvRow, error) {
	cell := func(i int) string {
		if columns[i] < 0 {
			return ""
		}
		return cells[columns[i]]
	}
	var row csvRow
	process, err := strconv.ParseInt(cell(csvProcess), 10, 64)
	if err != nil || process < 0 {
		return row, fmt.Errorf("process: expected a whole number from 0, got %q", cell(csvProcess))
	}
	op := Operation{Process: Process(process), Return: Never, Outcome: Info}
	op.F, op.Key = in.str(validText([]byte(cell(csvF)), false)), in.str(validText([]byte(cell(csvKey)), false))
	if op.F == "" {
		return row, errors.New("f: expected the name of an operation, got an empty cell")
	}
	if op.Input, err = csvValue(cell(csvInput), in); err != nil {
		return row, fmt.Errorf("input: %w", err)
	}
	if op.Output, err = csvValue(cell(csvOutput), in); err != nil {
		return row, fmt.Errorf("output: %w", err)
	}
	if op.Call, err = csvTime("call", cell(csvCall)); err != nil {
		return row, err
	}
	if text := cell(csvReturn); text != "" {
		op.Outcome = OK
		if op.Return, err = csvTime("return", text); err != nil {
			return row, err
		}
		if op.Return < op.Call {
			return row, fmt.Errorf("the operation returns at %d, before its call at %d", op.Return, op.Call)
		}
	} else if !op.Output.IsNull() {
		return row, errors.New("output: expected an empty cell, since the operation has no return")
	}
	row.op = op
	return row, nil
}

func csvTime(name, text string) (Time, error) {
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil || n < 0 || Time(n) == Never {
		return 0, fmt.Errorf("%s: expected a whole number of nanoseconds, got %q", name, text)
	}
	return Time(n), nil
}

// csvValue returns the value of an input or output cell.
func csvValue(text string, in *interner) (Value, error) {
	if text == "" {
		return Null, nil
	}
	v, err := parseJSONValue([]byte(text), in)
	if first := text[0] | 0x20; err != nil && first >= 'a' && first <= 'z' {
		return String(in.str([]byte(text))), nil
	}
	return v, err
}
