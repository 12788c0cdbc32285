package recovery

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"time"

	"golang.org/x/exp/stats"

	"simrun/check"
	"simrun/internal/crash"
	"simrun/sim"
	"simrun/sim/fault"
	"simrun/sim/sweep"
	"simrun/trial"
)

// Row is what was measured of one model under one scenario.
type Row struct {
	Model string `json:"model"`
	Scenario
	Variant string `json:"variant,omitempty"` // what is different about the model, in the words of the caller; "" if nothing is
	Skipped string `json:"skipped,omitempty"` // why it was not measured; then the rest is empty

	Seeds      uint64   `json:"seeds"`
	Fired      uint64   `json:"fired"`            // of the seeds: those in which the fault hit something
	Silent     uint64   `json:"silent,omitempty"` // of these: those in which nothing was answered for a second before the fault; the figures are of the others
	Violations uint64   `json:"violations"`       // of them
	Unknown    uint64   `json:"unknown"`
	Wrong      sim.Seed `json:"wrong,omitempty"` // the first seed that was not valid
	Reason     string   `json:"reason,omitempty"`

	Ends    sim.Time  `json:"ends_ns"` // from the onset until the fault is over; [Watched] if it never is
	Goodput Figure    `json:"goodput"` // answers in a second, before the fault
	First   Quantiles `json:"first_ns"`
	Back    Quantiles `json:"back_ns"`
	Failed  Quantiles `json:"failed"`
	Missing Quantiles `json:"missing"`
	Curve   []Band    `json:"curve"` // of each [Bucket], from [Lead] before the onset on: goodput as a part of that before
}

// Quantiles are those of a figure over the seeds. A time that never came is greater than all that did.
type Quantiles struct{ P50, P95, Max Figure }

// Figure is a number, or a time in nanoseconds; infinite is a time that never came, which JSON has as null.
type Figure float64

// Never reports whether the time did not come.
func (f Figure) Never() bool { return math.IsInf(float64(f), 1) }

// MarshalJSON rounds to a whole number.
func (f Figure) MarshalJSON() ([]byte, error) {
	if f.Never() {
		return []byte("null"), nil
	}
	return fmt.Appendf(nil, "%.0f", float64(f)), nil
}

// MarshalJSON writes {"p50": 12, "p95": 31, "max": 40}.
func (q Quantiles) MarshalJSON() ([]byte, error) {
	return json.Marshal(map[string]Figure{"p50": q.P50, "p95": q.P95, "max": q.Max})
}

// Band is the spread of a figure of the curve: a tenth of the seeds is below Low, a tenth above High.
type Band struct{ Low, Median, High float64 }

// MarshalJSON rounds to thousandths.
func (b Band) MarshalJSON() ([]byte, error) {
	return fmt.Appendf(nil, "[%.3f,%.3f,%.3f]", b.Low, b.Median, b.High), nil
}

// Measure runs the seeds from 1 under a scenario; each is called after each. The setup says what runs; its faults and its duration are those of the scenario.
func Measure(ctx context.Context, setup trial.Setup, s Scenario, seeds uint64, workers int, each func()) (Row, error) {
	row := Row{Model: setup.Model.Name, Scenario: s, Seeds: seeds}
	setup.Base.Duration, setup.Planned, setup.Plan = sim.Duration(end), true, nil
	if err := setup.Check(); err != nil {
		return row, err
	}
	var err error
	row.Scenario, setup.Plan, row.Skipped, err = s.For(&setup.Model, setup.Base.Nodes)
	if err != nil || row.Skipped != "" {
		return row, err
	}
	for _, f := range setup.Plan {
		row.Ends = max(row.Ends, ends(f))
	}
	var courses []Course
	sweep.Sweep(ctx, sweep.Plan[seen]{
		First: 1, Last: sim.Seed(seeds), Workers: workers,
		Run: func(seed sim.Seed) seen { return look(&setup, seed) },
		Panicked: func(seed sim.Seed, x any) seen {
			return seen{err: fmt.Errorf("seed %d: panic: %w", seed, crash.Recovered(x))}
		},
		Each: func(x seen) {
			if x.err != nil && err == nil {
				err = &trial.InternalError{Err: x.err}
			}
			if x.err == nil && row.count(&x) {
				courses = append(courses, x.course)
			}
			each()
		},
	})
	if err == nil {
		err = ctx.Err()
	}
	row.summarize(courses)
	return row, err
}

// ends is when a fault is over, from the onset.
func ends(f fault.Fault) sim.Time {
	if f.Kind.Lasts() && (f.For == 0 || f.For > time.Duration(end)-f.At) {
		return Watched
	}
	return min(Watched, sim.Time(f.At+f.For)-Onset)
}

// seen is what is kept of one seed.
type seen struct {
	err     error
	seed    sim.Seed
	outcome check.Outcome
	summary string
	fired   bool
	course  Course
}

func look(s *trial.Setup, seed sim.Seed) seen {
	run, err := s.Run(seed, false)
	if err != nil {
		return seen{err: fmt.Errorf("seed %d: %w", seed, err)}
	}
	return seen{seed: seed, outcome: run.Outcome, summary: run.Summary, fired: len(run.Unfired) == 0, course: CourseOf(run.History)}
}

// count takes what was seen of a seed, and reports whether its course counts.
func (r *Row) count(x *seen) bool {
	switch x.outcome {
	case check.Violation:
		r.Violations++
	case check.Unknown:
		r.Unknown++
	}
	if x.outcome != check.Valid && r.Wrong == 0 {
		r.Wrong, r.Reason = x.seed, x.summary
	}
	if !x.fired {
		return false
	}
	r.Fired++
	if x.course.Silent {
		r.Silent++
		return false
	}
	return true
}

// summarize takes the quantiles of the courses.
func (r *Row) summarize(courses []Course) {
	if len(courses) == 0 {
		return
	}
	over := func(of func(*Course) float64) []float64 {
		list := make([]float64, len(courses))
		for i := range courses {
			list[i] = of(&courses[i])
		}
		return list
	}
	r.Goodput = Figure(stats.Mean(over(func(c *Course) float64 { return float64(c.Before) / float64((Onset-warmUp)/second) })))
	r.First = quantiles(over(func(c *Course) float64 { return figure(c.First) }))
	r.Back = quantiles(over(func(c *Course) float64 { return figure(c.Back) }))
	r.Failed = quantiles(over(func(c *Course) float64 { return float64(c.Failed) }))
	r.Missing = quantiles(over(func(c *Course) float64 { return float64(c.Missing) }))
	for i := range courses[0].Answers {
		q := stats.Quantiles(over(func(c *Course) float64 {
			return float64(c.Answers[i]) * float64((Onset-warmUp)/Bucket) / float64(max(c.Before, 1))
		}), 0.1, 0.5, 0.9)
		r.Curve = append(r.Curve, Band{q[0], q[1], q[2]})
	}
}

// figure is a time as a number, which is infinite if it never came.
func figure(t sim.Time) float64 {
	if t == Never {
		return math.Inf(1)
	}
	return float64(t)
}

func quantiles(list []float64) Quantiles {
	q := stats.Quantiles(list, 0.5, 0.95, 1)
	for i := range q {
		if math.IsNaN(q[i]) { // between two that never came
			q[i] = math.Inf(1)
		}
	}
	return Quantiles{Figure(q[0]), Figure(q[1]), Figure(q[2])}
}
