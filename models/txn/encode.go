package txn

import (
	"encoding/binary"
	"slices"
)

// maxSeen bounds how many elements a list has on the wire.
const maxSeen = 1 << 12

// mopSize is the size of a micro-operation without what it saw: kind (1), key (8), argument (8), number of elements seen (2).
const mopSize = 1 + 8 + 8 + 2

// Append appends the encoding of t to b.
func (t Txn) Append(b []byte) []byte {
	b = append(b, byte(len(t)))
	for i := range t {
		m := &t[i]
		b = append(b, byte(m.Kind))
		b = binary.LittleEndian.AppendUint64(b, uint64(m.Key))
		b = binary.LittleEndian.AppendUint64(b, uint64(m.Arg))
		b = AppendValue(b, m.Seen)
	}
	return b
}

// Decode reads a transaction, and returns what follows it. It is false for what [Txn.Append] can't have made.
func Decode(b []byte) (t Txn, rest []byte, ok bool) {
	if len(b) == 0 || b[0] > MaxMops {
		return nil, nil, false
	}
	t, b = make(Txn, b[0]), b[1:]
	for i := range t {
		if len(b) < mopSize {
			return nil, nil, false
		}
		m := &t[i]
		*m = Mop{Kind: Kind(b[0]), Key: Key(binary.LittleEndian.Uint64(b[1:])), Arg: int64(binary.LittleEndian.Uint64(b[9:]))}
		if m.Seen, b, ok = DecodeValue(b[17:]); !ok || !m.valid() {
			return nil, nil, false
		}
	}
	return t, b, true
}

// valid reports whether a micro-operation has the fields of its kind alone.
func (m *Mop) valid() bool {
	return m.Kind == Read && m.Arg == 0 || m.Kind >= Append && m.Kind <= Add && m.Seen == nil
}

// AppendValue appends the encoding of what a key holds to b.
func AppendValue(b []byte, held []int64) []byte {
	held = held[:min(len(held), maxSeen)]
	b = binary.LittleEndian.AppendUint16(b, uint16(len(held)))
	for _, v := range held {
		b = binary.LittleEndian.AppendUint64(b, uint64(v))
	}
	return b
}

// DecodeValue reads what a key holds, and returns what follows it. It is false for what [AppendValue] can't have made.
func DecodeValue(b []byte) (held []int64, rest []byte, ok bool) {
	if len(b) < 2 {
		return nil, nil, false
	}
	n := int(binary.LittleEndian.Uint16(b))
	if b = b[2:]; n > maxSeen || len(b) < 8*n {
		return nil, nil, false
	}
	for range n {
		held = append(held, int64(binary.LittleEndian.Uint64(b)))
		b = b[8:]
	}
	return held, b, true
}

// Append appends the encoding of o to b.
func (o Outcome) Append(b []byte) []byte {
	reason := o.Reason[:min(len(o.Reason), maxReason)]
	b = append(b, byte(o.Status), byte(len(reason)))
	b = append(b, reason...)
	return o.Did.Append(b)
}

// maxReason bounds the sentence in an answer.
const maxReason = 200

// DecodeOutcome reads an outcome and nothing else. It is false for what [Outcome.Append] can't have made.
func DecodeOutcome(b []byte) (o Outcome, ok bool) {
	if len(b) < 2 || Status(b[0]) > Aborted || b[1] > maxReason || len(b) < 2+int(b[1]) {
		return o, false
	}
	n := 2 + int(b[1])
	o.Status, o.Reason = Status(b[0]), string(b[2:n])
	var rest []byte
	o.Did, rest, ok = Decode(b[n:])
	return o, ok && len(rest) == 0
}

// SameMops reports whether two transactions have the same micro-operations, whatever their reads saw.
func SameMops(a, b Txn) bool {
	return slices.EqualFunc(a, b, func(x, y Mop) bool { return x.Kind == y.Kind && x.Key == y.Key && x.Arg == y.Arg })
}
