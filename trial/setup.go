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
}

// Check says what is wrong with a setup, in one sentence, before anything runs; nil if nothing is.
func (s *Setup) Check() error {
	system := s.Model.System()
	if _, err := system.Complete(s.Base); err != nil {
		return err
	}
	_, err := s.Case(1)
	return err
}

// Case is the complete case of one seed.
func (s *Setup) Case(seed sim.Seed) (sim.Case, error) {
	c := s.Base
	c.Seed, c.Faults = seed, s.Plan
	if s.Planned {
		system := s.Model.System()
		return system.Complete(c)
	}
	return Draw(s.Model, c, s.Nemesis, s.Beyond)
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
	return true, err
}

// Draw returns the case of a seed under a nemesis: base, with the faults that the
// nemesis draws for base.Seed, and, where base names no mix of operations, the mix that it
// draws. Within the model's claims, unless beyond. The case is complete.
func Draw(m models.Model, base sim.Case, nemesisName string, beyond bool) (sim.Case, error) {
	system := m.System()
	c, err := system.Complete(base)
	if err != nil {
		return c, err
	}
	cluster := nemesis.Cluster{Nodes: c.Nodes, Duration: time.Duration(c.Duration), Profile: m.Profile, Beyond: beyond}
	for _, w := range m.Workloads {
		if w.Name == c.Workload.Name {
			cluster.Ops = w.Mix
		}
	}
	p, err := nemesis.Draw(nemesisName, cluster, uint64(c.Seed))
	if err != nil {
		return c, err
	}
	c.Faults = p.Faults
	if base.Workload.Mix == nil && p.Mix != nil {
		c.Workload.Mix = p.Mix
	}
	return c, nil
}

// Run is a run with what was decided of it.
type Run struct {
	Model models.Model
	*sim.Result
	Judgement
	Exercise Exercise
	Beyond   []string // faults that go beyond what the model claims to survive, and why
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
	run := sim.Run
	if traced {
		run = sim.RunTraced
	}
	r, err := run(m.System(), c)
	if err != nil {
		return nil, err
	}
	if spec, err = specOf(m, r, spec); err != nil {
		return nil, err
	}
	t := &Run{Model: m, Result: r}
	if t.Judgement, err = Judge(m, r, spec, opts); err != nil {
		return nil, err
	}
	t.Exercise = exerciseOf(spec, r, &t.Judgement)
	for _, b := range m.Profile.Claims.Breaches(r.Case.Faults, r.Case.Nodes) {
		t.Beyond = append(t.Beyond, fmt.Sprintf("%v: %s", b.Fault, b.Why))
	}
	return t, nil
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
	if err == nil && d != nil {
		err = &DivergenceError{c.Seed, d}
	}
	return err
}
