// Package trial is the one path from a model and a case to a judged run: it draws the
// faults of a seed, runs the case, judges what came out, and tallies many runs.
package trial

import (
	"fmt"

	"simrun/check"
	"simrun/history"
	"simrun/models"
	"simrun/sim"
)

// The names of the checks that every system has, beside its monitors.
const (
	Linearizability = "linearizability" // what the clients saw has an order
	Assertion       = "assertion"       // no node found itself in an impossible state
	Panic           = "panic"           // no node or client stopped with a run-time error
	Progress        = "progress"        // after the faults healed, the clients got answers and the replicas agree
)

// Check is the answer of one check of a run.
type Check struct {
	Name      string
	Outcome   check.Outcome
	Verdict   *check.Verdict // of linearizability
	Violation *sim.Violation // of any other check that failed: the first of its kind
}

// Reason is one sentence for a person: why it failed, or why it is unknown; "" if valid.
func (c Check) Reason() string {
	switch {
	case c.Violation != nil:
		return c.Violation.Detail
	case c.Verdict != nil:
		return c.Verdict.Reason
	}
	return ""
}

// Judgement is all that is to say of a run.
type Judgement struct {
	Outcome check.Outcome // violation if any check failed, else unknown if any is, else valid
	Summary string        // one sentence
	Checks  []Check       // linearizability, then the monitors, then assertion, panic and progress
}

// Failed lists the names of the checks that failed, in order.
func (j Judgement) Failed() []string {
	var names []string
	for _, c := range j.Checks {
		if c.Outcome == check.Violation {
			names = append(names, c.Name)
		}
	}
	return names
}

// Judge judges a run of a model's system: it decides the history against a specification
// (nil: that of the workload) and joins to it what was seen from inside. It is a pure function.
//
// The error says that the history is none, that it holds an operation which the
// specification does not have, or that the options are wrong.
func Judge(m models.Model, r *sim.Result, spec check.Spec, opts check.Options) (Judgement, error) {
	if spec == nil {
		w, err := m.Workload(r.Case.Workload.Name)
		if err != nil {
			return Judgement{}, err
		}
		if spec = w.Spec; spec == nil {
			return Judgement{}, fmt.Errorf("workload %s of %s has no specification to check against", w.Name, m.Name)
		}
	}
	if opts.Who == nil {
		opts.Who = func(p history.Process) string { return clientOf(p, r.Case.Clients).String() }
	}
	v, err := check.Linearizable(spec, r.History, opts)
	if err != nil {
		return Judgement{}, fmt.Errorf("the history of %s: %w", m.Name, err)
	}
	j := Judgement{Outcome: v.Outcome, Checks: []Check{{Name: Linearizability, Outcome: v.Outcome, Verdict: &v}}}
	for _, name := range insideChecks(m, r) {
		j.Checks = append(j.Checks, Check{Name: name, Outcome: check.Valid})
	}
	for i := range r.Violations {
		j.fail(&r.Violations[i])
	}
	j.Summary = j.summary()
	return j, nil
}

// clientOf is the client that a process of a simulated run belongs to: client c3 of four begins as
// process 3 and goes on as 7, 11, ….
func clientOf(p history.Process, clients int) sim.NodeID {
	return sim.ClientID(int(p-1)%max(clients, 1) + 1)
}

// insideChecks names the checks of a run beside linearizability.
func insideChecks(m models.Model, r *sim.Result) []string {
	var names []string
	if m.Monitors != nil {
		for _, monitor := range m.Monitors(&r.Case) {
			names = append(names, monitor.Name())
		}
	}
	names = append(names, Assertion, Panic)
	if !r.Case.Recovery.Skip {
		names = append(names, Progress)
	}
	return names
}

// fail enters a violation under the name of its check.
func (j *Judgement) fail(v *sim.Violation) {
	j.Outcome = check.Violation
	for i := range j.Checks {
		if c := &j.Checks[i]; c.Name == v.Check {
			if c.Violation == nil {
				c.Outcome, c.Violation = check.Violation, v
			}
			return
		}
	}
	j.Checks = append(j.Checks, Check{Name: v.Check, Outcome: check.Violation, Violation: v})
}

// summary names the first check that decides the outcome.
func (j *Judgement) summary() string {
	if j.Outcome == check.Valid {
		return fmt.Sprintf("linearizable, and all %d other checks hold", len(j.Checks)-1)
	}
	for _, c := range j.Checks {
		if c.Outcome == j.Outcome {
			return c.Name + ": " + c.Reason()
		}
	}
	return ""
}
