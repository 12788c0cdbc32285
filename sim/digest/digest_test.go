package digest

import (
	"strings"
	"testing"
)

// The outputs are part of the file formats: a stored case names the digest of its run.
func TestGolden(t *testing.T) {
	for _, tc := range []struct {
		got  Hash
		want uint64
	}{
		{New(0), 0x243f6a8885a308d3},
		{New(1).Word(2, 3), 0xcdc5f6d112188904},
		{New(1).Bytes(nil), 0xdb6046be168a903e},
		{New(1).Bytes([]byte("simulate")), 0xf5f1e7a16145ebed},
		{New(1).Bytes([]byte("a payload that is longer than sixteen bytes")), 0x51efc212ac9a490c},
		{New(1).String("a payload"), 0xa30ef307d5037a4c},
		{New(1).String(strings.Repeat("0123456789", 20)), 0x2cc62c0c6baffddc},
	} {
		if uint64(tc.got) != tc.want {
			t.Errorf("got %#x, want %#x", uint64(tc.got), tc.want)
		}
	}
}

// A changed byte, a changed length, and a byte moved from one call to the next must all show.
func TestSensitivity(t *testing.T) {
	seen := map[Hash]string{}
	add := func(h Hash, what string) {
		if other, dup := seen[h]; dup {
			t.Errorf("%s and %s have the same hash", what, other)
		}
		seen[h] = what
	}
	base := make([]byte, 40)
	for n := range base {
		add(New(7).Bytes(base[:n]), "zeros "+string(rune('a'+n)))
	}
	for i := range base {
		for bit := range 8 {
			p := make([]byte, len(base))
			p[i] ^= 1 << bit
			add(New(7).Bytes(p), "bit "+string(rune('a'+i))+string(rune('0'+bit)))
		}
	}
	add(New(7).Bytes([]byte("ab")).Bytes([]byte("c")), "ab c")
	add(New(7).Bytes([]byte("a")).Bytes([]byte("bc")), "a bc")
	add(New(7).String("ab").String("c"), "string ab c")
	add(New(7).String("a").String("bc"), "string a bc")
}

func BenchmarkBytes64(b *testing.B) {
	p := make([]byte, 64)
	h := New(1)
	b.SetBytes(64)
	b.ReportAllocs()
	for b.Loop() {
		h = h.Bytes(p)
	}
	_ = h
}
