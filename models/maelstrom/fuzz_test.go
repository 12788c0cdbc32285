package maelstrom

import (
	"strings"
	"testing"
	"unicode/utf8"
)

// Whatever a program prints is a message, or a sentence says why it is none; and it can be described in one line.
func FuzzLine(f *testing.F) {
	for _, line := range []string{
		`{"src":"n0","dest":"c1","body":{"type":"read_ok","in_reply_to":3,"value":[1,2]}}`,
		`{"src":"n0","dest":"lin-kv","body":{"type":"cas","key":"x","from":1,"to":2,"create_if_not_exists":true,"msg_id":1}}`,
		`{"src":"n0","dest":"c1","body":{"type":"error","in_reply_to":3,"code":20,"text":"no such key"}}`,
		`{"src":"n0","dest":"c1"}`, `{"body":3}`, `hello, world`, ``,
	} {
		f.Add([]byte(line))
	}
	f.Fuzz(func(t *testing.T, line []byte) {
		m, why := parse(line)
		if why == "" && (m.src == "" && m.dest == "" && m.body == nil) {
			t.Errorf("%q is a message without anything", line)
		}
		if strings.Contains(why, "\n") {
			t.Errorf("%q: the reason has several lines: %q", line, why)
		}
		if text := describe(line); utf8.Valid(line) && !utf8.ValidString(text) {
			t.Errorf("%q is described as %q, which is not UTF-8", line, text)
		}
	})
}
