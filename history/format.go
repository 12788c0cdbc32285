package history

import (
	"bytes"
	"fmt"

	"simrun/history/nearest"
)

// Format is a file format of histories.
type Format string

// Auto asks [Read] to detect the format, as [Detect] does.
const Auto Format = ""

const (
	// JSONL is the project's own format: one object per line, in order,
	//
	//	{"index":0,"time":1204000000,"process":3,"type":"invoke","f":"write","key":"x","value":7}
	//
	// where time is in nanoseconds, process is a number or "nemesis", type is one of
	// invoke, ok, fail and info, value is any JSON, and key, node and error are
	// strings. Value, key, node and error are optional. Other members are errors.
	JSONL Format = "jsonl"

	// EDN is the format of Jepsen, elle and Knossos: maps with :process, :type, :f,
	// :value, and optionally :time, :key, :node and :error, one after the other or in
	// one vector or list, with or without a tag such as #jepsen.history.Op.
	// Comments, discarded forms and anything else that Clojure prints are allowed;
	// other keys are ignored. Transactions of elle may leave out :f. A process
	// that is not a number is the nemesis. Porcupine's key-value logs are EDN too.
	//
	// Values become JSON: keywords (:a/b is "a/b"), symbols, characters and ratios become
	// strings, lists become arrays, sets become sorted arrays, tags become an object
	// {"#tag": form}. It is an error if that would make two different values of a file equal.
	EDN Format = "edn"

	// JepsenLog is the text log that jepsen.util writes, a line per event,
	//
	//	INFO  jepsen.util - 3	:invoke	:cas	[3 0]
	//
	// as in porcupine's etcd histories; or only the columns, as in Jepsen's
	// history.txt: process, type, f, value and optionally the error, in EDN. Lines
	// of other namespaces are ignored. The format has no times. The keyword in
	// ":info :write :timed-out" is the error, not a value.
	JepsenLog Format = "jepsen-log"

	// JSON is the format of elle-cli: an array of objects, or objects one after the
	// other, with process, type, f and value, and optionally time, key, node and error.
	// Other members are ignored. A process that has a name is the nemesis.
	JSON Format = "json"

	// CSV is a table of intervals with one operation per row. A header names the
	// columns, in any order:
	//
	//	process,f,key,input,output,call,return
	//	0,write,x,7,,1204000000,1209000000
	//	1,read,x,,7,1205000000,1207500000
	//
	// The columns process, f, call and return are required; key, input and output are
	// optional. Times are whole nanoseconds; an empty return means that the operation
	// never completed. An input or output is a JSON value, or other text that begins
	// with a letter, which is read as a string; an empty cell is null.
	//
	// At equal times calls come before returns, so that intervals that touch are
	// concurrent, as in porcupine; but operations of one process keep their order.
	CSV Format = "csv"
)

// FormatInfo describes a format.
type FormatInfo struct {
	Format  Format
	Summary string // one line
	Writes  bool   // [Write] can write it
}

// Formats returns all formats except Auto.
func Formats() []FormatInfo {
	return []FormatInfo{
		{JSONL, "one object per line with index, time, process, type, f and value: the format of the store", true},
		{EDN, "maps as Jepsen, elle and Knossos write them, one after the other or in one vector; porcupine's key-value logs", true},
		{JepsenLog, "the text log of jepsen.util, such as porcupine's etcd histories, or Jepsen's history.txt", false},
		{JSON, "an array of objects, or objects one after the other, with type, f, value and process, as elle-cli reads them", false},
		{CSV, "a table of intervals: process,f,key,input,output,call,return", false},
	}
}

// ParseFormat returns the format with a name. The error lists the names, and the nearest one.
func ParseFormat(name string) (Format, error) {
	var names []string
	for _, f := range Formats() {
		if string(f.Format) == name {
			return f.Format, nil
		}
		names = append(names, string(f.Format))
	}
	return Auto, nearest.Unknown("history format", name, names)
}

// Detect returns the format of a file that begins with prefix, or [Auto] if it
// cannot tell. A few lines are enough.
func Detect(prefix []byte) Format {
	prefix = bytes.TrimPrefix(prefix, byteOrderMark)
	text := bytes.TrimLeft(prefix, " \t\r\n,")
	if len(text) == 0 {
		return JSONL // an empty file is an empty history in any format
	}
	switch text[0] {
	case '{':
		return detectMap(text)
	case '(', ';', '#':
		return EDN
	case '[':
		inner := bytes.TrimLeft(text[1:], " \t\r\n,")
		if len(inner) > 0 && inner[0] == '{' {
			if detectMap(inner) == EDN {
				return EDN
			}
			return JSON
		}
		if bytes.HasPrefix(inner, []byte("]")) {
			return JSON // an empty list, the same in both
		}
		return EDN
	}
	for line := range bytes.Lines(text) {
		if _, ok := logColumns(line); ok {
			return JepsenLog
		}
		if !isLogLine(line) {
			break
		}
	}
	first, _, _ := bytes.Cut(text, []byte("\n"))
	if bytes.Contains(first, []byte("process")) && bytes.Contains(first, []byte(",")) {
		return CSV
	}
	if isLogLine(first) {
		return JepsenLog
	}
	return Auto
}

// detectMap tells apart the three formats whose records are in braces.
func detectMap(text []byte) Format {
	if inner := bytes.TrimLeft(text[1:], " \t\r\n"); len(inner) == 0 || inner[0] != '"' {
		return EDN
	}
	record := text
	if end := bytes.IndexByte(text, '\n'); end >= 0 {
		record = text[:end]
	}
	for _, name := range []string{`"index"`, `"time"`, `"process"`, `"type"`, `"f"`} {
		if !bytes.Contains(record, []byte(name)) {
			return JSON
		}
	}
	return JSONL
}

var byteOrderMark = []byte("\uFEFF")

// meant returns the suggestion for the end of a message about an unknown name, or "".
func meant(word string, names []string) string {
	if near := nearest.To(word, names); near != "" {
		return fmt.Sprintf("; did you mean %q?", near)
	}
	return ""
}
