package trial

import (
	"errors"
	"slices"
	"strings"

	"simrun/internal/crash"
	"simrun/sim"
)

// firstSeeds is how many seeds of a cause are listed by name.
const firstSeeds = 5

// CauseCount is a cause of failures in a sweep, and how many seeds failed of it.
type CauseCount struct {
	Cause
	Seeds uint64     `json:"seeds"`
	First []sim.Seed `json:"first"` // the first of them: five at most
}

// Same reports whether two causes are of the same check, and have a kind of evidence in common: of several clients that wait, one may
// wait in another way.
func (c *Cause) Same(other *Cause) bool {
	shared := func(kind string) bool { return slices.Contains(c.Kinds, kind) }
	return c.Check == other.Check && (len(c.Kinds) == 0 && len(other.Kinds) == 0 || slices.ContainsFunc(other.Kinds, shared))
}

// String is the cause for a person: "vote monotone: # voted for # and for # in term #".
func (c *Cause) String() string {
	if len(c.Kinds) == 0 {
		return c.Check
	}
	return c.Check + ": " + strings.Join(c.Kinds, "; ")
}

// The causes of internal errors.
const (
	nondeterminism = "nondeterminism"
	disagreement   = "two engines disagree"
)

// causeOfError is the cause of an internal error: what it says, without names and numbers.
func causeOfError(err error) Cause {
	var differ *DivergenceError
	var panicked *crash.Panic
	switch {
	case errors.As(err, &differ):
		return Cause{Check: nondeterminism}
	case errors.As(err, &panicked):
		return Cause{Check: Panic, Kinds: kindsOf(panicked.Error())}
	}
	return Cause{Check: internalWord, Kinds: kindsOf(err.Error())}
}

// cause enters a failing seed under its cause.
func (t *Tally) cause(r *Report) {
	i := slices.IndexFunc(t.Causes, func(c *CauseCount) bool { return c.Same(&r.Cause) })
	if i < 0 {
		i = len(t.Causes)
		t.Causes = append(t.Causes, &CauseCount{Cause: r.Cause})
	}
	r.Number = i + 1
	c := t.Causes[i]
	c.Seeds++
	if len(c.First) < firstSeeds {
		c.First = append(c.First, r.Seed)
	}
}
