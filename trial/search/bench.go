package search

import (
	"context"
	"fmt"

	"simrun/models"
	"simrun/sim"
	"simrun/trial"
)

// Bench compares the search with the swarm of a sweep, on known bugs.
type Bench struct {
	Starts  int    // of each, independent
	Runs    uint64 // from each start, at most
	Seed    uint64 // of the first start
	Workers int
	Blind   bool // compare with a search that learns nothing
}

// seedsPerStart keeps the seeds of the sweeps apart.
const seedsPerStart = 1_000_000

// Compare looks for one bug from each start, by a sweep of the default nemesis and by a search. Neither is told anything of the bug but its switch, and
// the options and workload that it has.
func (b *Bench) Compare(ctx context.Context, m models.Model, bug models.Bug, each func()) (Pair, error) {
	var p Pair
	for i := range b.Starts {
		start := b.Seed + uint64(i)
		setup := trial.Setup{Model: m, Base: sim.Case{Bugs: []sim.BugName{bug.Name}}, Nemesis: "swarm"}
		if err := setup.Check(); err != nil {
			return p, err
		}
		sweep := trial.Sweep{Setup: setup, First: sim.Seed(start*seedsPerStart + 1), Workers: b.Workers, MaxFailures: 1}
		sweep.Last = sweep.First + sim.Seed(b.Runs) - 1
		sum, t := sweep.Do(ctx)
		if seed, err := t.Err(); err != nil {
			return p, fmt.Errorf("%s: seed %d: %w", bug.Name, seed, &trial.InternalError{Err: err})
		}
		p.Swarm.add(sum.Failures > 0, sum.Done, t.Events)
		s := Search{Setup: setup, Free: FreeFor(bug), Seed: sim.Seed(start), Runs: b.Runs, Workers: b.Workers, MaxFailures: 1, Blind: b.Blind}
		found, err := s.Do(ctx)
		if err != nil {
			return p, err
		}
		for _, r := range found.Failures {
			if r.Err != nil {
				return p, fmt.Errorf("%s: search %d, run %d: %w", bug.Name, start, r.Run, &trial.InternalError{Err: r.Err})
			}
		}
		p.Search.add(len(found.Failures) > 0, found.Runs+found.Traced, found.Events)
		if ctx.Err() != nil {
			return p, ctx.Err()
		}
		each()
	}
	return p, nil
}

func (s *Spent) add(found bool, runs, events uint64) {
	s.Found, s.Runs, s.Events = append(s.Found, found), append(s.Runs, runs), append(s.Events, events)
}
