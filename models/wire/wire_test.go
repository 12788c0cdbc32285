package wire_test

import (
	"bytes"
	"testing"

	"pgregory.net/rapid"

	"simrun/models/wire"
)

// What is appended comes back, and no flipped bit goes unnoticed.
func TestDecodeWhatWasAppended(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		kind := rapid.Byte().Draw(t, "kind")
		body := rapid.SliceOf(rapid.Byte()).Draw(t, "body")
		numbers := rapid.SliceOfN(rapid.Uint64(), 0, 6).Draw(t, "numbers")
		before := rapid.SliceOfN(rapid.Byte(), 0, 9).Draw(t, "before")
		payload := wire.Append(before, kind, body, numbers...)[len(before):]
		got := make([]uint64, len(numbers))
		b, ok := wire.Decode(payload, kind, got)
		if !ok || !bytes.Equal(b, body) || wire.Kind(payload) != kind {
			t.Fatalf("body %x, kind %d, ok %v", b, wire.Kind(payload), ok)
		}
		for i := range numbers {
			if got[i] != numbers[i] {
				t.Fatalf("number %d is %d, want %d", i, got[i], numbers[i])
			}
		}
		if _, ok := wire.Decode(payload, kind+1, got); ok {
			t.Fatal("decoded as another kind")
		}
		damaged := bytes.Clone(payload)
		bit := rapid.IntRange(0, 8*len(payload)-1).Draw(t, "bit")
		damaged[bit/8] ^= 1 << (bit % 8)
		if _, ok := wire.Decode(damaged, kind, got); ok {
			t.Fatalf("bit %d is flipped, and nothing is noticed", bit)
		}
		if _, ok := wire.Decode(payload[:rapid.IntRange(0, len(payload)-1).Draw(t, "cut")], kind, got); ok {
			t.Fatal("a part of a payload was decoded")
		}
	})
}

func TestDecodeWantsAllNumbers(t *testing.T) {
	var n [3]uint64
	if _, ok := wire.Decode(wire.Append(nil, 1, nil, 1, 2), 1, n[:]); ok {
		t.Error("three numbers were decoded from two")
	}
}

// Records come back in order; what is cut off is left out.
func TestRecords(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		list := rapid.SliceOf(rapid.SliceOf(rapid.Byte())).Draw(t, "list")
		var b []byte
		for _, r := range list {
			b = wire.AppendRecord(b, r)
		}
		cut := rapid.IntRange(0, len(b)).Draw(t, "cut")
		i, end := 0, 0
		for r := range wire.Records(b[:cut]) {
			if !bytes.Equal(r, list[i]) {
				t.Fatalf("record %d is %x, want %x", i, r, list[i])
			}
			i++
			end += 4 + len(r)
		}
		if end > cut || i < len(list) && end+4+len(list[i]) <= cut {
			t.Fatalf("%d records of %d bytes in the first %d", i, end, cut)
		}
	})
}
