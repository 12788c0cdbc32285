package search

import (
	"simrun/sim"
	"simrun/sim/rng"
)

// corpus holds the cases that reached something new, and all that was reached.
type corpus struct {
	known map[feature]bool
	kept  []kept
}

// kept is a case that reached something new.
type kept struct {
	c        sim.Case
	choice   choice
	novel    uint64  // features that it was the first to reach
	children uint64  // cases that were made of it
	course   *course // of its run; nil until it is asked for
}

// maxKept bounds the corpus: the oldest goes.
const maxKept = 256

func newCorpus() *corpus { return &corpus{known: map[feature]bool{}} }

// add enters what a run reached, and keeps its case if something was new. It returns how many were.
func (k *corpus) add(c sim.Case, ch choice, features []feature) (novel uint64) {
	for _, f := range features {
		if !k.known[f] {
			k.known[f] = true
			novel++
		}
	}
	if novel > 0 {
		k.kept = append(k.kept, kept{c: c, choice: ch, novel: novel})
		if len(k.kept) > maxKept {
			k.kept = k.kept[1:]
		}
	}
	return novel
}

// parent draws a case to change: those that reached more, and have fewer children, are likelier (as the power schedules of AFLFast: Böhme et
// al., "Coverage-based Greybox Fuzzing as Markov Chain", CCS 2016). nil if there is none.
func (k *corpus) parent(v rng.Value) *kept {
	total := uint64(0)
	for i := range k.kept {
		total += k.kept[i].energy()
	}
	if total == 0 {
		return nil
	}
	at := v.N(total)
	for i := range k.kept {
		e := k.kept[i].energy()
		if at < e {
			k.kept[i].children++
			return &k.kept[i]
		}
		at -= e
	}
	return nil
}

func (x *kept) energy() uint64 { return 1 + min(x.novel, 32)*64/(1+x.children) }
