package trial

import (
	"fmt"
	"slices"
	"strings"

	"simrun/check"
	"simrun/check/accounts"
	"simrun/check/txn"
	"simrun/history"
	"simrun/models"
	"simrun/sim"
)

// promise is what the history of a run is checked against: a specification, or an account, or an isolation level.
type promise struct {
	spec    check.Spec
	account accounts.Checker
	level   *txn.Level
}

// promiseOf is that of the workload of a run, unless a specification is named.
func promiseOf(m models.Model, r *sim.Result, named check.Spec) (promise, error) {
	if named != nil {
		return promise{spec: named}, nil
	}
	w, err := m.Workload(r.Case.Workload.Name)
	p := promise{spec: w.Spec, account: w.Account}
	if w.AccountOf != nil {
		p.account = w.AccountOf(&r.Case)
	}
	if w.Isolation != nil {
		level := w.Isolation(&r.Case)
		p.level = &level
	}
	if err == nil && w.Spec == nil && p.account.Name == "" && p.level == nil {
		err = fmt.Errorf("workload %s of %s has no specification to check against", w.Name, m.Name)
	}
	return p, err
}

// kept is the answer whether a promise was kept.
type kept struct {
	check.Verdict
	name      string
	figures   []accounts.Figure
	isolation *Isolation
	seen      int // of a violation of a level: the event by which all of its transactions had ended
}

// decide checks a history.
func (p *promise) decide(events []history.Event, opts check.Options) (k kept, err error) {
	switch {
	case p.spec != nil:
		k.name = Linearizability
		k.Verdict, err = check.Linearizable(p.spec, events, opts)
	case p.level != nil:
		return isolated(*p.level, events, opts)
	default:
		var report accounts.Report
		report, err = p.account.Check(events, opts)
		k = kept{Verdict: report.Verdict, name: p.account.Name, figures: report.Figures}
	}
	return k, err
}

// isolationBudget is how many steps are spent on the level of a run at most, unless the options say otherwise: a second or two.
const isolationBudget = 2_000_000

// isolated decides whether the transactions of a run had the level that they are promised. A violation has the name of its anomaly.
func isolated(level txn.Level, events []history.Event, opts check.Options) (kept, error) {
	budget := opts.Budget
	if budget == 0 {
		budget = isolationBudget
	}
	v, err := txn.Check(events, txn.Options{Level: level, Budget: budget, AllowEmpty: opts.AllowEmpty, Untimed: opts.Untimed, Who: opts.Who})
	if err != nil {
		return kept{}, err
	}
	c := levelCheck(v)
	k := kept{name: level.String(), isolation: isolationOf(v, func(int) int { return 0 })}
	k.Verdict = check.Verdict{Outcome: c.Outcome, Engine: c.Engine, Spec: level.String(), Reason: c.Reason, Steps: c.Steps, Core: c.Core, Witness: c.Witness, Inevitable: -1}
	if a := v.Results[level].Anomaly; a != nil {
		k.name, k.Reason, k.seen = a.Name, strings.Join(a.Sentences, "; "), ended(v, a)
		k.isolation.firstOfEach()
	}
	return k, nil
}

// ended is the event by which all transactions of an anomaly that ended at all had done so; 0 if none had.
func ended(v *txn.Verdict, a *txn.Anomaly) (last int) {
	for _, n := range v.Named {
		if slices.Contains(a.Transactions, n.Transaction) {
			last = max(last, n.Complete)
		}
	}
	return last
}
