package kv

import (
	"bytes"
	"testing"

	"simrun/models/session"
)

// A command that is read encodes to the same bytes, and the machine takes any.
func FuzzCommand(f *testing.F) {
	c := Command{Session: 1, Seq: 2, Op: CAS, Value: 3, From: 4, Key: []byte("x")}
	f.Add(c.Append(nil))
	f.Fuzz(func(t *testing.T, b []byte) {
		var c Command
		if c.Decode(b) {
			if again := c.Append(nil); !bytes.Equal(again, b) {
				t.Errorf("%x became %x", b, again)
			}
			_ = c.String()
		}
		m := NewMachine()
		m.Apply(1, session.Register, nil)
		m.Apply(2, session.Command, b)
		Describe(b)
	})
}
