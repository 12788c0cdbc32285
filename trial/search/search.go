// Package search looks for failures with a search that learns. A sweep draws each seed alike; this search draws more of a case than its faults (the
// options, the size of the cluster, the mix of operations over time, the sites of the model's own code), watches what each run reaches, and draws more
// of what reached something new.
//
// What it finds is a case, which replays alone. What it does depends on the setup and its seed alone: runs are drawn in generations, and what they
// reached is taken in the order in which they were drawn, whatever the number of workers.
package search

import (
	"context"
	"fmt"

	"simrun/check"
	"simrun/internal/crash"
	"simrun/sim"
	"simrun/sim/nemesis"
	"simrun/sim/rng"
	"simrun/sim/sweep"
	"simrun/trial"
)

// Search is a search for failing cases of one model.
type Search struct {
	trial.Setup
	Free        Free
	Seed        sim.Seed // of the search
	Runs        uint64   // at most
	Events      uint64   // at most, over all runs, as far as generations go; 0: no bound
	Workers     int      // runs at a time; less than 1: one. The result is the same
	MaxFailures int      // stop after so many failing runs; 0: never
	Verify      bool     // run some cases twice: see [verified]
	Blind       bool     // learn nothing: every run is drawn by the same weights

	// Each gets every run, in order, from the goroutine that called [Search.Do]. May be nil.
	Each func(*Report)
}

// Report is what a search keeps of one run.
type Report struct {
	Run      uint64   // from 1
	Drawn    []Choice // what was drawn for it, but for what is as usual
	Case     sim.Case
	Outcome  check.Outcome
	Err      error    // an internal error: a panic, a case that can't run, or two runs of one case that differ; then there is no outcome
	Summary  string   // one sentence
	Failed   []string // names of the checks that failed
	Events   uint64
	Novel    uint64 // features that no run reached before
	Verified bool   // the case was run twice

	choice   choice
	features []feature
	marks    []sim.Mark
	sites    []sim.SiteUse
}

// Choice is what was drawn of one axis of the case.
type Choice struct {
	Axis  string `json:"axis"`
	Value string `json:"value"`
}

// Failure reports whether the run counts as failing: a violation, or an internal error.
func (r *Report) Failure() bool { return r.Err != nil || r.Outcome == check.Violation }

// Summary is what came out of a search.
type Summary struct {
	Runs     uint64
	Events   uint64
	Failures []*Report
	Unknown  uint64
	Verified uint64
	Traced   uint64      // runs in addition, of cases whose messages were to be reordered
	Features uint64      // that were reached
	Arms     []ArmReport // what was drawn how often, and what came of it
	Marks    []trial.MarkCount
	Sites    []sim.SiteUse // over all runs
	Complete bool          // it did all its runs; else it was interrupted, or had enough failures or events
}

// ArmReport says of one value of an axis how often it was drawn, and what came of it.
type ArmReport struct {
	Choice
	Runs     uint64 `json:"runs"`
	Novel    uint64 `json:"novel"`
	Failures uint64 `json:"failures"`
}

// generation is how many runs are drawn before what they reached is taken in. It bounds how many workers help.
const generation = 16

// checkBudget is how many steps a check takes at most, unless the setup says. A search draws histories that are hard to decide, with many clients on one
// key; what is unknown after so many steps would cost as much as many runs.
const checkBudget = 200_000

// perSeed is how many runs a seed of a search has seeds for, so that searches with neighbouring seeds share none.
const perSeed = 1_000_000

var (
	choiceDraw = rng.Of("search choice")
	verifyDraw = rng.Of("search verify")
)

// state is a search under way.
type state struct {
	*Search
	drawing drawing
	bandits []*bandit
	corpus  *corpus
	tally   tally
	sum     Summary
}

// Do searches. The error says what is wrong with the setup.
func (s *Search) Do(ctx context.Context) (Summary, error) {
	if err := s.Setup.Check(); err != nil {
		return Summary{}, err
	}
	free := s.Free
	free.Plan = free.Plan && !s.Planned && (s.Nemesis == "" || s.Nemesis == nemesis.Swarm)
	st := &state{Search: s, drawing: drawing{&s.Setup, axes(&s.Model, free, !s.Blind)}, corpus: newCorpus()}
	for _, a := range st.drawing.axes {
		priors := make([]uint64, len(a.values))
		for i, v := range a.values {
			priors[i] = v.prior
		}
		st.bandits = append(st.bandits, newBandit(priors))
	}
	st.tally.begin(&st.drawing, s.Model.MarksOf(&s.Base))
	for first := uint64(1); first <= s.Runs; first += generation {
		if !st.generation(ctx, first, min(s.Runs, first+generation-1)) {
			break
		}
	}
	st.sum.Complete = st.sum.Runs == s.Runs
	st.sum.Features = uint64(len(st.corpus.known))
	st.tally.into(&st.sum)
	return st.sum, nil
}

// generation draws runs, runs them side by side, and takes in what they reached, in order. It reports whether to go on.
func (st *state) generation(ctx context.Context, first, last uint64) bool {
	reports := make([]*Report, last-first+1)
	for i := range reports {
		reports[i] = st.draw(first + uint64(i))
	}
	at := func(n sim.Seed) *Report { return reports[uint64(n)-first] }
	taken := 0
	side := sweep.Plan[*Report]{
		First: sim.Seed(first), Last: sim.Seed(last), Workers: st.Workers,
		Run:      func(n sim.Seed) *Report { st.run(at(n)); return at(n) },
		Panicked: func(n sim.Seed, x any) *Report { return at(n).failed(fmt.Errorf("panic: %w", crash.Recovered(x))) },
	}
	if st.MaxFailures > 0 { // what comes after the last failure is not asked for
		side.MaxFailures, side.Failed = st.MaxFailures-len(st.sum.Failures), (*Report).Failure
	}
	side.Each = func(r *Report) {
		reports[taken] = r
		taken++
	}
	sweep.Sweep(ctx, side)
	for _, r := range reports[:taken] {
		st.learn(r)
	}
	st.verify(ctx, reports[:taken])
	for _, r := range reports[:taken] {
		if st.take(r); st.MaxFailures > 0 && len(st.sum.Failures) >= st.MaxFailures {
			return false
		}
	}
	return ctx.Err() == nil && (st.Events == 0 || st.sum.Events < st.Events)
}

// draw draws the case of a run.
func (st *state) draw(run uint64) *Report {
	seed := st.Seed*perSeed + sim.Seed(run)
	r := &Report{Run: run, choice: make(choice, len(st.bandits))}
	v := rng.Draw(uint64(st.Seed), choiceDraw, run, 0)
	for i, b := range st.bandits {
		v = v.Next()
		r.choice[i] = b.choose(v)
	}
	if how := st.drawing.chosen(r.choice, "plan"); how == mutated || how == reordered {
		if st.made(r, seed, how) {
			return r
		}
		r.choice[0] = 0
	}
	r.Drawn = st.drawing.drawn(r.choice)
	var err error
	if r.Case, err = st.drawing.fresh(seed, r.choice); err != nil {
		return r.failed(err)
	}
	return r
}

// made makes the case of a run of one that reached something new; false if there is none.
func (st *state) made(r *Report, seed sim.Seed, how string) bool {
	draw := rng.Draw(uint64(st.Seed), parentDraw, r.Run, 0)
	parent := st.corpus.parent(draw)
	if parent == nil {
		return false
	}
	if how == reordered && parent.course == nil {
		x, events := st.drawing.courseOf(parent.c)
		parent.course = x
		st.sum.Traced++
		st.sum.Events += events
	}
	if how == reordered && len(parent.course.letters) > 0 {
		r.Case = st.drawing.reorder(seed, parent)
	} else {
		r.Case = st.drawing.mutate(seed, parent, st.corpus.parent(draw.Next()))
	}
	r.choice = r.choice.onlyPlan(parent.choice)
	r.Drawn = st.drawing.drawn(r.choice)
	return true
}

// onlyPlan is the choice of a run that was made of another: all but the plan are that one's.
func (c choice) onlyPlan(parent choice) choice {
	list := append(choice{c[0]}, parent[1:]...)
	return list
}

// drawn lists what is not as usual.
func (d *drawing) drawn(c choice) (list []Choice) {
	for i, a := range d.axes {
		if c[i] > 0 {
			list = append(list, Choice{a.name, a.values[c[i]].name})
		}
	}
	return list
}

func (r *Report) failed(err error) *Report {
	r.Err, r.Summary = err, err.Error()
	return r
}

// run runs a case, watched by a probe, and judges it.
func (st *state) run(r *Report) {
	if r.Err != nil {
		return
	}
	m, p := watched(st.Model)
	options := st.Options
	options.Second = 0
	if options.Budget == 0 {
		options.Budget = checkBudget
	}
	t, err := trial.Simulate(m, r.Case, false, st.Spec, options)
	if err != nil {
		r.failed(err)
		return
	}
	r.Case = t.Case
	r.Outcome, r.Events, r.marks, r.sites = t.Outcome, t.Events, t.Sometimes, t.Sites
	if t.Outcome != check.Valid {
		r.Summary = t.Summary
		for _, c := range t.Judgement.Failed() {
			r.Failed = append(r.Failed, c.Name)
		}
	}
	if err := t.Disagreement; err != nil {
		r.failed(err)
	}
	if !st.Blind {
		r.features = p.features(t.Result)
	}
}

// learn takes in what a run reached, and pays the values that were drawn for it.
func (st *state) learn(r *Report) {
	if st.Blind || r.Err != nil {
		return
	}
	r.Novel = st.corpus.add(r.Case, r.choice, r.features)
	r.features = nil
	for i, b := range st.bandits {
		b.learn(r.choice[i], worth(r.Novel))
	}
}

// take enters a run into the summary.
func (st *state) take(r *Report) {
	st.sum.Runs++
	st.sum.Events += r.Events
	if r.Verified {
		st.sum.Verified++
	}
	if r.Failure() {
		st.sum.Failures = append(st.sum.Failures, r)
	} else if r.Outcome == check.Unknown {
		st.sum.Unknown++
	}
	st.tally.add(r)
	if st.Each != nil {
		st.Each(r)
	}
}
