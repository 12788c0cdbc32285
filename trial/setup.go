package trial

import (
	"fmt"
	"time"

	"simrun/check"
	"simrun/models"
	"simrun/sim"
	"simrun/sim/fault"
	"simrun/sim/nemesis"
)

// Setup is all that a trial depends on but the seed.
type Setup struct {
	Model   models.Model
	Base    sim.Case      // without seed and faults
	Nemesis string        // what draws the faults: the names of nemeses joined by commas
	Beyond  bool          // let the nemesis go beyond what the model claims to survive
	Planned bool          // the faults are Plan, and there is no nemesis
	Plan    []fault.Fault // may be empty
	Spec    check.Spec    // nil: the workload's own
	Options check.Options // of the check

	complete bool // Base is
}

// Check completes the base case, and says what is wrong with the setup, in one sentence, before anything runs; nil if nothing is.
func (s *Setup) Check() error {
	if err := s.completeBase(); err != nil {
		return err
	}
	c, err := s.Case(1)
	if err == nil {
		system := s.Model.System()
		_, err = system.Complete(c) // with its faults
	}
	return err
}

// completeBase fills in what the base case leaves out, once. It is not called where seeds run side by side.
func (s *Setup) completeBase() error {
	if s.complete {
		return nil
	}
	system := s.Model.System()
	s.Model.Suit(&s.Base)
	c, err := system.Complete(s.Base)
	if err == nil {
		c.Workload.Mix = s.Base.Workload.Mix // left out, the nemesis draws it
		s.Base, s.complete = c, true
	}
	return err
}

// Live reports whether runs are in real time, and no two are the same.
func (s *Setup) Live() bool { return s.Model.Outside != nil }

// Case is the case of one seed. Its faults are checked when it runs.
func (s *Setup) Case(seed sim.Seed) (sim.Case, error) {
	if !s.complete { // a caller that has not called Check
		of := *s
		if err := of.completeBase(); err != nil {
			return sim.Case{}, err
		}
		s = &of
	}
	c := s.Base
	c.Seed, c.Faults = seed, s.Plan
	if s.Planned {
		return c, nil
	}
	return draw(s.Model, c, s.Nemesis, s.Beyond)
}

// UseScenario takes the plan that leads to a bug of the base case, if the bug has one because the default search
// needs long. It reports whether there is one.
func (s *Setup) UseScenario() (bool, error) {
	if len(s.Base.Bugs) != 1 {
		return false, nil
	}
	b, err := s.Model.Bug(string(s.Base.Bugs[0]))
	if err != nil || b.Scenario == "" {
		return false, err
	}
	s.Plan, err = s.Model.Profile.ParsePlan("the scenario of "+string(b.Name), b.Scenario)
	s.Planned = true
	if s.Base.Workload.Mix == nil {
		s.Base.Workload.Mix = b.ScenarioMix
	}
	return true, err
}

// Draw returns the case of a seed under a nemesis: base, with the faults that the
// nemesis draws for base.Seed, and, where base names no mix of operations, the mix that it
// draws. The plan stays within the model's claims, unless beyond. The case has its defaults filled in.
func Draw(m models.Model, base sim.Case, nemesisName string, beyond bool) (sim.Case, error) {
	s := Setup{Model: m, Base: base, Nemesis: nemesisName, Beyond: beyond}
	return s.Case(base.Seed)
}

// draw draws the faults of a case that is complete but for its mix.
func draw(m models.Model, c sim.Case, nemesisName string, beyond bool) (sim.Case, error) {
	p, err := nemesis.Draw(nemesisName, ClusterOf(m, &c, beyond), uint64(c.Seed))
	if err != nil {
		return c, err
	}
	c.Faults = p.Faults
	if c.Workload.Mix == nil {
		c.Workload.Mix = p.Mix
	}
	return c, nil
}

// ClusterOf is what a nemesis knows of the system of a case.
func ClusterOf(m models.Model, c *sim.Case, beyond bool) nemesis.Cluster {
	cluster := nemesis.Cluster{Nodes: c.Nodes, Duration: time.Duration(c.Duration), Profile: m.ProfileOf(c), Beyond: beyond}
	for _, w := range m.Workloads {
		if w.Name == c.Workload.Name {
			cluster.Ops = w.Mix
		}
	}
	return cluster
}

// Run is a run with what was decided of it.
type Run struct {
	Model models.Model
	*sim.Result
	Judgement
	Exercise Exercise
	Beyond   []string // faults that go beyond what the model claims to survive, and why
	Weaker   []string // options with which the model does not keep its guarantee
	Small    *Small   // how the case was made small; nil: it was not
}

// Run simulates the case of one seed and judges it.
func (s *Setup) Run(seed sim.Seed, traced bool) (*Run, error) {
	c, err := s.Case(seed)
	if err != nil {
		return nil, err
	}
	return Simulate(s.Model, c, traced, s.Spec, s.Options)
}

// Simulate runs a case and judges it against a specification (nil: that of the workload).
func Simulate(m models.Model, c sim.Case, traced bool, spec check.Spec, opts check.Options) (*Run, error) {
	r, err := execute(m, c, traced)
	if err != nil {
		return nil, err
	}
	t := &Run{Model: m, Result: r}
	if t.Judgement, err = Judge(m, r, spec, opts); err != nil {
		return nil, err
	}
	p, _ := promiseOf(m, r, spec)
	t.Exercise = exerciseOf(p, r, &t.Judgement)
	t.Weaker = m.GivesUp(&r.Case)
	profile := m.ProfileOf(&r.Case)
	for _, b := range profile.Claims.Breaches(r.Case.Faults, r.Case.Nodes) {
		t.Beyond = append(t.Beyond, fmt.Sprintf("%v: %s", b.Fault, b.Why))
	}
	if q := r.Case.Network.Requests; q != (sim.Requests{}) && !profile.Claims.Repeats {
		t.Beyond = append(t.Beyond, "requests of clients arrive late or twice")
	}
	return t, nil
}

// execute runs a case, in virtual time or, if its program is native, in real time.
func execute(m models.Model, c sim.Case, traced bool) (*sim.Result, error) {
	s := m.System()
	switch {
	case m.Outside == nil && traced:
		return sim.RunTraced(s, c)
	case m.Outside == nil:
		return sim.Run(s, c)
	}
	o, err := m.Outside()
	if err != nil {
		return nil, err
	}
	if traced {
		return sim.RunLiveTraced(s, c, o)
	}
	return sim.RunLive(s, c, o)
}

// DivergenceError is a defect of simrun or of a model: two runs of one case differ.
type DivergenceError struct {
	Seed sim.Seed
	*sim.Divergence
}

func (e *DivergenceError) Error() string { return fmt.Sprintf("seed %d: %v", e.Seed, e.Divergence) }

// Verify runs a case twice, and returns a [*DivergenceError] that names the first event that differs.
func Verify(m models.Model, c sim.Case) error {
	d, err := sim.Verify(m.System(), c)
	return diverged(c.Seed, d, err)
}

// VerifyRun is [Verify] of a run that there is already: see [sim.VerifyRun].
func VerifyRun(m models.Model, plain *sim.Result) error {
	d, err := sim.VerifyRun(m.System(), plain)
	return diverged(plain.Case.Seed, d, err)
}

func diverged(seed sim.Seed, d *sim.Divergence, err error) error {
	if err == nil && d != nil {
		err = &DivergenceError{seed, d}
	}
	return err
}
