package wasi

import (
	"cmp"
	"encoding/binary"
	"slices"
)

// Go's linker leaves zeros out of what it puts into memory, and so makes tens of thousands of small segments, which take a quarter of
// the time of a start. Joined, with their zeros, they are as many as there are long gaps.

// maxGap is how many zeros two segments may have between them to be joined.
const maxGap = 1 << 10

// Numbers of the binary format (WebAssembly Core Specification, section 5.5).
const (
	preamble         = 8
	sectionData      = 11
	sectionDataCount = 12
	opI32Const       = 0x41
	opEnd            = 0x0b
)

// segment is a part of memory at the start.
type segment struct {
	at   int64
	data []byte
}

// joinSegments returns a module that starts with the same memory. Where segments are anything but separate parts of memory, it is
// the module as given.
func joinSegments(module []byte) []byte {
	for rest := module[preamble:]; len(rest) > 0; {
		id := rest[0]
		size, n := binary.Uvarint(rest[1:])
		if n <= 0 || size > uint64(len(rest)-1-n) || id == sectionDataCount {
			return module
		}
		body := rest[1+n:][:size]
		if id == sectionData {
			list, ok := segmentsOf(body)
			if !ok {
				return module
			}
			joined := segmentsBody(join(list))
			before := len(module) - len(rest)
			out := append(make([]byte, 0, len(module)+len(joined)), module[:before]...)
			out = append(binary.AppendUvarint(append(out, id), uint64(len(joined))), joined...)
			return append(out, rest[1+n+int(size):]...)
		}
		rest = rest[1+n+int(size):]
	}
	return module
}

// segmentsOf reads a data section whose segments do not overlap, in order of memory.
func segmentsOf(body []byte) ([]segment, bool) {
	count, n := binary.Uvarint(body)
	if n <= 0 || count > uint64(len(body)) {
		return nil, false
	}
	body = body[n:]
	list := make([]segment, 0, count)
	for range count {
		if len(body) < 2 || body[0] != 0 || body[1] != opI32Const {
			return nil, false
		}
		at, n := signed(body[2:])
		if n == 0 || at < 0 || len(body) < 3+n || body[2+n] != opEnd {
			return nil, false
		}
		body = body[3+n:]
		size, n := binary.Uvarint(body)
		if n <= 0 || size > uint64(len(body)-n) {
			return nil, false
		}
		list = append(list, segment{at, body[n:][:size]})
		body = body[n+int(size):]
	}
	slices.SortStableFunc(list, func(a, b segment) int { return cmp.Compare(a.at, b.at) })
	end := int64(0)
	for _, s := range list {
		if s.at < end {
			return nil, false
		}
		end = s.at + int64(len(s.data))
	}
	return list, len(body) == 0
}

// join joins the segments that are near enough.
func join(list []segment) []segment {
	var out []segment
	for _, s := range list {
		if len(out) > 0 {
			last := &out[len(out)-1]
			if gap := s.at - last.at - int64(len(last.data)); gap <= maxGap {
				last.data = append(append(last.data, make([]byte, gap)...), s.data...)
				continue
			}
		}
		out = append(out, segment{s.at, append([]byte(nil), s.data...)})
	}
	return out
}

// segmentsBody writes a data section.
func segmentsBody(list []segment) []byte {
	b := binary.AppendUvarint(nil, uint64(len(list)))
	for _, s := range list {
		b = append(appendSigned(append(b, 0, opI32Const), s.at), opEnd)
		b = append(binary.AppendUvarint(b, uint64(len(s.data))), s.data...)
	}
	return b
}

// signed reads a signed number (LEB128) of at most 32 bits, and how long it is; 0 if it is none.
func signed(b []byte) (v int64, n int) {
	for i := 0; i < len(b) && i < 5; i++ {
		v |= int64(b[i]&0x7f) << (7 * i)
		if b[i] < 0x80 {
			if b[i]&0x40 != 0 {
				v -= 1 << (7 * (i + 1))
			}
			return v, i + 1
		}
	}
	return 0, 0
}

// appendSigned writes a number (LEB128) that is not negative.
func appendSigned(b []byte, v int64) []byte {
	for v >= 0x40 {
		b = append(b, byte(v)|0x80)
		v >>= 7
	}
	return append(b, byte(v))
}
