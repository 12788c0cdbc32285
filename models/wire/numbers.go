package wire

import "encoding/binary"

// Append appends a sealed payload of a kind, numbers and a body to b. A protocol has a fixed number of numbers per kind.
func Append(b []byte, kind byte, body []byte, numbers ...uint64) []byte {
	start := len(b)
	b = append(b, make([]byte, Room)...)
	b = append(b, kind)
	for _, n := range numbers {
		b = binary.LittleEndian.AppendUint64(b, n)
	}
	b = append(b, body...)
	Seal(b[start:])
	return b
}

// Kind is the kind of a payload that [Append] made; 0 if it is damaged.
func Kind(payload []byte) byte {
	b, ok := Open(payload)
	if !ok || len(b) == 0 {
		return 0
	}
	return b[0]
}

// Decode fills numbers from a payload that [Append] made with as many of them, and returns its body, which shares memory with
// the payload. It is false for a payload that is damaged, too short, or of another kind.
func Decode(payload []byte, kind byte, numbers []uint64) (body []byte, ok bool) {
	b, ok := Open(payload)
	if !ok || len(b) < 1+8*len(numbers) || b[0] != kind {
		return nil, false
	}
	b = b[1:]
	for i := range numbers {
		numbers[i] = binary.LittleEndian.Uint64(b[8*i:])
	}
	return b[8*len(numbers):], true
}

// Bit is the number that stands for a truth in a payload: 1 if it holds, else 0.
func Bit(holds bool) uint64 {
	if holds {
		return 1
	}
	return 0
}
