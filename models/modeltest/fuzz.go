package modeltest

import (
	"bytes"
	"testing"

	"simrun/models/wire"
)

// FuzzMessages feeds any bytes to the decoders of a model: each payload has a description, and what again reads, it encodes to the same bytes. again is
// false for what it can't read. The seeds are messages.
func FuzzMessages(f *testing.F, describe func(payload []byte) string, again func(payload []byte) ([]byte, bool), seeds ...[]byte) {
	for _, s := range seeds {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		if len(b) >= wire.Room {
			b = wire.Seal(bytes.Clone(b)) // the checksum is no riddle
		}
		if same, ok := again(b); ok && !bytes.Equal(same, b) {
			t.Errorf("%x became %x", b, same)
		}
		if describe(b) == "" {
			t.Errorf("%x has no description", b)
		}
	})
}
