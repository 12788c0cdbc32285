package trial

import (
	"encoding/json"
	"errors"
	"maps"

	"simrun/sim"
)

// SweepState is how far a sweep got: what it counted of the seeds before Next. A sweep that goes on from it, with the same setup and the
// same program, ends with the tally of one that was never interrupted. It can be written as JSON.
type SweepState struct {
	Next  sim.Seed `json:"next"` // the first seed that is not counted, unless End
	End   bool     `json:"end"`  // there is none
	Tally *Tally   `json:"tally"`
}

// State is how far the sweep is. It may be called from [Sweep.Each], and must be used before that returns, or after [Sweep.Do].
func (s *Sweep) State() SweepState {
	state := SweepState{Next: s.First, Tally: s.tally}
	if s.last != nil {
		state.Next, state.End = s.last.Seed+1, s.last.Seed >= s.Last
	} else if s.From != nil {
		state.Next, state.End = s.From.Next, s.From.End
	}
	return state
}

// reportJSON is a report as JSON. A run in real time is not kept.
type reportJSON struct {
	*reportFields
	Err string `json:"Err,omitempty"`
	Run any    `json:"Run,omitempty"` // hides that of the report
}

type reportFields Report

// MarshalJSON writes all of a report but its run.
func (r *Report) MarshalJSON() ([]byte, error) {
	j := reportJSON{reportFields: (*reportFields)(r)}
	if r.Err != nil {
		j.Err = r.Err.Error()
	}
	return json.Marshal(j)
}

// UnmarshalJSON reads what MarshalJSON writes. Of an error only the text is left.
func (r *Report) UnmarshalJSON(text []byte) error {
	j := reportJSON{reportFields: (*reportFields)(r)}
	err := json.Unmarshal(text, &j)
	if j.Err != "" {
		r.Err = errors.New(j.Err)
	}
	return err
}

// tallyJSON is a tally as JSON, with all values of its spreads.
type tallyJSON struct {
	*tallyFields
	Changes, Leaders, Restarts map[int]uint64
	Exercise                   struct{ Faults, Fired uint64 } // hides that of the tally
}

type tallyFields Tally

// MarshalJSON writes all of a tally.
func (t *Tally) MarshalJSON() ([]byte, error) {
	e := &t.Exercise
	j := tallyJSON{tallyFields: (*tallyFields)(t), Changes: e.Changes.by, Leaders: e.Leaders.by, Restarts: e.Restarts.by}
	j.Exercise.Faults, j.Exercise.Fired = e.Faults, e.Fired
	return json.Marshal(j)
}

// UnmarshalJSON reads what MarshalJSON writes.
func (t *Tally) UnmarshalJSON(text []byte) error {
	j := tallyJSON{tallyFields: (*tallyFields)(t)}
	if err := json.Unmarshal(text, &j); err != nil {
		return err
	}
	t.Exercise = ExerciseSpread{
		Changes: spreadOf(j.Changes), Leaders: spreadOf(j.Leaders), Restarts: spreadOf(j.Restarts),
		Faults: j.Exercise.Faults, Fired: j.Exercise.Fired,
	}
	return nil
}

func spreadOf(by map[int]uint64) Spread {
	s := Spread{by: by}
	for n := range maps.Values(by) {
		s.n += n
	}
	return s
}
