package oplog

import (
	"bytes"
	"testing"
)

// Entries are a part of what was given, one after the other, and a log that takes them holds the same bytes.
func FuzzNextEntry(f *testing.F) {
	l := NewLog(0)
	l.Add(1, 1, []byte("a"))
	l.Add(2, 1, nil)
	f.Add(l.Raw(1, 2))
	f.Fuzz(func(t *testing.T, b []byte) {
		var all []byte
		for rest := b; ; {
			e, next, ok := NextEntry(rest)
			if !ok {
				break
			}
			if len(e.Bytes) == 0 {
				t.Fatal("an entry of no bytes never ends")
			}
			all, rest = append(all, e.Bytes...), next
		}
		if !bytes.HasPrefix(b, all) {
			t.Errorf("%x has the entries of %x", b, all)
		}
	})
}
