package trial

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"simrun/check"
	"simrun/internal/crash"
	"simrun/sim"
	"simrun/sim/rng"
	"simrun/sim/sweep"
)

// Sweep is a trial of many seeds.
type Sweep struct {
	Setup
	First, Last   sim.Seed // inclusive
	Shard, Shards uint64   // as in [sweep.Plan]
	Workers       int      // seeds that are simulated at a time; less than 1: one
	MaxFailures   int      // stop after so many seeds with a violation or an internal error, of whatever cause; 0: never
	MaxCauses     int      // stop after so many different causes; 0: never
	VerifyOneIn   uint64   // run the first seeds twice, and of the others every so-many-th, chosen by the seed; 0: none

	// Each gets every report, in order of seed, from the goroutine that called [Sweep.Do]. May be nil.
	Each func(*Report)

	// RunSeed runs one seed somewhere else, mostly with [Sweep.One] in another process, which can be ended if the seed never ends. It is
	// called by several goroutines at once. Nil: seeds run here.
	RunSeed func(sim.Seed) *Report

	// From is how far an earlier sweep of the same setup got, from where this one goes on; nil: it begins with First. The seeds before
	// are not given to Each again, but they are counted: in the summary, the tally, MaxFailures and MaxCauses.
	From *SweepState

	tally *Tally
	last  *Report // the last that was counted
}

// Report is what a sweep keeps of one seed.
type Report struct {
	Seed      sim.Seed
	Outcome   check.Outcome
	Err       error    // an internal error: a panic, a case that can't run, or two runs of one case that differ; then there is no outcome
	Disagrees bool     // two engines do: Err is [Judgement.Disagreement]
	Summary   string   // one sentence: the verdict, or the error
	Failed    []string // names of the checks that failed, in order of time
	Cause     Cause    // of a failure
	Number    int      // of the cause among those of the sweep, from 1 in order of their first seeds; 0 until the report is counted
	Events    uint64   // executed
	Simulated sim.Time // virtual time at the end
	Marks     []sim.Mark
	Exercise  Exercise
	Run       *Run // the run itself, if it failed in real time: it will never be the same again. It has a trace
	GivenUp   bool // the seed took more time or memory than it may, so that there is no verdict: Outcome is unknown, and Summary says why
	Dropped   bool // it was ended before that, since the sweep was: nothing is known, and the report does not count
	Verified  bool // the seed was run twice, the runs were compared, and porcupine was asked too
}

// Failure reports whether the seed counts as failing: a violation, an internal error, or a seed that was given up.
func (r *Report) Failure() bool { return r.Err != nil || r.GivenUp || r.Outcome == check.Violation }

// Word is the outcome for a person: "valid", "unknown", "given up", "violation" or "internal error".
func (r *Report) Word() string {
	switch {
	case r.Err != nil:
		return internalWord
	case r.GivenUp:
		return givenUpWord
	}
	return r.Outcome.String()
}

const (
	internalWord = "internal error"
	givenUpWord  = "given up"
)

// GiveUp is the report of a seed that took more than it may, of which the budget is named: "time", "memory". Where says what ran then, by
// chance: it is not part of the cause.
func GiveUp(seed sim.Seed, budget, why, where string) *Report {
	if where != "" {
		why += ", in " + where
	}
	return &Report{Seed: seed, GivenUp: true, Outcome: check.Unknown, Summary: why, Cause: Cause{Check: budget + " budget"}}
}

// Crash is the report of a seed that ended the process that ran it.
func Crash(seed sim.Seed, why error) *Report { return failed(seed, why) }

// Do runs the seeds. What it returns does not depend on the number of workers.
func (s *Sweep) Do(ctx context.Context) (sweep.Summary, *Tally) {
	t, first, before := newTally(s.Model.MarksOf(&s.Base)), s.First, sweep.Summary{Complete: true}
	if s.From != nil {
		t, first = s.From.Tally, s.From.Next
		before = sweep.Summary{Done: t.seeds(), Failures: len(t.Failures), Next: s.From.Next, Complete: s.From.End}
	}
	s.tally, s.last = t, nil
	enough := func() bool {
		return s.MaxFailures > 0 && len(t.Failures) >= s.MaxFailures || s.MaxCauses > 0 && len(t.Causes) >= s.MaxCauses
	}
	if s.From != nil && (s.From.End || enough()) {
		return before, t
	}
	sum := sweep.Sweep(ctx, sweep.Plan[*Report]{
		First: first, Last: s.Last, Shard: s.Shard, Shards: s.Shards, Workers: s.Workers,
		Run: s.one(),
		Panicked: func(seed sim.Seed, x any) *Report {
			return failed(seed, fmt.Errorf("panic: %w", crash.Recovered(x)))
		},
		Failed:  (*Report).Failure,
		Dropped: func(r *Report) bool { return r.Dropped },
		Enough:  enough,
		Each: func(r *Report) {
			t.add(r)
			s.last = r
			if s.Each != nil {
				s.Each(r)
			}
		},
	})
	sum.Done += before.Done
	sum.Failures += before.Failures
	return sum, t
}

func failed(seed sim.Seed, err error) *Report {
	return &Report{Seed: seed, Err: err, Summary: err.Error(), Cause: causeOfError(err)}
}

// verifiedFirst is how many seeds at the beginning of a sweep are run twice: what is not deterministic mostly shows soon, and whoever
// changes a model wants to know before the sweep is long.
const verifiedFirst = 20

// verifyDraw chooses the seeds that are run twice after the first, and whose history porcupine decides too.
var verifyDraw = rng.Of("verify")

// twice reports whether a seed is run twice.
func (s *Sweep) twice(seed sim.Seed) bool {
	if s.VerifyOneIn == 0 {
		return false
	}
	return uint64(seed-s.First)/max(s.Shards, 1) < verifiedFirst || rng.Draw(uint64(seed), verifyDraw, 0, 0).N(s.VerifyOneIn) == 0
}

// one is how one seed is run.
func (s *Sweep) one() func(sim.Seed) *Report {
	if s.RunSeed != nil {
		return s.RunSeed
	}
	return s.One
}

// One runs one seed here. A panic is a report.
func (s *Sweep) One(seed sim.Seed) (r *Report) {
	defer func() {
		if x := recover(); x != nil {
			r = failed(seed, fmt.Errorf("panic: %w", crash.Recovered(x)))
		}
	}()
	again := s.twice(seed)
	setup := s.Setup
	if !again {
		setup.Options.Second = 0
	}
	run, err := setup.Run(seed, s.Live())
	if err != nil {
		return failed(seed, err)
	}
	r = &Report{
		Seed: seed, Outcome: run.Outcome, Events: run.Events, Simulated: run.End, Marks: run.Sometimes, Exercise: run.Exercise,
	}
	if run.Outcome != check.Valid {
		r.Summary = run.Summary
		for _, c := range run.Judgement.Failed() {
			r.Failed = append(r.Failed, c.Name)
		}
	}
	if cause, fails := CauseOf(run, s.Spec, s.Options); fails {
		r.Cause = Cause{Check: cause.Check, Kinds: cause.Kinds}
	}
	if err := run.Disagreement; err != nil {
		r.Err, r.Summary, r.Disagrees, r.Cause = err, err.Error(), true, Cause{Check: disagreement}
	}
	if s.Live() && r.Failure() {
		r.Run = run
	}
	if again {
		r.Verified = true
		if err := VerifyRun(s.Model, run.Result); err != nil {
			r.Err, r.Summary, r.Cause = err, err.Error(), causeOfError(err)
		}
	}
	return r
}

// Tally is what many seeds had in common. It does not depend on the order of workers.
type Tally struct {
	Counts    map[string]uint64 // seeds by [Report.Word]
	Verified  uint64            // seeds that were run twice
	Failures  []*Report         // in order of seed
	Causes    []*CauseCount     // of the failures, in order of their first seeds
	Marks     []MarkCount       // in order of name: those that the model declares, and those that were reached
	Checks    map[string]uint64 // failing seeds by name of the check that saw it
	Little    uint64            // valid seeds whose verdict means little ([Exercise.Little])
	Events    uint64
	Simulated sim.Time
	Exercise  ExerciseSpread
}

// MarkCount says how often a state worth reaching was reached.
type MarkCount struct {
	Name  string `json:"name"`
	Seeds uint64 `json:"seeds"` // that reached it at least once
	Count uint64 `json:"count"` // over all seeds
}

// ExerciseSpread is how much the seeds exercised.
type ExerciseSpread struct {
	Changes  Spread `json:"changes"` // of the seeds whose order is known
	Leaders  Spread `json:"leaders"`
	Restarts Spread `json:"restarts"`
	Faults   uint64 `json:"faults"` // over all seeds
	Fired    uint64 `json:"fired"`
}

// Spread counts values of seeds.
type Spread struct {
	by map[int]uint64
	n  uint64
}

func (s *Spread) add(v int) {
	if s.by == nil {
		s.by = map[int]uint64{}
	}
	s.by[v]++
	s.n++
}

// Least, Median and Most are 0 of no values.
func (s *Spread) Least() int  { return s.at(0) }
func (s *Spread) Median() int { return s.at(s.n / 2) }
func (s *Spread) Most() int   { return s.at(s.n - min(s.n, 1)) }

// at is the value with so many before it, in order of size.
func (s *Spread) at(before uint64) int {
	values := make([]int, 0, len(s.by))
	for v := range s.by {
		values = append(values, v)
	}
	slices.Sort(values)
	for _, v := range values {
		if before < s.by[v] {
			return v
		}
		before -= s.by[v]
	}
	return 0
}

// MarshalJSON writes {"min": 1, "median": 4, "max": 9}.
func (s Spread) MarshalJSON() ([]byte, error) {
	return fmt.Appendf(nil, `{"min":%d,"median":%d,"max":%d}`, s.Least(), s.Median(), s.Most()), nil
}

func newTally(marks []string) *Tally {
	t := &Tally{Counts: map[string]uint64{}, Checks: map[string]uint64{}}
	for _, name := range marks {
		t.mark(MarkCount{Name: name})
	}
	return t
}

// seeds is how many were counted.
func (t *Tally) seeds() (n uint64) {
	for _, word := range Words() {
		n += t.Counts[word]
	}
	return n
}

// add enters a report.
func (t *Tally) add(r *Report) {
	t.Counts[r.Word()]++
	t.Events += r.Events
	t.Simulated += r.Simulated
	if r.Verified {
		t.Verified++
	}
	if r.Failure() {
		t.Failures = append(t.Failures, r)
		t.cause(r)
	}
	for _, name := range r.Failed {
		t.Checks[name]++
	}
	for _, m := range r.Marks {
		t.mark(MarkCount{m.Name, 1, m.Count})
	}
	if r.Err == nil && !r.GivenUp {
		t.exercise(r)
	}
}

func (t *Tally) exercise(r *Report) {
	e := &t.Exercise
	if r.Exercise.Changes >= 0 {
		e.Changes.add(r.Exercise.Changes)
	}
	e.Leaders.add(r.Exercise.Leaders)
	e.Restarts.add(r.Exercise.Restarts)
	e.Faults += uint64(r.Exercise.Faults)
	e.Fired += uint64(r.Exercise.Fired)
	if r.Outcome == check.Valid && r.Exercise.Little() != "" {
		t.Little++
	}
}

// mark adds to what is known of a mark, and keeps the list in order.
func (t *Tally) mark(m MarkCount) {
	i, known := slices.BinarySearchFunc(t.Marks, m.Name, func(c MarkCount, name string) int { return strings.Compare(c.Name, name) })
	if !known {
		t.Marks = slices.Insert(t.Marks, i, MarkCount{Name: m.Name})
	}
	t.Marks[i].Seeds += m.Seeds
	t.Marks[i].Count += m.Count
}

// Unreached lists the states worth reaching that no seed reached, in order of name.
func (t *Tally) Unreached() []string {
	var names []string
	for _, m := range t.Marks {
		if m.Seeds == 0 {
			names = append(names, m.Name)
		}
	}
	return names
}

// Err is the first internal error, with its seed; nil if there was none.
func (t *Tally) Err() (sim.Seed, error) {
	for _, r := range t.Failures {
		if r.Err != nil {
			return r.Seed, r.Err
		}
	}
	return 0, nil
}

// Outcome is the worst that any seed showed. An internal error is not an outcome: see [Tally.Err].
func (t *Tally) Outcome() check.Outcome {
	o := check.Valid
	if t.Counts[givenUpWord] > 0 {
		o = check.Unknown
	}
	for _, word := range []check.Outcome{check.Unknown, check.Violation} {
		if t.Counts[word.String()] > 0 {
			o = o.Worse(word)
		}
	}
	return o
}

// Words lists the outcomes that seeds had, the worst first: "violation", then "valid".
func Words() []string {
	return []string{internalWord, check.Violation.String(), givenUpWord, check.Unknown.String(), check.Valid.String()}
}
