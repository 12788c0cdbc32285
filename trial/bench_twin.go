package trial

import (
	"context"
	"fmt"

	"simrun/check"
	"simrun/sim"
)

// Twin is what the fixed model said: the same runs, from seed 1, without the bug.
type Twin struct {
	Silent  bool     `json:"silent"`
	Seeds   uint64   `json:"seeds"`  // that were run
	Wanted  uint64   `json:"wanted"` // more, if the bound on events ended it
	Loud    uint64   `json:"violations"`
	Unknown uint64   `json:"unknown"`
	First   sim.Seed `json:"first,omitempty"` // with a violation
	Reason  string   `json:"reason,omitempty"`
}

// twin is a fixed model that has run so far: who wants more seeds of it goes on where it stopped.
type twin struct {
	seeds, events uint64
	bad           []*Report // that are not valid
}

// silence runs the fixed twin of a setup over so many seeds, or up to the bound on events.
func (b *Bench) silence(ctx context.Context, s *Setup, part string, seeds uint64) (Twin, error) {
	key := fmt.Sprint(s.Model.Name, s.Base.Workload, s.Base.Options, s.Planned, s.Plan)
	t := b.twins[key]
	if t == nil {
		t = &twin{}
		if b.twins == nil {
			b.twins = map[string]*twin{}
		}
		b.twins[key] = t
	}
	more := func() bool { return t.seeds < seeds && (b.Events == 0 || t.events < b.Events) }
	if !more() {
		return t.over(seeds), nil
	}
	fixed := *s
	fixed.Base.Bugs = nil
	at, ended := b.began(part)
	err := b.sweep(ctx, &fixed, part, sim.Seed(t.seeds)+1, sim.Seed(seeds), func(r *Report) bool {
		t.seeds++
		t.events += r.Events
		if r.Outcome != check.Valid {
			t.bad = append(t.bad, r)
		}
		at(t.seeds * 1000 / seeds)
		return more()
	})
	ended()
	return t.over(seeds), err
}

// over is what the twin said over so many seeds, or as many as ran.
func (t *twin) over(seeds uint64) Twin {
	w := Twin{Seeds: min(t.seeds, seeds), Wanted: seeds}
	for _, r := range t.bad {
		switch {
		case uint64(r.Seed) > seeds:
		case r.Outcome == check.Unknown:
			w.Unknown++
		default:
			if w.Loud++; w.First == 0 {
				w.First, w.Reason = r.Seed, r.Summary
			}
		}
	}
	w.Silent = w.Loud+w.Unknown == 0
	return w
}
