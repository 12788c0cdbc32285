package history

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"strconv"
)

// readJSONL reads [JSONL]. Any deviation from the format is an error.
func readJSONL(c *collector, r sized) ([]Event, error) {
	if r.size >= chunkedAt {
		return readChunks(c, r)
	}
	lines := newLineReader(r)
	for {
		line, ok := lines.next()
		if !ok {
			break
		}
		rec, err := parseJSONLine(line, c.in)
		if err != nil && lines.cut && isUnfinished(line) {
			c.cut.at(lines.number)
			return c.events, nil
		}
		if err := c.takeLine(&rec, err, lines.number); err != nil {
			return nil, err
		}
		c.reserve(lines.bytes)
	}
	if lines.failure != nil {
		return nil, c.unreadable(lines.number+1, lines.failure)
	}
	return c.events, nil
}

// isUnfinished reports whether a last line seems not to have been written to its end: whoever wrote it was stopped.
func isUnfinished(line []byte) bool {
	return !bytes.HasSuffix(line, []byte("}")) && bytes.HasPrefix(line, []byte("{"))
}

// takeLine adds the event of a line, or returns the error of the line.
func (c *collector) takeLine(rec *record, err error, line int) error {
	switch {
	case err != nil:
		return c.fail(line, "%v", err)
	case rec.Index != c.count:
		return c.fail(line, "index: expected %d, got %d; a line is missing, duplicated or out of order", c.count, rec.Index)
	}
	if err := c.numbered(rec, line); err != nil {
		return err
	}
	return c.add(rec, line)
}

func parseJSONLine(line []byte, in *interner) (record, error) {
	var rec record
	if plainLine(line, &rec, in) {
		return rec, nil
	}
	s := jsonScanner{text: line, in: in}
	if s.peek() == 0 {
		return rec, fmt.Errorf("the line is empty")
	}
	if err := s.record(&rec, true); err != nil {
		return rec, err
	}
	if s.peek() != 0 {
		return rec, fmt.Errorf("expected nothing after the object, got %s", quoteByte(s.text[s.at]))
	}
	return rec, rec.need(fieldIndex | fieldTime | fieldProcess | fieldType | fieldF)
}

// record parses an object that is an event. Unknown members are errors in strict mode,
// and are ignored otherwise.
func (s *jsonScanner) record(rec *record, strict bool) error {
	if err := s.expect('{'); err != nil {
		return err
	}
	if s.peek() == '}' {
		s.at++
		return nil
	}
	for {
		name, err := s.str()
		if err != nil {
			return err
		}
		f := fieldOf(name)
		if f == fieldUnknown && strict {
			return unknownMember(string(name))
		}
		if err := s.expect(':'); err != nil {
			return err
		}
		v, err := s.value()
		if err != nil {
			return err
		}
		if strict {
			err = rec.setStrict(f, v)
		} else {
			err = rec.setForeign(f, v)
		}
		if err != nil {
			return err
		}
		if s.peek() == '}' {
			s.at++
			return nil
		}
		if err := s.expect(','); err != nil {
			return err
		}
	}
}

func unknownMember(name string) error {
	return fmt.Errorf("unknown member of an event %s%s", clip([]byte(name)), meant(name, fieldNames))
}

// setStrict is set for the project's own format.
func (r *record) setStrict(f field, v Value) error {
	text, isString := v.AsString()
	switch f {
	case fieldKey, fieldNode, fieldError:
		if !isString {
			return fmt.Errorf("%v: expected a string, got %s", f, show(v))
		}
	case fieldProcess:
		if isString && text != "nemesis" {
			return fmt.Errorf("process: expected a whole number from 0 or \"nemesis\", got %q", text)
		}
	}
	return r.set(f, v)
}

// writeJSONL writes events in the format that [readJSONL] reads.
func writeJSONL(w io.Writer, events []Event) error {
	b := bufio.NewWriterSize(w, 1<<16)
	for i := range events {
		line := events[i].AppendJSON(b.AvailableBuffer())
		if _, err := b.Write(append(line, '\n')); err != nil {
			return err
		}
	}
	return b.Flush()
}

// AppendJSON appends e as an object of history.jsonl, without a newline.
func (e Event) AppendJSON(b []byte) []byte {
	b = append(b, `{"index":`...)
	b = strconv.AppendInt(b, int64(e.Index), 10)
	b = append(b, `,"time":`...)
	b = strconv.AppendInt(b, int64(e.Time), 10)
	b = append(b, `,"process":`...)
	if e.Process == Nemesis {
		b = append(b, `"nemesis"`...)
	} else {
		b = strconv.AppendInt(b, int64(e.Process), 10)
	}
	b = append(b, `,"type":"`...)
	b = append(b, e.Type.String()...)
	b = append(b, `","f":`...)
	b = appendText(b, e.F)
	if e.Key != "" {
		b = append(b, `,"key":`...)
		b = appendText(b, e.Key)
	}
	b = append(b, `,"value":`...)
	b = e.Value.AppendJSON(b)
	if e.Node != "" {
		b = append(b, `,"node":`...)
		b = appendText(b, e.Node)
	}
	if e.Error != "" {
		b = append(b, `,"error":`...)
		b = appendText(b, e.Error)
	}
	return append(b, '}')
}

// appendText appends a string that may not be valid UTF-8.
func appendText(b []byte, s string) []byte { return String(s).AppendJSON(b) }

// MarshalJSON implements [json.Marshaler]: an object of history.jsonl.
func (e Event) MarshalJSON() ([]byte, error) { return e.AppendJSON(nil), nil }

// UnmarshalJSON implements [json.Unmarshaler]. It is as strict as [Read] is for a line of
// history.jsonl.
func (e *Event) UnmarshalJSON(b []byte) error {
	rec, err := parseJSONLine(bytes.TrimSpace(b), nil)
	if err != nil {
		return fmt.Errorf("event: %w", err)
	}
	*e = rec.Event
	return nil
}
