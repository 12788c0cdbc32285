package history

import (
	"bytes"
	"fmt"
	"strings"
)

// Format is a way to write a history down.
type Format string

// Auto asks [Read] to find the format out by [Detect].
const Auto Format = ""

const (
	JSONL     Format = "jsonl"      // the project's own: an object per line, strict
	EDN       Format = "edn"        // Jepsen, elle, Knossos; also porcupine's key-value logs
	JepsenLog Format = "jepsen-log" // the text log of jepsen.util, and history.txt
	JSON      Format = "json"       // as elle-cli reads it
	CSV       Format = "csv"        // a table of intervals
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
	return Auto, fmt.Errorf("%q is no format of histories: they are %s%s", name, strings.Join(names, ", "), meant(name, names))
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
	if near := nearest(word, names); near != "" {
		return "; is " + near + " meant?"
	}
	return ""
}
