package api

import (
	"bytes"
	"testing"
)

// Operations that are read encode to the same bytes, and damaged ones do no harm.
func FuzzDecodeOps(f *testing.F) {
	f.Add(AppendOps(nil, 7, []Op{Version("/a", 3), Put("/a", 1), EphemeralSequential("/a/b-"), {Kind: OpGet, Path: "/a", Otherwise: true}}))
	f.Add([]byte{1, 0, 0, 0})
	f.Fuzz(func(t *testing.T, b []byte) {
		ops, ok := DecodeOps(b)
		if !ok {
			return
		}
		if again := AppendOps(nil, mine, ops); !bytes.Equal(again, b) {
			t.Errorf("%x became %x", b, again)
		}
		for _, o := range ops {
			_ = o.String()
		}
	})
}
