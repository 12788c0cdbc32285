package trial

import (
	"fmt"
	"slices"
	"strings"

	"simrun/check"
	"simrun/check/txn"
	"simrun/history"
	"simrun/sim"
)

// Isolation is what results.json says of a history of transactions.
type Isolation struct {
	Level        txn.Level     `json:"level"` // that was asked for
	Strongest    []txn.Level   `json:"strongest"`
	Weakest      []txn.Level   `json:"weakest_broken"`
	Levels       []LevelResult `json:"levels"` // the strongest first
	Anomalies    []Anomaly     `json:"anomalies"`
	Transactions []Transaction `json:"transactions"` // of the anomalies
	Schedule     []Moment      `json:"schedule,omitempty"`
}

// LevelResult is the answer for one level.
type LevelResult struct {
	Level   txn.Level     `json:"level"`
	Outcome check.Outcome `json:"valid"`
	Reason  string        `json:"reason,omitempty"`
	Steps   int64         `json:"steps,omitempty"`
}

// Anomaly is something that happened and that some levels forbid. Indices are those of invocations in the history.
type Anomaly struct {
	Name         string       `json:"name"`
	Breaks       []txn.Level  `json:"breaks"` // the weakest that forbid it
	Transactions []int        `json:"transactions"`
	Sentences    []string     `json:"sentences"`
	Edges        []Dependency `json:"edges,omitempty"`
}

// Dependency is an edge of a cycle.
type Dependency struct {
	From int    `json:"from"`
	To   int    `json:"to"`
	Kind string `json:"kind"`
	Key  string `json:"key,omitempty"`
}

// Transaction is one that sentences name.
type Transaction struct {
	Name    string `json:"name"`
	Event   int    `json:"event"`
	Line    int    `json:"line,omitempty"` // of the file
	Process string `json:"process"`
	Did     string `json:"did"`
}

// Moment is a point of a schedule that a level allows.
type Moment struct {
	Event int  `json:"event"`
	Start bool `json:"start,omitempty"`
}

// IsolationResults are what results.json says of the isolation of a recorded history.
func IsolationResults(file string, read *history.Reading, v *txn.Verdict) Results {
	c := levelCheck(v)
	return Results{
		Outcome: c.Outcome, Summary: isolationSummary(v), File: file, Spec: v.Level.String(), Notes: read.Notes, Untimed: read.Untimed, Names: read.Names,
		Checks: []Check{c}, Isolation: isolationOf(v, read.Line), Ops: CountOps(read.Events), Version: Version,
	}
}

// levelCheck is the check of the level that was asked for.
func levelCheck(v *txn.Verdict) Check {
	asked := v.Results[v.Level]
	c := Check{Name: v.Level.String(), Outcome: asked.Outcome, Engine: "dependencies", Reason: asked.Reason, Steps: asked.Steps}
	if asked.Anomaly != nil {
		c.Core, c.Reason = asked.Anomaly.Transactions, asked.Anomaly.String()
	}
	for _, p := range asked.Schedule {
		if !p.Start {
			c.Witness = append(c.Witness, p.Transaction)
		}
	}
	return c
}

func isolationSummary(v *txn.Verdict) string {
	if v.Outcome() != check.Valid {
		return v.Results[v.Level].Reason
	}
	return v.Level.String()
}

// isolationOf is what there is to say of a verdict; line is where a file has an event.
func isolationOf(v *txn.Verdict, line func(event int) int) *Isolation {
	all := &Isolation{Level: v.Level, Strongest: v.Strongest, Weakest: v.Weakest, Anomalies: []Anomaly{}, Transactions: []Transaction{}}
	for _, l := range txn.Levels() {
		r := v.Results[l]
		all.Levels = append(all.Levels, LevelResult{l, r.Outcome, r.Reason, r.Steps})
	}
	for _, a := range v.Anomalies {
		anomaly := Anomaly{Name: a.Name, Breaks: a.Breaks, Transactions: a.Transactions, Sentences: a.Sentences}
		for _, e := range a.Edges {
			anomaly.Edges = append(anomaly.Edges, Dependency(e))
		}
		all.Anomalies = append(all.Anomalies, anomaly)
	}
	for _, n := range v.Named {
		all.Transactions = append(all.Transactions, Transaction{n.Name, n.Transaction, line(n.Transaction), n.Process, n.Did})
	}
	for _, p := range v.Results[v.Level].Schedule {
		all.Schedule = append(all.Schedule, Moment{p.Transaction, p.Start})
	}
	return all
}

// firstOfEach keeps of the anomalies with one name, which break the same levels, the first, and the transactions of these: a bug shows again and again in a run.
func (i *Isolation) firstOfEach() {
	var kept []Anomaly
	named := map[int]bool{}
	for _, a := range i.Anomalies {
		if slices.ContainsFunc(kept, func(b Anomaly) bool { return b.Name == a.Name && slices.Equal(b.Breaks, a.Breaks) }) {
			continue
		}
		kept = append(kept, a)
		for _, t := range a.Transactions {
			named[t] = true
		}
	}
	i.Anomalies = kept
	i.Transactions = slices.DeleteFunc(i.Transactions, func(t Transaction) bool { return !named[t.Event] })
}

// Worst returns the first anomaly that the level which was asked for forbids; else the first of all; nil if there is none.
func (i *Isolation) Worst() *Anomaly {
	for n := range i.Anomalies {
		if slices.ContainsFunc(i.Anomalies[n].Breaks, i.Level.Implies) {
			return &i.Anomalies[n]
		}
	}
	if len(i.Anomalies) > 0 {
		return &i.Anomalies[0]
	}
	return nil
}

// Facts are what a person wants to know of the levels before the checks.
func (i *Isolation) Facts() []sim.Field {
	return []sim.Field{
		{Name: "satisfies", Value: orNothing(i.Strongest, "none of the levels")},
		{Name: "breaks", Value: orNothing(i.Weakest, "none of the levels")},
	}
}

func orNothing(levels []txn.Level, nothing string) string {
	if len(levels) == 0 {
		return nothing
	}
	var names []string
	for _, l := range levels {
		names = append(names, l.String())
	}
	return strings.Join(names, ", ")
}

// Lines tell the anomalies and their transactions.
func (i *Isolation) Lines() []string {
	var lines []string
	for _, a := range i.Anomalies {
		lines = append(lines, "", fmt.Sprintf("%s, which %s forbids", a.Name, orNothing(a.Breaks, "every level")))
		for _, s := range a.Sentences {
			lines = append(lines, "  "+s)
		}
	}
	if len(i.Transactions) > 0 {
		lines = append(lines, "")
	}
	for _, t := range i.Transactions {
		at := fmt.Sprintf("event %d", t.Event)
		if t.Line > 0 {
			at = fmt.Sprintf("line %d", t.Line)
		}
		lines = append(lines, fmt.Sprintf("%-5s %s, %s: %s", t.Name, t.Process, at, t.Did))
	}
	return lines
}
