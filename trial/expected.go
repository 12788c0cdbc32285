package trial

import (
	"fmt"

	"simrun/check"
)

// Expected is the verdict that a case had when it was kept, which says what is new when it runs again.
type Expected struct {
	Outcome check.Outcome `json:"valid"`
	Cause   *Cause        `json:"cause,omitempty"` // of a violation; null: any
	Summary string        `json:"summary,omitempty"`
}

// ExpectedOf is what a run shows.
func ExpectedOf(run *Run) Expected {
	e := Expected{Outcome: run.Outcome, Summary: run.Summary}
	if c, fails := CauseOf(run, nil, check.Options{}); fails {
		e.Cause = &Cause{Check: c.Check, Kinds: c.Kinds}
	}
	return e
}

// Compare says in a few words what a run shows, next to what was expected of it, and whether that is worse: "still fails", "now passes".
func (e *Expected) Compare(run *Run) (word string, worse bool) {
	now := ExpectedOf(run)
	switch {
	case now.Outcome == check.Unknown:
		return "is undecided", e.Outcome != check.Unknown
	case now.Outcome == check.Valid && e.Outcome == check.Valid:
		return "still passes", false
	case now.Outcome == check.Valid:
		return "now passes", false
	case e.Outcome != check.Violation:
		return "fails", true
	case e.Cause != nil && !e.Cause.Same(now.Cause):
		return fmt.Sprintf("fails for another cause than %s", e.Cause), true
	}
	return "still fails", false
}
