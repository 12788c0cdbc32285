// Package staleness measures how stale the reads of a model are, and how many operations get no answer, under settings of its options: what a store that is not
// linearizable trades one for the other.
package staleness

import (
	"context"
	"fmt"
	"slices"

	"simrun/check"
	"simrun/check/weaker"
	"simrun/history"
	"simrun/internal/crash"
	"simrun/sim"
	"simrun/sim/sweep"
	"simrun/trial"
)

// Row is what was measured under one setting, over all seeds.
type Row struct {
	Setting string `json:"setting"`
	Seeds   uint64 `json:"seeds"`
	Ops     uint64 `json:"operations"`
	Failed  uint64 `json:"no_answer"` // of them
	Reads   uint64 `json:"reads"`     // that were answered, and whose version is known
	Stale   uint64 `json:"stale"`     // of them: what they returned had been replaced before they began

	// Of the stale reads.
	Versions Quantiles `json:"versions"` // by how many writes they were behind
	Age      Quantiles `json:"age_ns"`   // how long what they returned had been replaced
}

// Quantiles are those of a figure, by nearest rank; zero if there is none.
type Quantiles struct {
	P50 int64 `json:"p50"`
	P99 int64 `json:"p99"`
	Max int64 `json:"max"`
}

// quantiles sorts a list, and takes its quantiles.
func quantiles(list []int64) Quantiles {
	if len(list) == 0 {
		return Quantiles{}
	}
	slices.Sort(list)
	rank := func(percent int) int64 { return list[(len(list)*percent+99)/100-1] }
	return Quantiles{rank(50), rank(99), rank(100)}
}

// Measure runs the seeds from 1 of a setup, which says the options too; each is called after each. Nothing is judged. The setup has been checked.
func Measure(ctx context.Context, setup *trial.Setup, setting string, seeds uint64, workers int, each func()) (Row, error) {
	row := Row{Setting: setting, Seeds: seeds}
	var err error
	var versions, ages []int64
	sweep.Sweep(ctx, sweep.Plan[seen]{
		First: 1, Last: sim.Seed(seeds), Workers: workers,
		Run: func(seed sim.Seed) seen { return look(setup, seed) },
		Panicked: func(seed sim.Seed, x any) seen {
			return seen{err: fmt.Errorf("seed %d: panic: %w", seed, crash.Recovered(x))}
		},
		Each: func(x seen) {
			if x.err != nil && err == nil {
				err = &trial.InternalError{Err: x.err}
			}
			row.Ops, row.Failed, row.Reads = row.Ops+x.ops, row.Failed+x.failed, row.Reads+uint64(len(x.ages))
			for _, a := range x.ages {
				if a.Versions > 0 {
					row.Stale++
					versions, ages = append(versions, int64(a.Versions)), append(ages, int64(a.Time))
				}
			}
			each()
		},
	})
	if err == nil {
		err = ctx.Err()
	}
	row.Versions, row.Age = quantiles(versions), quantiles(ages)
	return row, err
}

// seen is what is kept of one seed.
type seen struct {
	err         error
	ops, failed uint64
	ages        []weaker.Age
}

func look(s *trial.Setup, seed sim.Seed) (x seen) {
	c, err := s.Case(seed)
	if err != nil {
		return seen{err: fmt.Errorf("seed %d: %w", seed, err)}
	}
	r, err := sim.Run(s.Model.System(), c)
	if err == nil {
		x.ages, err = weaker.Ages(s.Spec, r.History)
	}
	if err != nil {
		return seen{err: fmt.Errorf("seed %d: %w", seed, err)}
	}
	for i := range r.History {
		switch e := &r.History[i]; {
		case e.Process == history.Nemesis:
		case e.Type == history.Invoke:
			x.ops++
			x.failed++
		case e.Type == history.OK || e.Type == history.Fail && e.Error == "": // a compare-and-set that found another value was answered
			x.failed--
		}
	}
	return x
}

// Measurable says why the reads of a workload have no age; nil if they have one.
func Measurable(spec check.Spec) error {
	if spec == nil {
		return fmt.Errorf("the workload has no specification, so that its reads are not of one version each")
	}
	_, err := weaker.Ages(spec, nil)
	return err
}
