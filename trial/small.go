package trial

import (
	"context"
	"fmt"

	"simrun/check"
	"simrun/internal/count"
	"simrun/models"
	"simrun/sim"
	"simrun/sim/shrink"
)

// Small is what results.json says of a case that was made small: how far that went, and why what is left is needed.
type Small struct {
	From    shrink.Size `json:"from"`
	To      shrink.Size `json:"to"`
	Runs    int         `json:"runs"`    // simulations that it took
	Minimal bool        `json:"minimal"` // each fault, override and operation was shown to be needed; else it is the smallest that was found
	Needs   []Needed    `json:"needs"`   // each of them, and what happens without it
	Nearest *Needed     `json:"nearest"` // the smallest change that was found with which the run is valid; null: none was
}

// Needed is a part of a case, or a change of it, and what a run shows without the one or with the other.
type Needed struct {
	What    string        `json:"what"`              // "at 291ms crash n3 for 5ms"
	Outcome check.Outcome `json:"valid"`             // of the other run
	Summary string        `json:"summary"`           // of the other run: "linearizable, and all 10 other checks hold"
	Time    sim.Time      `json:"time,omitempty"`    // where it parts from the run of the case
	Here    string        `json:"here,omitempty"`    // what happens then in the run of the case; "": nothing more
	Instead string        `json:"instead,omitempty"` // and in the other
}

// explainRuns is how many small changes are tried, to find one that makes the run valid.
const explainRuns = 400

// Explain says of a case that was made small why it needs what is left.
func Explain(ctx context.Context, m models.Model, r shrink.Result, spec check.Spec, opts check.Options) (*Small, error) {
	opts.Second = 0
	e, err := shrink.Explain(ctx, m.System(), r.Case, func(r *sim.Result) bool {
		j, err := Judge(m, r, spec, opts)
		return err == nil && j.Outcome == check.Valid
	}, explainRuns)
	if err != nil {
		return nil, err
	}
	s := &Small{From: r.From, To: r.Size, Runs: r.Runs, Minimal: r.Minimal, Needs: []Needed{}}
	for _, n := range e.Needs {
		other, err := neededOf(m, n.What, n.Without, n.Differs, spec, opts)
		if err != nil {
			return nil, err
		}
		s.Needs = append(s.Needs, other)
	}
	if n := e.Nearest; n != nil {
		other, err := neededOf(m, n.What, n.Result, n.Differs, spec, opts)
		if err != nil {
			return nil, err
		}
		s.Nearest = &other
	}
	return s, nil
}

// neededOf judges the other run.
func neededOf(m models.Model, what string, r *sim.Result, d *sim.Difference, spec check.Spec, opts check.Options) (Needed, error) {
	j, err := Judge(m, r, spec, opts)
	if err != nil {
		return Needed{}, err
	}
	n := Needed{What: what, Outcome: j.Outcome, Summary: j.Summary}
	if d != nil {
		n.Time, n.Here, n.Instead = d.Time, d.First, d.Second
	}
	return n, nil
}

// Word is how small the case is, for people: "minimal", or "the smallest that was found".
func (s *Small) Word() string {
	if s.Minimal {
		return "minimal: the failure is gone with any one of them less"
	}
	return "the smallest that was found"
}

// facts are what is said of a case that was made small.
func (s *Small) facts() []sim.Field {
	sizes := func(z shrink.Size) string {
		return fmt.Sprintf("%s, %s, %s", count.Of(z.Faults, "fault"), count.Of(z.Operations, "operation"), count.Of(z.Messages, "message"))
	}
	facts := []sim.Field{{Name: "shrunk", Value: fmt.Sprintf("from %s to %s; %s", sizes(s.From), sizes(s.To), s.Word())}}
	for _, n := range s.Needs {
		facts = append(facts, sim.Field{Name: "needs", Value: n.What + "; without it " + n.verdict() + n.difference()})
	}
	if s.Nearest != nil {
		facts = append(facts, sim.Field{Name: "valid if", Value: s.Nearest.What + s.Nearest.difference()})
	}
	return facts
}

// verdict is that of the other run.
func (n *Needed) verdict() string {
	if n.Outcome == check.Valid {
		return "the run is valid"
	}
	return fmt.Sprintf("the run is %v (%s)", n.Outcome, n.Summary)
}

// difference tells where the other run parts from that of the case.
func (n *Needed) difference() string {
	switch {
	case n.Here == "" && n.Instead == "":
		return ""
	case n.Instead == "":
		return "; it ends before " + n.Here
	case n.Here == "":
		return "; it goes on with " + n.Instead
	}
	return fmt.Sprintf("; first difference: %s, instead of %s", n.Instead, n.Here)
}
