package sim

import "simrun/sim/rng"

// Turn is the occasion on which a workload decides one operation.
type Turn struct {
	Client  int // 1, 2, …
	Ordinal int // of the operation within the client's life, from 0
	Clients int // how many clients the case has
	Keys    int // how many keys the case has
	Mix     []Weight
	Seed    Seed
}

// Rand is the keyed random decision of this turn with this name.
func (t *Turn) Rand(what rng.Name) rng.Value {
	return rng.Draw(uint64(t.Seed), what, uint64(t.Client), uint64(t.Ordinal))
}

// Pick draws the name of an operation by the weights of the mix.
func (t *Turn) Pick() string {
	total := 0
	for _, m := range t.Mix {
		total += m.Weight
	}
	n := int(t.Rand(mixName).N(uint64(total)))
	for _, m := range t.Mix {
		if n -= m.Weight; n < 0 {
			return m.F
		}
	}
	panic("sim: Pick from a mix without weight")
}

var mixName = rng.Of("operation mix")

// Unique is an integer that no other turn of the run has, small enough to read.
func (t *Turn) Unique() int64 { return int64(t.Ordinal*t.Clients + t.Client) }
