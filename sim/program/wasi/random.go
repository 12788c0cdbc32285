package wasi

import (
	"encoding/binary"
	"math/rand/v2"

	"simrun/sim"
	"simrun/sim/rng"
)

var randomName = rng.Of("program random")

// generator makes the random bytes of one life of a node.
type generator = *rand.ChaCha8

// newRandom is the generator of one life of a node. The algorithm has a specification (C2SP, chacha8rand), so that a later version of Go
// draws the same; its seed is four keyed draws.
func newRandom(env *sim.Env) generator {
	var seed [32]byte
	for i := range 4 {
		v := env.Rand(randomName, uint64(env.Boots())<<2+uint64(i))
		binary.LittleEndian.PutUint64(seed[8*i:], uint64(v))
	}
	return rand.NewChaCha8(seed)
}

func randomGet(p *process, a []uint64) errno {
	b, ok := p.read(a[0], a[1])
	if !ok {
		return efault
	}
	p.random.Read(b)
	return success
}
