package history

import (
	"bufio"
	"io"
	"strconv"
	"strings"
)

// writeEDN writes events as Jepsen does, one map per line. It writes JSON strings as
// EDN strings, never as keywords, so that they stay strings.
func writeEDN(w io.Writer, events []Event) error {
	// If the values look like pairs of jepsen.independent, an explicit key shows that they are not.
	explicit := looksIndependent(events)
	b := bufio.NewWriterSize(w, 1<<16)
	for i := range events {
		line := events[i].appendEDN(b.AvailableBuffer(), explicit)
		if _, err := b.Write(append(line, '\n')); err != nil {
			return err
		}
	}
	return b.Flush()
}

func (e *Event) appendEDN(b []byte, explicitKey bool) []byte {
	b = append(b, "{:index "...)
	b = strconv.AppendInt(b, int64(e.Index), 10)
	b = append(b, ", :time "...)
	b = strconv.AppendInt(b, int64(e.Time), 10)
	b = append(b, ", :process "...)
	if e.Process == Nemesis {
		b = append(b, ":nemesis"...)
	} else {
		b = strconv.AppendInt(b, int64(e.Process), 10)
	}
	b = append(b, ", :type :"...)
	b = append(b, e.Type.String()...)
	b = append(b, ", :f "...)
	b = appendKeyword(b, e.F)
	if e.Key != "" || explicitKey {
		b = append(b, ", :key "...)
		b = appendEDNString(b, e.Key)
	}
	b = append(b, ", :value "...)
	b = e.Value.appendEDN(b)
	if e.Node != "" {
		b = append(b, ", :node "...)
		b = appendEDNString(b, e.Node)
	}
	if e.Error != "" {
		b = append(b, ", :error "...)
		b = appendEDNString(b, e.Error)
	}
	return append(b, '}')
}

// appendKeyword appends name as a keyword, if it can be one, else as a string.
func appendKeyword(b []byte, name string) []byte {
	for i := range len(name) {
		c := name[i]
		letter := c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
		if !letter && (i == 0 || (c < '0' || c > '9') && c != '-' && c != '_' && c != '.' && c != '?' && c != '!' && c != '+' && c != '*') {
			return appendEDNString(b, name)
		}
	}
	if name == "" {
		return append(b, `""`...)
	}
	return append(append(b, ':'), name...)
}

// appendEDNString appends a string. EDN reads JSON's escapes.
func appendEDNString(b []byte, s string) []byte { return appendText(b, s) }

// appendEDN appends v as EDN.
func (v Value) appendEDN(b []byte) []byte {
	switch {
	case v.kind == kindNull:
		return append(b, "nil"...)
	case v.kind != kindJSON:
		return v.AppendJSON(b)
	case v.text[0] == '[':
		b = append(b, '[')
		n := len(b)
		for e := range v.elements() {
			if len(b) > n {
				b = append(b, ' ')
			}
			b = e.appendEDN(b)
		}
		return append(b, ']')
	case v.text[0] == '{':
		b = append(b, '{')
		n := len(b)
		for k, e := range v.Members() {
			if len(b) > n {
				b = append(b, ", "...)
			}
			b = appendEDNString(b, k)
			b = append(b, ' ')
			b = e.appendEDN(b)
		}
		return append(b, '}')
	}
	b = append(b, v.text...)
	if strings.ContainsAny(v.text, ".e") {
		return b
	}
	return append(b, 'N') // without N, an integer of EDN has 64 bits
}
