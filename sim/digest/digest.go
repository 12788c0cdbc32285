// Package digest folds the events of a run into one word: the identity of the run.
package digest

import (
	"encoding/binary"
	"math/bits"
)

// Hash is a running hash. It is fast, not secure: it tells runs apart, it does
// not withstand an adversary. Equal input gives equal output on every machine.
type Hash uint64

// New returns a hash that starts from a seed.
func New(seed uint64) Hash { return Hash(seed ^ 0x243f6a8885a308d3) }

// Word folds two words into the hash: the two halves of their 128-bit product
// (the wyhash mixer), and the old state next to it, so that no input can clear it.
func (h Hash) Word(a, b uint64) Hash {
	hi, lo := bits.Mul64(uint64(h)^a^0x2d358dccaa6c78a5, b^0x8bb84b93962eacc9)
	return Hash(hi ^ lo ^ bits.RotateLeft64(uint64(h), 23))
}

// Bytes folds a string of bytes and its length into the hash, sixteen at a time.
func (h Hash) Bytes(p []byte) Hash {
	h += Hash(uint64(len(p)) * 0x9e3779b97f4a7c15)
	for len(p) >= 16 {
		h = h.Word(binary.LittleEndian.Uint64(p), binary.LittleEndian.Uint64(p[8:]))
		p = p[16:]
	}
	var a, b uint64
	if len(p) >= 8 {
		a = binary.LittleEndian.Uint64(p)
		p = p[8:]
	}
	for i, c := range p {
		b |= uint64(c) << (8 * i)
	}
	return h.Word(a, b)
}

// String folds a text into the hash, as [Hash.Bytes] does.
func (h Hash) String(s string) Hash {
	var buf [64]byte
	n := uint64(len(s))
	for len(s) > len(buf) {
		copy(buf[:], s)
		h = h.Bytes(buf[:])
		s = s[len(buf):]
	}
	return h.Bytes(buf[:copy(buf[:], s)]).Word(n, 0)
}
