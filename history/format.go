package history

import (
	"bytes"
	"fmt"

	"simrun/history/nearest"
)

// Format is a way to write a history down.
type Format string

// Auto asks [Read] to find the format out by [Detect].
const Auto Format = ""

const (
	// JSONL is the project's own format: one object per line, in order,
	//
	//	{"index":0,"time":1204000000,"process":3,"type":"invoke","f":"write","key":"x","value":7}
	//
	// where time is in nanoseconds, process a number or "nemesis", type one of
	// invoke, ok, fail and info; value is any JSON, and key, node and error are
	// strings that may be left out, as may value. Nothing else may be there.
	JSONL Format = "jsonl"

	// EDN is how Jepsen, elle and Knossos write: maps with :process, :type, :f,
	// :value, and perhaps :time, :key, :node and :error, one after the other or in
	// one vector or list, with or without a tag such as #jepsen.history.Op.
	// Comments, discarded forms and all else that Clojure prints may occur;
	// other keys are passed over. Transactions of elle may leave :f out. A process
	// that is not a number is the nemesis. porcupine's key-value logs are EDN, too.
	//
	// Values become JSON: keywords (:a/b is "a/b"), symbols, characters and ratios become
	// strings, lists arrays, sets arrays in order, tags an object {"#tag": form}. A
	// file where that would make two different values one is refused.
	EDN Format = "edn"

	// JepsenLog is the text log that jepsen.util writes, a line per event,
	//
	//	INFO  jepsen.util - 3	:invoke	:cas	[3 0]
	//
	// as porcupine's etcd histories are; or the columns alone, as in Jepsen's
	// history.txt: process, type, f, value and, where there is one, the error, in
	// EDN. Lines of other namespaces are passed over. There are no times. The
	// keyword in ":info :write :timed-out" is the error, not a value.
	JepsenLog Format = "jepsen-log"

	// JSON is how elle-cli reads: an array of objects, or objects one after the
	// other, with process, type, f and value, and perhaps time, key, node and error.
	// Other members are passed over. A process that has a name is the nemesis.
	JSON Format = "json"

	// CSV is a table of intervals, an operation per row, under a header that names
	// the columns in any order:
	//
	//	process,f,key,input,output,call,return
	//	0,write,x,7,,1204000000,1209000000
	//	1,read,x,,7,1205000000,1207500000
	//
	// process, f, call and return must be there; key, input and output may be left
	// out. Times are whole nanoseconds; an empty return means that the operation
	// never completed. An input or output is a JSON value, or any other text that
	// begins with a letter, which stands for itself; empty is null.
	//
	// At equal times calls come before returns, so that intervals that touch are
	// concurrent, as in porcupine; but operations of one process keep their order.
	CSV Format = "csv"
)

// FormatInfo describes a format.
type FormatInfo struct {
	Format  Format
	Summary string // one line
	Writes  bool   // [Write] knows it too
}

// Formats returns all formats, Auto apart.
func Formats() []FormatInfo {
	return []FormatInfo{
		{JSONL, "an object per line with index, time, process, type, f and value: the format of the store", true},
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
	return Auto, nearest.Unknown("format of histories", name, names)
}

// Detect returns the format of a file that begins with prefix, or [Auto] if it
// cannot tell. A few lines are enough.
func Detect(prefix []byte) Format {
	prefix = bytes.TrimPrefix(prefix, byteOrderMark)
	text := bytes.TrimLeft(prefix, " \t\r\n,")
	if len(text) == 0 {
		return JSONL // nothing at all is an empty history in any format
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

// detectMap tells the three formats of records in braces apart.
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

// meant is the end of a message about a wrong name.
func meant(word string, names []string) string {
	if near := nearest.To(word, names); near != "" {
		return fmt.Sprintf("; did you mean %q?", near)
	}
	return ""
}
