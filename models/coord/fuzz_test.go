package coord

import (
	"bytes"
	"testing"
)

// Operations that are read encode to the same bytes, and damaged ones do no harm.
func FuzzDecodeOps(f *testing.F) {
	f.Add(appendOps(nil, 7, []op{version("/a", 3), put("/a", 1), ephemeralSequential("/a/b-"), {kind: opGet, path: "/a", otherwise: true}}))
	f.Add([]byte{1, 0, 0, 0})
	f.Fuzz(func(t *testing.T, b []byte) {
		ops, ok := decodeOps(b)
		if !ok {
			return
		}
		if again := appendOps(nil, mine, ops); !bytes.Equal(again, b) {
			t.Errorf("%x became %x", b, again)
		}
		_ = describeOps(ops, ok)
	})
}
