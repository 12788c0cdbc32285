package specs

import (
	"simrun/history"
)

// sequence is a list of values that never changes: pushBack and the like return
// another one, which shares nearly all of its memory with the first. They take time
// logarithmic in the length. The zero sequence is empty.
type sequence struct {
	values table // by position
	first  int64 // position of the first value
	sum    uint64
}

// The sum of a sequence is that of the hashes of its values, each times a power of an
// odd base: the exponent is the distance from the first.
const base, inverse = 0x9e3779b97f4a7c15, 0xf1de83e19937733d // base * inverse = 1

func power(b uint64, n int) uint64 {
	p := uint64(1)
	for ; n > 0; n >>= 1 {
		if n&1 != 0 {
			p *= b
		}
		b *= b
	}
	return p
}

func (s sequence) len() int { return s.values.size }

// at returns the value at a distance from the first, which must be less than len.
func (s sequence) at(i int) history.Value {
	v, _ := s.values.get(history.Int(s.first + int64(i)))
	return v
}

func (s sequence) pushBack(v history.Value) sequence {
	n := s.len()
	s.values = s.values.with(history.Int(s.first+int64(n)), v)
	s.sum += hash(v) * power(base, n)
	return s
}

// popBack returns s without its last value. s must not be empty.
func (s sequence) popBack() sequence {
	n := s.len() - 1
	s.sum -= hash(s.at(n)) * power(base, n)
	s.values = s.values.without(history.Int(s.first + int64(n)))
	return s
}

// popFront returns s without its first value. s must not be empty.
func (s sequence) popFront() sequence {
	s.sum = (s.sum - hash(s.at(0))) * inverse
	s.values = s.values.without(history.Int(s.first))
	s.first++
	return s
}

// equal reports whether two sequences have the same values in the same order.
func (s sequence) equal(t sequence) bool {
	if s.sum != t.sum || s.len() != t.len() {
		return false
	}
	if s.first == t.first {
		return s.values.equal(t.values)
	}
	for i := range s.len() {
		if s.at(i) != t.at(i) {
			return false
		}
	}
	return true
}

func (s sequence) hash() uint64 { return mix(s.sum + uint64(s.len())) }

// startsAt reports whether the sequence has these values from a distance on.
func (s sequence) startsAt(from int, values []history.Value) bool {
	if from > s.len() || len(values) > s.len()-from {
		return false
	}
	for i, v := range values {
		if s.at(from+i) != v {
			return false
		}
	}
	return true
}

// text returns the JSON array of the values.
func (s sequence) text() string {
	b := []byte{'['}
	for i := range s.len() {
		if i > 0 {
			b = append(b, ',')
		}
		b = s.at(i).AppendJSON(b)
	}
	return string(append(b, ']'))
}

// reads reports whether a read that returned these values saw all of the sequence.
func (s sequence) reads(result history.Value) bool {
	if n, _ := result.Len(); n != s.len() { // of null it is 0
		return false
	}
	values, _ := result.AsList()
	return s.startsAt(0, values)
}
