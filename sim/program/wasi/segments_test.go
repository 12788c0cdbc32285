package wasi

import (
	"bytes"
	"context"
	"encoding/binary"
	"path/filepath"
	"testing"

	"simrun/sim/program/source"
)

// A module with joined segments starts with the same memory, and keeps all else.
func TestJoinSegments(t *testing.T) {
	guest, err := source.Finder{}.Open(context.Background(), filepath.Join("testdata", "goguest"))
	if err != nil {
		t.Fatal(err)
	}
	for _, tc := range []struct {
		name   string
		module []byte
		most   int
	}{
		{"Go", guest.Bytes, 500},
		{"two near, one far", withData(segment{60, []byte("a")}, segment{70, []byte("bcd")}, segment{73, nil}, segment{5000, []byte("e")}), 2},
		{"out of order", withData(segment{70, []byte("b")}, segment{60, []byte("a")}), 1},
		{"none", withData(), 0},
	} {
		before, after := dataOf(t, tc.module), dataOf(t, joinSegments(tc.module))
		if len(after.list) > tc.most || len(before.list) > 0 && len(after.list) == len(before.list) {
			t.Errorf("%s: %d segments of %d", tc.name, len(after.list), len(before.list))
		}
		if !bytes.Equal(before.memory(), after.memory()) || !bytes.Equal(before.others, after.others) {
			t.Errorf("%s: another memory, or other sections", tc.name)
		}
	}
	// As they are: a later segment wins over an earlier one.
	for name, module := range map[string][]byte{
		"overlapping": withData(segment{60, []byte("abc")}, segment{62, []byte("d")}),
		"negative":    withData(segment{-1, []byte("a")}, segment{60, []byte("b")}),
		"counted":     append([]byte("\x00asm\x01\x00\x00\x00\x0c\x01\x02"), withData(segment{1, []byte("a")}, segment{2, []byte("b")})[8:]...),
		"cut off":     withData(segment{60, []byte("abc")}, segment{70, []byte("abc")})[:20],
	} {
		if !bytes.Equal(joinSegments(module), module) {
			t.Errorf("%s: changed", name)
		}
	}
}

// withData is a module of a data section and a custom one.
func withData(list ...segment) []byte {
	body := []byte{byte(len(list))}
	for _, s := range list {
		body = append(body, 0, opI32Const, byte(s.at)|0x80, byte(s.at>>7)|0x80, byte(s.at>>14)&0x7f, opEnd, byte(len(s.data)))
		body = append(body, s.data...)
	}
	m := append([]byte("\x00asm\x01\x00\x00\x00"), sectionData, byte(len(body)))
	return append(append(m, body...), "\x00\x02\x01x"...)
}

// data is a module taken apart, by other code than the one under test.
type data struct {
	list   []segment
	others []byte
}

func dataOf(t *testing.T, m []byte) (d data) {
	t.Helper()
	for m = m[8:]; len(m) > 0; {
		size, n := binary.Uvarint(m[1:])
		whole := 1 + n + int(size)
		if m[0] != sectionData {
			d.others = append(d.others, m[:whole]...)
		} else {
			b := m[1+n : whole]
			count, k := binary.Uvarint(b)
			for b = b[k:]; len(b) > 0; {
				at, shift, i := int64(0), 0, 2
				for more := true; more; i++ {
					at, shift, more = at|int64(b[i]&0x7f)<<shift, shift+7, b[i] >= 0x80
				}
				length, k := binary.Uvarint(b[i+1:])
				d.list = append(d.list, segment{at, b[i+1+k:][:length]})
				b = b[i+1+k+int(length):]
			}
			if int(count) != len(d.list) {
				t.Fatalf("%d segments, and the section says %d", len(d.list), count)
			}
		}
		m = m[whole:]
	}
	return d
}

func (d data) memory() []byte {
	var m []byte
	for _, s := range d.list {
		if end := int(s.at) + len(s.data); end > len(m) {
			m = append(m, make([]byte, end-len(m))...)
		}
		copy(m[s.at:], s.data)
	}
	return m
}
