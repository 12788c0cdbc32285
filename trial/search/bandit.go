package search

import "simrun/sim/rng"

// bandit chooses one of several arms again and again, more often those that paid. An arm is chosen with a probability in proportion to its
// weight: what it is worth to begin with, times what it paid in the mean. So none is ever given up, and integers do.
type bandit struct {
	arms []arm
}

type arm struct {
	prior uint64 // what it is worth before anything is known; 0: it is never chosen
	plays uint64
	paid  uint64
}

// Figures of a bandit.
const (
	meanUnit  = 16  // a mean of 1 weighs as much
	meanFloor = 16  // what an arm that never paid weighs
	meanPrior = 4   // plays that every arm is taken to have had, with a mean of 2
	forgetful = 256 // plays after which all that is known counts half: what was new is known by then
)

func newBandit(priors []uint64) *bandit {
	b := &bandit{arms: make([]arm, len(priors))}
	for i, p := range priors {
		b.arms[i].prior = p
	}
	return b
}

// weight is how likely an arm is, in proportion.
func (a *arm) weight() uint64 {
	return a.prior * (meanFloor + meanUnit*(a.paid+2*meanPrior)/(a.plays+meanPrior))
}

// choose draws an arm.
func (b *bandit) choose(v rng.Value) int {
	total := uint64(0)
	for i := range b.arms {
		total += b.arms[i].weight()
	}
	at := v.N(total)
	for i := range b.arms {
		if w := b.arms[i].weight(); at < w {
			return i
		} else {
			at -= w
		}
	}
	panic("search: no arm")
}

// learn enters what a play of an arm paid.
func (b *bandit) learn(i int, paid uint64) {
	b.arms[i].plays++
	b.arms[i].paid += paid
	plays := uint64(0)
	for i := range b.arms {
		plays += b.arms[i].plays
	}
	if plays >= forgetful {
		for i := range b.arms {
			b.arms[i].plays /= 2
			b.arms[i].paid /= 2
		}
	}
}
