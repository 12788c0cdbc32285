// Package rng makes randomness keyed, not streamed: a decision is a hash of
// its name (seed, what, who, ordinal), so that it does not depend on how many
// other decisions were made before it. Removing one fault or one operation from
// a run leaves every other decision as it was.
package rng

import "math/bits"

// Name is what is decided, as a hash: "latency", "election timeout". Make it
// once, in a package variable, with [Of].
type Name uint64

// Of returns the hash of s (FNV-1a, 64 bits).
func Of(s string) Name {
	h := uint64(0xcbf29ce484222325)
	for i := range len(s) {
		h = (h ^ uint64(s[i])) * 0x100000001b3
	}
	return Name(h)
}

// Draw returns the decision that is named by its four arguments. Equal
// arguments give equal values, on every machine and in every version.
func Draw(seed uint64, what Name, who, ordinal uint64) Value {
	return Decisions(seed, what).Draw(who, ordinal)
}

// Family is every decision of one seed and one name: half of a [Draw], done once.
type Family uint64

// Decisions returns the family of decisions with this seed and name.
func Decisions(seed uint64, what Name) Family {
	return Family(mix(seed^0x9e3779b97f4a7c15, uint64(what)^0xd1b54a32d192ed03))
}

// Draw returns the decision of the family that is named by who and ordinal. One step of the mixer is not enough: who and ordinal are small
// numbers, and the products of neighbours differ by a constant, so that one decision would nearly tell the next.
func (f Family) Draw(who, ordinal uint64) Value {
	return Value(mix(uint64(f)^who, ordinal^0xe7037ed1a0b428db)).Next()
}

// mix folds the 128-bit product of two words (the wyhash mixer).
func mix(a, b uint64) uint64 {
	hi, lo := bits.Mul64(a^0x2d358dccaa6c78a5, b^0x8bb84b93962eacc9)
	return hi ^ lo
}

// Value is 64 uniformly random bits.
type Value uint64

// Next returns the value that follows v: a short stream where one decision
// needs several numbers.
func (v Value) Next() Value { return Value(mix(uint64(v), 0xa0761d6478bd642f)) }

// N returns an integer in [0, n). It panics if n is 0.
func (v Value) N(n uint64) uint64 {
	if n == 0 {
		panic("rng: N of an empty range")
	}
	hi, _ := bits.Mul64(uint64(v), n)
	return hi
}

// Between returns an integer in [lo, hi]. It panics if hi < lo.
func (v Value) Between(lo, hi int64) int64 {
	if hi < lo {
		panic("rng: Between of an empty range")
	}
	if span := uint64(hi-lo) + 1; span != 0 {
		return lo + int64(v.N(span))
	}
	return int64(v)
}

// Chance is true with probability num/den. It panics if den is 0.
func (v Value) Chance(num, den uint64) bool { return v.N(den) < num }
