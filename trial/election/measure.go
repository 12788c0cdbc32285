// Package election measures how long a cluster is without a leader after its leader crashed, as Ongaro and Ousterhout do in "In Search of an
// Understandable Consensus Algorithm (Extended Version)", 2014, section 9.3 and figure 16.
package election

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"simrun/history"
	"simrun/internal/crash"
	"simrun/models"
	"simrun/sim"
	"simrun/sim/fault"
	"simrun/sim/rng"
	"simrun/sim/sweep"
)

// Setting is a choice of election timeouts, and what the paper says of it.
type Setting struct {
	Name   string        `json:"timeouts"` // the value of the model's option timing: "150-155ms"
	Plot   string        `json:"plot"`     // that has it: "randomness", "length"; "both"
	Trials int           `json:"-"`        // of the paper: 1,000, but 100 where there is no randomness
	Short  time.Duration `json:"shortest_ns"`
	Paper  string        `json:"paper,omitempty"` // what the paper says; "": nothing in numbers
}

// The plots of the figure.
const (
	Randomness = "randomness"
	Length     = "length"
	Both       = "both"
)

// Settings are those of the figure.
func Settings() []Setting {
	const ms = time.Millisecond
	return []Setting{
		{"150-150ms", Randomness, 100, 150 * ms, "consistently longer than 10 s, due to many split votes"},
		{"150-151ms", Randomness, 1000, 150 * ms, ""},
		{"150-155ms", Randomness, 1000, 150 * ms, "median 287 ms"},
		{"150-175ms", Randomness, 1000, 150 * ms, ""},
		{"150-200ms", Randomness, 1000, 150 * ms, "longest 513 ms"},
		{"150-300ms", Both, 1000, 150 * ms, ""},
		{"100-200ms", Length, 1000, 100 * ms, ""},
		{"50-100ms", Length, 1000, 50 * ms, ""},
		{"25-50ms", Length, 1000, 25 * ms, ""},
		{"12-24ms", Length, 1000, 12 * ms, "mean 35 ms, longest 152 ms"},
	}
}

// Limit is how long a trial waits for a leader.
const Limit = 10 * time.Second

// Row is what was measured of a setting.
type Row struct {
	Setting
	Trials  int             `json:"trials"`
	Times   []time.Duration `json:"times_ns"` // without a leader, in order of length, of the trials that had one within the limit
	Never   int             `json:"never"`    // trials that had none
	Skipped uint64          `json:"skipped"`  // seeds whose cluster was not at rest under n1 when that was to crash: they are no trials
}

// Quantile is the time within which such a part of the trials had a leader, in percent; the limit if they had not.
func (r *Row) Quantile(percent int) time.Duration {
	if i := (r.Trials*percent + 99) / 100; i <= len(r.Times) && len(r.Times) > 0 {
		return r.Times[max(i, 1)-1]
	}
	return Limit
}

// Mean is the mean, where a trial without a leader counts with the limit.
func (r *Row) Mean() time.Duration {
	sum := time.Duration(r.Never) * Limit
	for _, t := range r.Times {
		sum += t
	}
	return sum / time.Duration(max(r.Trials, 1))
}

// tries bounds the seeds for each trial.
const tries = 20

// Measure crashes the leader of a cluster of five under a setting, once for each trial, each in a run of its own, whose seeds are 1, 2, ….
// The row does not depend on the number of workers. Each is called after each seed.
func Measure(ctx context.Context, m models.Model, s Setting, broadcast time.Duration, trials, workers int, each func()) (Row, error) {
	row := Row{Setting: s, Trials: trials, Times: []time.Duration{}}
	var err error
	sum := sweep.Sweep(ctx, sweep.Plan[seen]{
		First: 1, Last: sim.Seed(trials * tries), Workers: workers,
		Run:      func(seed sim.Seed) seen { return look(m, s, broadcast, seed) },
		Panicked: func(seed sim.Seed, x any) seen { return seen{err: fmt.Errorf("seed %d: %w", seed, crash.Recovered(x))} },
		Enough:   func() bool { return err != nil || len(row.Times)+row.Never >= trials },
		Each: func(x seen) {
			switch {
			case x.err != nil:
				err = x.err
			case x.skipped:
				row.Skipped++
			case x.time == 0:
				row.Never++
			default:
				row.Times = append(row.Times, x.time)
			}
			each()
		},
	})
	switch {
	case err != nil:
		return row, err
	case ctx.Err() != nil:
		return row, ctx.Err()
	case len(row.Times)+row.Never < trials:
		return row, fmt.Errorf("timeouts %s: only %d of %d seeds came to rest under n1", s.Name, len(row.Times)+row.Never, sum.Done)
	}
	slices.Sort(row.Times)
	return row, nil
}

// seen is what is kept of one seed.
type seen struct {
	err     error
	skipped bool
	time    time.Duration // without a leader; 0: longer than the limit
}

// The course of a trial. So that n1 leads, the clocks of the others hardly run in the first second. In the next, a client writes once. The
// messages of n1 reach n4 and n5 some heartbeats late, always a whole number of them, so that heartbeats still arrive everywhere at
// once ("our test script triggered a synchronized broadcast of heartbeat RPCs"). One heartbeat after the write, n1 crashes at a random moment
// within the next, and what is under way to n4 and n5 is lost. The write is then in the logs of n2 and n3 alone, and n4 and n5 can't be
// elected ("the servers in each trial had different log lengths, so some candidates were not eligible to become leader").
const (
	settled = time.Second
	late4   = 8 // heartbeats
	late5   = 12
)

// Broadcast is the time of the paper: "a cluster of five servers with a broadcast time of roughly 15ms", which is what it takes to ask all
// and have their answers, each of which the disk must hold first. Messages take from a fifth to eight fifteenths of it one way, and a sync
// from a thirtieth to a tenth.
const Broadcast = 15 * time.Millisecond

var crashMoment = rng.Of("moment of the crash")

// look is one trial.
func look(m models.Model, s Setting, broadcast time.Duration, seed sim.Seed) seen {
	heartbeat := s.Short / 2
	c := base(m, s, broadcast, seed)
	calm, err := sim.Run(watched(m, new(watcher)), c)
	if err != nil {
		return seen{err: fmt.Errorf("timeouts %s, seed %d: %w", s.Name, seed, err)}
	}
	last, ok := lastWrite(calm.History)
	if !ok {
		return seen{skipped: true}
	}
	within := rng.Draw(uint64(seed), crashMoment, 0, 0).N(uint64(heartbeat))
	at := time.Duration(last) + heartbeat + time.Duration(within)
	for _, wait := range []time.Duration{4 * s.Short, Limit} { // most trials end soon, and the same run goes on the same way
		w := &watcher{crash: sim.Time(at)}
		c.Duration = sim.Duration(at + wait)
		if c.Faults, err = m.Profile.ParsePlan("the crash of the leader", fmt.Sprintf("%s\nat %v cut n1 > n4,n5 dropping in-flight forever\nat %v crash n1 forever", slowClocks, at, at)); err != nil {
			return seen{err: err}
		}
		if _, err := sim.Run(watched(m, w), c); err != nil {
			return seen{err: fmt.Errorf("timeouts %s, seed %d: %w", s.Name, seed, err)}
		}
		if w.others || !w.first {
			return seen{skipped: true}
		}
		if w.elected > 0 {
			return seen{time: time.Duration(w.elected - w.crash)}
		}
	}
	return seen{}
}

const slowClocks = "at 0s drift n2,n3,n4,n5 -19/20 for 1s"

// base is the case of a trial but for the crash.
func base(m models.Model, s Setting, broadcast time.Duration, seed sim.Seed) sim.Case {
	heartbeat := s.Short / 2
	latency := func(more time.Duration) sim.Latency {
		return sim.Latency{Dist: fault.Uniform, Min: sim.Duration(broadcast/5 + more), Max: sim.Duration(broadcast*8/15 + more)}
	}
	c := sim.Case{
		Version: sim.Version, Model: m.Name, Seed: seed, Nodes: 5, Clients: 1,
		Options:  map[sim.OptionName]string{"timing": s.Name, "pre-vote": "off", "check-quorum": "off"},
		Workload: sim.Workload{Rate: 1, Only: []string{"c1#2"}, Mix: []sim.Weight{{F: "write", Weight: 1}, {F: "read", Weight: 0}, {F: "cas", Weight: 0}}},
		Duration: sim.Duration(3 * settled),
		Recovery: sim.Recovery{Skip: true},
	}
	c.Network.Latency = latency(0)
	c.Network.Routes = []sim.Route{
		{Between: [2]string{"n1", "n4"}, OneWay: true, Latency: latency(late4 * heartbeat)},
		{Between: [2]string{"n1", "n5"}, OneWay: true, Latency: latency(late5 * heartbeat)},
	}
	c.Disk.Sync = sim.Latency{Dist: fault.Uniform, Min: sim.Duration(broadcast / 30), Max: sim.Duration(broadcast / 10)}
	c.Faults, _ = m.Profile.ParsePlan("the start", slowClocks)
	return c
}

// lastWrite is when the last operation was answered, if it was.
func lastWrite(events []history.Event) (at sim.Time, ok bool) {
	for i := range events {
		if e := &events[i]; e.Process != history.Nemesis {
			at, ok = e.Time, e.Type == history.OK
		}
	}
	return at, ok
}

// watched is the system of a model with no monitor but one.
func watched(m models.Model, w *watcher) sim.System {
	s := m.System()
	s.Monitors = func(*sim.Case) []sim.Monitor { return []sim.Monitor{w} }
	return s
}

// watcher sees who is elected.
type watcher struct {
	crash   sim.Time
	first   bool     // n1 was elected before the crash
	others  bool     // there was another election, too
	elected sim.Time // after it
}

// Name implements [sim.Monitor].
func (w *watcher) Name() string { return "elections" }

// Observe implements [sim.Monitor].
func (w *watcher) Observe(at sim.Sighting, f sim.Fact) *sim.Breach {
	switch t, ok := f.(sim.Trigger); {
	case !ok || t.Trigger() != "elected":
	case at.Time < w.crash && at.Node == 1 && !w.first:
		w.first = true
	case at.Time < w.crash:
		w.others = true
	case w.elected == 0:
		w.elected = at.Time
	}
	return nil
}

// Check says why a model can't be measured; nil if it can.
func Check(m models.Model) error {
	for _, o := range m.Options {
		if o.Name == "timing" && slices.Contains(o.Values, Settings()[0].Name) {
			return nil
		}
	}
	return errors.New("model " + m.Name + " has no option timing with the settings of the figure")
}
