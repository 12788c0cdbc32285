package cli

import (
	"fmt"
	"runtime"
	"slices"
	"sync"

	"simrun/check"
	"simrun/sim"
	"simrun/sim/sweep"
	"simrun/trial"
)

// tally counts, over many seeds, which checks failed.
type tally struct {
	violations, unknown uint64
	first               sim.Seed // with a violation, and why
	reason              string
	checks              []checkCount // in order of the judgement
}

// checkCount says how many of the failing runs a check saw.
type checkCount struct {
	Name  string `json:"name"`
	Seeds uint64 `json:"seeds"`
}

// count runs seeds on all cores, until the last or until so many failed (0: to the last).
func (b *benching) count(s *setup, first, last sim.Seed, failures int, title string) (*tally, error) {
	ctx := b.cmd.Context()
	var mu sync.Mutex
	failed := map[sim.Seed]trial.Judgement{} // also of seeds beyond the last that counts
	bar := b.progress(title, int64(last-first+1))
	sum := sweep.Sweep(ctx, sweep.Plan{
		First: first, Last: last, Workers: runtime.GOMAXPROCS(0), MaxFailures: failures,
		Run: func(seed sim.Seed) sweep.Report {
			r, j := s.judge(seed)
			if r.Outcome == sweep.Violation {
				mu.Lock()
				failed[seed] = j
				mu.Unlock()
			}
			return r
		},
		Each: func(sweep.Report) { bar.add(1) },
	})
	bar.end()
	if ctx.Err() != nil {
		return nil, fmt.Errorf("%w at %s, after %s", errInterrupted, title, plural(int(sum.Done), "seed"))
	}
	n := &tally{unknown: sum.Counts[sweep.Unknown]}
	for _, f := range sum.Failures {
		if f.Outcome == sweep.Internal {
			return nil, internalError{fmt.Errorf("%s: seed %d: %s", title, f.Seed, f.Detail)}
		}
		n.add(f.Seed, failed[f.Seed])
	}
	return n, nil
}

// add enters a failing run.
func (n *tally) add(seed sim.Seed, j trial.Judgement) {
	if n.violations++; n.violations == 1 {
		n.first, n.reason = seed, j.Summary
	}
	for _, c := range j.Checks {
		i := slices.IndexFunc(n.checks, func(known checkCount) bool { return known.Name == c.Name })
		if i < 0 {
			i = len(n.checks)
			n.checks = append(n.checks, checkCount{Name: c.Name})
		}
		if c.Outcome == check.Violation {
			n.checks[i].Seeds++
		}
	}
}

// judge runs a seed without a trace.
func (s *setup) judge(seed sim.Seed) (sweep.Report, trial.Judgement) {
	c, err := s.caseOf(seed)
	if err != nil {
		return sweep.Report{Outcome: sweep.Internal, Detail: err.Error()}, trial.Judgement{}
	}
	j, err := simulate(s.model, c, false, s.spec, s.opts)
	if err != nil {
		return sweep.Report{Outcome: sweep.Internal, Detail: err.Error()}, trial.Judgement{}
	}
	r := sweep.Report{Events: j.result.Events, Simulated: j.result.End, Marks: j.result.Sometimes}
	switch j.judgement.Outcome {
	case check.Unknown:
		r.Outcome, r.Detail = sweep.Unknown, j.judgement.Summary
	case check.Violation:
		r.Outcome, r.Detail = sweep.Violation, j.judgement.Summary
	}
	return r, j.judgement
}
