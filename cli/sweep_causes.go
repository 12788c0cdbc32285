package cli

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"

	"simrun/check"
	"simrun/internal/count"
	"simrun/sim"
	"simrun/sim/shrink"
	"simrun/trial"
)

// shrunkCauses bounds how many causes are made small: the first, in order of their seeds.
const shrunkCauses = 8

// sweepCause is a cause of failures as --format json lists it.
type sweepCause struct {
	trial.CauseCount
	Small *smallCause `json:"shrunk"`             // its first seed, made small; null: it was not
	Why   string      `json:"unshrunk,omitempty"` // why it was not
}

// smallCause is the first seed of a cause, made small.
type smallCause struct {
	Seed       sim.Seed `json:"seed"`
	Case       string   `json:"case"`   // its file
	Folder     string   `json:"folder"` // that its run is stored in
	Faults     int      `json:"faults"`
	Operations int      `json:"operations"`
	Runs       int      `json:"runs"`    // that it took
	Minimal    bool     `json:"minimal"` // each fault, override and operation was shown to be needed
	Replay     string   `json:"replay"`
}

// shrinkCauses makes the first seed of each cause small. An interrupt ends that, and what was found is kept.
func (w *sweeping) shrinkCauses(ctx context.Context, tally *trial.Tally) error {
	for i, c := range tally.Causes {
		cause := sweepCause{CauseCount: *c}
		f := w.first(i + 1)
		switch {
		case i < len(w.known) && w.known[i].Small != nil:
			cause.Small = w.known[i].Small
		case w.flags.shrink == 0:
			cause.Why = "--shrink 0"
		case w.sweep.Live():
			cause.Why = "it ran in real time"
		case f.Outcome != check.Violation.String():
			cause.Why = "there is no verdict to keep"
		case f.Folder == "":
			cause.Why = "its run is not stored"
		case ctx.Err() != nil:
			cause.Why = "interrupted; try simrun shrink " + quote(f.Folder)
		case i >= shrunkCauses:
			cause.Why = fmt.Sprintf("only the first %d causes are made small; try simrun shrink %s", shrunkCauses, quote(f.Folder))
		default:
			var err error
			if cause.Small, err = w.shrinkFirst(ctx, f); err != nil {
				return err
			}
		}
		w.causes = append(w.causes, cause)
	}
	return nil
}

// first is the first failing seed of a cause.
func (w *sweeping) first(number int) *sweepFailure {
	for i := range w.failed {
		if w.failed[i].Cause == number {
			return &w.failed[i]
		}
	}
	panic(fmt.Sprintf("no seed has cause %d", number))
}

// shrinkFirst makes the case of a failing seed small, and stores it.
func (w *sweeping) shrinkFirst(ctx context.Context, f *sweepFailure) (*smallCause, error) {
	first, err := w.sweep.Run(f.Seed, false)
	if err != nil {
		return nil, err
	}
	bar := w.progress(fmt.Sprintf("shrink seed %d, for cause %d", f.Seed, f.Cause), int64(w.flags.shrink))
	o := shrink.Options{Runs: w.flags.shrink, Workers: w.sweep.Workers, Each: func(shrink.Report) { bar.add(1) }}
	t, small, err := makeSmall(ctx, first, f.Folder, w.sweep.Spec, w.sweep.Options, o)
	bar.end()
	if err != nil {
		return nil, err
	}
	file := filepath.Join(f.Folder, smallCaseFile)
	s := &smallCause{
		Seed: f.Seed, Case: file, Faults: small.Size.Faults, Operations: small.Size.Operations,
		Runs: small.Runs, Minimal: small.Minimal, Replay: w.program + " replay " + quote(file),
	}
	s.Folder, err = w.save(context.WithoutCancel(ctx), w.out.out, t)
	return s, err
}

// printCauses says what the failing seeds have in common.
func (w *sweeping) printCauses() {
	for i, c := range w.causes {
		fmt.Fprintf(w.stdout, "\ncause %d  %s  %s\n", i+1, printable(c.String()), c.seedsOf())
		if s := c.Small; s != nil {
			fmt.Fprintf(w.stdout, "  smallest  %s  %s\n  replay    %s\n", s.sizes(), s.Folder, s.Replay)
		} else {
			fmt.Fprintf(w.stdout, "  not made small: %s\n", c.Why)
		}
	}
	if len(w.causes) > 0 {
		fmt.Fprintln(w.stdout)
	}
}

// seedsOf says which seeds a cause has: "7 seeds: 41, 50, 59, 61, 80, …".
func (c *sweepCause) seedsOf() string {
	var names []string
	for _, s := range c.First {
		names = append(names, fmt.Sprint(s))
	}
	if c.Seeds > uint64(len(c.First)) {
		names = append(names, "…")
	}
	return fmt.Sprintf("(%s: %s)", count.Of(c.Seeds, "seed"), strings.Join(names, ", "))
}

// sizes says how small a case has become: "1 fault, 2 operations (300 runs, minimal)".
func (s *smallCause) sizes() string {
	how := "minimal"
	if !s.Minimal {
		how = "smaller with a larger --shrink, perhaps"
	}
	return fmt.Sprintf("%s, %s (%s, %s)", count.Of(s.Faults, "fault"), count.Of(s.Operations, "operation"), count.Of(s.Runs, "run"), how)
}

// shownCause is a cause as the formats for CI print it: the verdict of its first seed, with the command that replays the small case.
func (w *sweeping) shownCause(title string, i int) shown {
	c, f := &w.causes[i], w.first(i+1)
	s := shown{title: fmt.Sprintf("%s seed %d %s", title, f.Seed, c.seedsOf()), replay: f.Replay, summary: f.Reason}
	if c.Small != nil {
		s.replay = c.Small.Replay
	}
	if f.results != nil {
		s.results = *f.results
	} else {
		o := check.Violation
		if f.Outcome == "given up" {
			o = check.Unknown
		}
		s.results = trial.Results{Outcome: o, Checks: []trial.Check{{Name: f.Outcome, Outcome: o, Reason: f.Reason}}}
	}
	return s
}
