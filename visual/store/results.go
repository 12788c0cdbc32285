package store

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"

	"simrun/check"
	"simrun/sim"
	"simrun/visual"
)

// Results is what results.json says of a run. It holds nothing of the wall
// clock: equal cases give equal bytes.
type Results struct {
	Valid     Validity        `json:"valid"`
	Summary   string          `json:"summary,omitempty"` // the verdict in one sentence
	Seed      *sim.Seed       `json:"seed,omitempty"`    // nil if the history was recorded elsewhere
	Model     string          `json:"model,omitempty"`
	Workload  string          `json:"workload,omitempty"`
	File      string          `json:"file,omitempty"` // that was checked, if it was not simulated
	Spec      string          `json:"spec,omitempty"`
	Digest    string          `json:"digest,omitempty"`
	Checks    []Check         `json:"checks"`
	Also      json.RawMessage `json:"also,omitempty"`      // answers to further questions, which are no part of the verdict
	Beyond    []string        `json:"beyond,omitempty"`    // faults beyond what the model claims to survive
	Sometimes []sim.Mark      `json:"sometimes,omitempty"` // states worth reaching that were reached
	Ops       Ops             `json:"operations"`
	Events    uint64          `json:"events"`
	Simulated sim.Time        `json:"simulated_ns"`
	Case      json.RawMessage `json:"case,omitempty"`
	Version   string          `json:"version"`          // of simrun
	Folder    string          `json:"folder,omitempty"` // that the run is stored in; only where results are printed
}

// Ops counts the operations of a history by what became of them.
type Ops struct {
	OK   int `json:"ok"`
	Fail int `json:"fail"`
	Info int `json:"info"`
}

// Check is one judgement of a run. Core, Witness and Inevitable are indices of
// events in history.jsonl.
type Check struct {
	Name       string    `json:"name"`
	Valid      Validity  `json:"valid"`
	Engine     string    `json:"engine,omitempty"`
	Reason     string    `json:"reason,omitempty"`
	Key        string    `json:"key,omitempty"`
	Steps      int64     `json:"steps,omitempty"`
	Core       []int     `json:"core,omitempty"`
	Optional   []int     `json:"optional,omitempty"`  // that may or may not have taken effect, and mend nothing
	Confirmed  bool      `json:"confirmed,omitempty"` // porcupine finds no order for the core either
	Inevitable int       `json:"inevitable,omitempty"`
	Witness    []int     `json:"witness,omitempty"`
	Seen       *Sighting `json:"seen,omitempty"`
}

// Sighting is where a monitor saw a violation.
type Sighting struct {
	Time  sim.Time   `json:"time"`
	Event uint64     `json:"event"`
	Node  sim.NodeID `json:"node,omitempty"`
}

// Validity is an outcome as results.json writes it: true, false or "unknown".
type Validity check.Outcome

// MarshalJSON implements [json.Marshaler].
func (v Validity) MarshalJSON() ([]byte, error) {
	switch check.Outcome(v) {
	case check.Valid:
		return []byte("true"), nil
	case check.Violation:
		return []byte("false"), nil
	}
	return []byte(`"unknown"`), nil
}

// UnmarshalJSON implements [json.Unmarshaler].
func (v *Validity) UnmarshalJSON(b []byte) error {
	switch string(b) {
	case "true":
		*v = Validity(check.Valid)
	case "false":
		*v = Validity(check.Violation)
	case `"unknown"`:
		*v = Validity(check.Unknown)
	default:
		return fmt.Errorf(`valid is %s: expected true, false or "unknown"`, b)
	}
	return nil
}

// checkOf is a check of a page as results.json says it.
func checkOf(c visual.Check) Check {
	r := Check{
		Name: c.Name, Valid: Validity(c.Outcome), Engine: c.Engine, Reason: c.Reason, Key: c.Key,
		Core: c.Core, Optional: c.Optional, Inevitable: max(c.Inevitable, 0), Witness: c.Witness,
	}
	if c.Seen != nil {
		r.Seen = &Sighting{Time: c.Seen.Time, Event: c.Seen.Event, Node: c.Seen.Node}
	}
	return r
}

// CheckOf is what results.json says of a verdict on a history.
func CheckOf(name string, v check.Verdict) Check {
	c := checkOf(visual.VerdictCheck(name, v))
	c.Steps, c.Confirmed = v.Steps, v.Confirmed
	return c
}

// SeenOf is what results.json says of a violation that was seen from inside the cluster.
func SeenOf(v sim.Violation) Check { return checkOf(visual.ViolationCheck(v)) }

// Page is the check as a page shows it.
func (c Check) Page() visual.Check {
	p := visual.Check{
		Name: c.Name, Outcome: check.Outcome(c.Valid), Engine: c.Engine, Reason: c.Reason, Key: c.Key,
		Core: c.Core, Optional: c.Optional, Inevitable: c.Inevitable, Witness: c.Witness,
	}
	if c.Seen != nil {
		p.Seen = &visual.Sighting{Time: c.Seen.Time, Event: c.Seen.Event, Node: c.Seen.Node}
	}
	return p
}

// Write writes r as JSON with a line for each member and each check, so that a
// person can read it and a diff shows what changed.
func (r *Results) Write(w io.Writer) error {
	var text bytes.Buffer
	e := json.NewEncoder(&text)
	e.SetEscapeHTML(false) // the case says n1>n2
	if err := e.Encode(r); err != nil {
		return err
	}
	d := json.NewDecoder(&text)
	d.Token() // the opening brace of what was just made
	var b bytes.Buffer
	for separator := "{"; d.More(); separator = "," {
		name, err := d.Token()
		if err != nil {
			return err
		}
		var member json.RawMessage
		if err := d.Decode(&member); err != nil {
			return err
		}
		if name == "checks" || name == "also" {
			member = onLines(member)
		}
		fmt.Fprintf(&b, "%s\n  %q: %s", separator, name, member)
	}
	b.WriteString("\n}\n")
	_, err := w.Write(b.Bytes())
	return err
}

// onLines puts each element of a JSON array on a line of its own.
func onLines(array json.RawMessage) json.RawMessage {
	var elements []json.RawMessage
	if json.Unmarshal(array, &elements) != nil || len(elements) == 0 {
		return array
	}
	b := []byte("[")
	for i, e := range elements {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(append(b, "\n    "...), e...)
	}
	return append(b, "\n  ]"...)
}
