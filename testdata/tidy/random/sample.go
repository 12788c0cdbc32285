//tidy:as sim/nemesis

// Package random draws without a key.
package random

import (
	"crypto/rand"           // want random
	"hash/maphash"          // want random
	mathrand "math/rand/v2" // want random

	"simrun/sim/rng"
)

func draw() uint64 {
	rand.Text()
	return maphash.Comparable(maphash.MakeSeed(), 1) + mathrand.Uint64() + uint64(rng.Draw(1, rng.Of("fine"), 1, 1))
}
