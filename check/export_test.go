package check

import "simrun/history"

// RawSpec is a specification without numbered states, for the oracle of the
// comparison with porcupine.
type RawSpec interface {
	Raw() (init any, step func(state any, op history.Operation) (any, bool), same func(a, b any) bool)
}

func (d *defined[S]) Raw() (any, func(any, history.Operation) (any, bool), func(a, b any) bool) {
	step := func(state any, op history.Operation) (any, bool) {
		if !d.o.ByProcess {
			op.Process = 0
		}
		next, ok := d.o.Step(state.(S), op)
		return next, ok
	}
	same := func(a, b any) bool { return a == b }
	switch {
	case d.o.Identity != nil:
		same = func(a, b any) bool { return d.o.Identity(a.(S)) == d.o.Identity(b.(S)) }
	case d.o.Equal != nil: // by what a state says, and not by Equal, which the oracle is to judge
		same = func(a, b any) bool { return a == b || d.o.DescribeState(a.(S)) == d.o.DescribeState(b.(S)) }
	}
	return d.o.Init, step, same
}

// Performing returns the Perform of a specification; nil if it has none.
func Performing(s Spec) func() func(history.Operation) bool {
	p, ok := s.(interface {
		performing() func() func(history.Operation) bool
	})
	if !ok {
		return nil
	}
	return p.performing()
}

func (d *defined[S]) performing() func() func(history.Operation) bool { return d.o.Perform }

// Observes reports whether a failed operation is kept.
func Observes(s Spec, op history.Operation) bool { return s.observes(&op) }

// PartitionOf returns the object that an operation belongs to.
func PartitionOf(s Spec, op history.Operation) string { return s.partition(&op) }

// Bound sets the bounds on the memory of a windowed search, and returns what sets them back.
func Bound(configs, bytes int) (back func()) {
	c, b := maxConfigs, maxStateBytes
	maxConfigs, maxStateBytes = configs, bytes
	return func() { maxConfigs, maxStateBytes = c, b }
}

// PatientEngine is the windowed search that is not hasty.
const PatientEngine = "patient"

// HastyEngine is the windowed search alone, without the dive that comes before it.
const HastyEngine = "hasty"

func init() {
	engines = append(engines, engine{name: PatientEngine, search: runPatientWindow}, engine{name: HastyEngine, search: runWindow})
}

// Hasty returns the outcome of a history before a violation is proven: valid is
// certain, but the proof may refute a violation.
func Hasty(spec Spec, events []history.Event, name string) (Outcome, string) {
	c, err := newCheck(spec, events, Options{Engine: name})
	if err != nil {
		panic(err)
	}
	outcome, engine := Valid, "rule"
	for i := range c.parts {
		a, why := answer{}, "not asked"
		if c.engine.rules {
			a, why = c.runRule(i)
		}
		if why != "" {
			engine = "window"
			a = runWindow(c.problem(i), DefaultBudget)
		}
		if a.outcome == Violation || outcome == Valid {
			outcome = a.outcome
		}
	}
	return outcome, engine
}

// Projected is what an operation says about some values.
func Projected(s Spec, op history.Operation, values []history.Value) history.Operation {
	return s.project(&op).to(&op, values...)
}

// Contradictions returns the contradiction that a specification finds to each operation
// that completed, as operations that it needs, with the culprit among them.
func Contradictions(s Spec, ops []history.Operation) [][]history.Operation {
	var all [][]history.Operation
	for at, culprit := range ops {
		if culprit.Outcome != history.OK {
			continue
		}
		var before []history.Operation
		for i, op := range ops {
			if i == at || op.Invoke > culprit.Complete || op.Outcome == history.Fail && op.Complete < culprit.Complete && !s.observes(&op) {
				continue
			}
			if op.Complete > culprit.Complete || op.Outcome == history.Info {
				op = *opened(&op)
			}
			before = append(before, op)
		}
		members := s.contradict(culprit, func() []history.Operation { return before })
		if members == nil {
			continue
		}
		var needed []history.Operation
		for _, m := range members {
			needed = append(needed, m.As)
		}
		all = append(all, needed)
	}
	return all
}

// PartitionsOf returns the objects of operations.
func PartitionsOf(s Spec, ops []history.Operation) map[string]bool {
	all := make(map[string]bool)
	for i := range ops {
		all[s.partition(&ops[i])] = true
	}
	return all
}

// Explained returns what a specification says against each operation that completed, if
// the core holds a share of the operations before it, with the position of the operation.
func Explained(s Spec, ops []history.Operation, share func() bool) (said map[int]string) {
	said = make(map[int]string)
	for at, culprit := range ops {
		if culprit.Outcome != history.OK {
			continue
		}
		f := &Finding{Culprit: culprit, describe: s.describe, who: processName}
		var earlier []history.Operation
		for i, op := range ops {
			if i == at || op.Invoke > culprit.Complete || s.partition(&op) != s.partition(&culprit) {
				continue
			}
			earlier = append(earlier, op)
			if op.Outcome == history.OK && op.Complete < culprit.Complete && share() {
				f.Others = append(f.Others, op)
			}
		}
		f.earlier = func() []history.Operation { return earlier }
		if text := s.explain(f); text != "" {
			said[at] = text
		}
	}
	return said
}

// Contradicts reports whether a specification knows contradictions.
func Contradicts(s Spec) bool { return s.(interface{ contradicts() bool }).contradicts() }

func (d *defined[S]) contradicts() bool { return d.o.Contradict != nil }
