package session

import (
	"bytes"
	"testing"

	"simrun/models/wire"
)

// Requests and results that are read encode to the same bytes.
func FuzzOpen(f *testing.F) {
	f.Add(Seal(append(Begin(nil), "body"...), Command))
	f.Add(Result{Status: NotLeader, Value: 2}.Append(nil))
	f.Add(Result{Status: OK, Value: 2, Body: "body"}.Append(nil))
	f.Fuzz(func(t *testing.T, b []byte) {
		if len(b) >= wire.Room {
			b = wire.Seal(bytes.Clone(b)) // the checksum is no riddle
		}
		if kind, body, ok := Open(b); ok {
			if again := Seal(append(Begin(nil), body...), kind); !bytes.Equal(again, b) {
				t.Errorf("request %x became %x", b, again)
			}
		}
		var r Result
		if r.Decode(b) {
			if again := r.Append(nil); !bytes.Equal(again, b) {
				t.Errorf("result %x became %x", b, again)
			}
			_ = r.String()
		}
	})
}
