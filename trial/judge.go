package trial

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"simrun/check"
	"simrun/check/accounts"
	"simrun/history"
	"simrun/models"
	"simrun/sim"
)

// Judgement is all that is to say of a run.
type Judgement struct {
	Outcome check.Outcome // violation if any check failed, else unknown if any is, else valid
	Summary string        // one sentence: of a violation, what went wrong first
	Spec    string        // what the history was checked against
	// Disagreement is not nil if two engines answered differently ([check.Verdict.Disagreement]).
	// It is an internal error; the first check has both answers.
	Disagreement error
	Checks       []Check           // linearizability, the workload's account or its isolation level (of a violation: the anomaly); then the monitors, then assertion, panic and progress
	Figures      []accounts.Figure // of the account, and of the model
	Isolation    *Isolation        // of transactions: which levels they had; else nil
}

// Failed lists the checks that failed, in order of the time at which they did.
func (j *Judgement) Failed() []Check { return inTime(j.Checks, check.Violation) }

// inTime lists the checks with an outcome, in order of time.
func inTime(checks []Check, o check.Outcome) []Check {
	var list []Check
	for _, c := range checks {
		if c.Outcome == o {
			list = append(list, c)
		}
	}
	slices.SortStableFunc(list, func(a, b Check) int { return cmp.Compare(a.Time, b.Time) })
	return list
}

// Names are the names of checks, with commas.
func Names(checks []Check) string {
	names := make([]string, len(checks))
	for i, c := range checks {
		names[i] = c.Name
	}
	return strings.Join(names, ", ")
}

// Judge judges a run of a model's system: it decides the history against a specification
// (nil: that of the workload) and joins to it what was seen from inside. It is a pure function.
//
// The error says that the history is malformed, that it holds an operation which the
// specification does not have, or that the options are wrong.
func Judge(m models.Model, r *sim.Result, spec check.Spec, opts check.Options) (Judgement, error) {
	p, err := promiseOf(m, r, spec)
	if err != nil {
		return Judgement{}, err
	}
	if opts.Who == nil {
		opts.Who = func(p history.Process) string { return clientOf(p, r.Case.Clients).String() }
	}
	// Operations that failed are answers too, as of a compare-and-set that never found its value: then [Exercise.Little] says how little it means.
	// And a case that lists its operations, since it was made small, says itself that there are few or none.
	opts.AllowEmpty = opts.AllowEmpty || len(r.Case.Workload.Only) > 0 || slices.ContainsFunc(r.History, func(e history.Event) bool {
		return e.Type == history.Fail && e.Process != history.Nemesis
	})
	v, err := p.decide(r.History, opts)
	if err != nil {
		return Judgement{}, fmt.Errorf("the history of %s: %w", m.Name, err)
	}
	j := Judgement{Outcome: v.Outcome, Spec: v.Spec, Disagreement: v.Disagreement(), Checks: []Check{VerdictCheck(v.name, v.Verdict)}, Figures: v.figures, Isolation: v.isolation}
	if m.Figures != nil {
		j.Figures = append(j.Figures, m.Figures(r)...)
	}
	if c := &j.Checks[0]; c.Outcome == check.Violation {
		c.Time = r.End
		if at := max(c.Inevitable, v.seen); at > 0 {
			c.Time = r.History[at].Time
		}
	}
	for _, name := range insideChecks(m, r) {
		j.Checks = append(j.Checks, Check{Name: name, Outcome: check.Valid})
	}
	for _, v := range r.Violations {
		j.fail(ViolationCheck(v))
	}
	j.Summary = j.summary()
	return j, nil
}

// clientOf is the client that a process of a simulated run belongs to: client c3 of four begins as
// process 3 and goes on as 7, 11, ….
func clientOf(p history.Process, clients int) sim.NodeID {
	return sim.ClientID(int(p-1)%max(clients, 1) + 1)
}

// insideChecks names the checks of a run in addition to linearizability.
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

// fail enters a violation under the name of its check, unless an earlier one is there.
func (j *Judgement) fail(v Check) {
	j.Outcome = check.Violation
	for i := range j.Checks {
		if c := &j.Checks[i]; c.Name == v.Name {
			if c.Outcome != check.Violation {
				*c = v
			}
			return
		}
	}
	j.Checks = append(j.Checks, v)
}

// summary says what went wrong first, or what is unknown.
func (j *Judgement) summary() string {
	if j.Outcome == check.Valid {
		word := "linearizable"
		if first := j.Checks[0].Name; first != Linearizability {
			word = first + " holds"
		}
		return fmt.Sprintf("%s, and all %d other checks hold", word, len(j.Checks)-1)
	}
	first := inTime(j.Checks, j.Outcome)[0]
	return first.Name + ": " + first.Reason
}
