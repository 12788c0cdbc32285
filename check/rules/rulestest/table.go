package rulestest

import (
	"slices"
	"testing"

	"simrun/check/rules"
)

// Case is a history and the expected result of a rule.
type Case struct {
	Name    string
	Ops     []rules.Op
	Pattern string  // of the violation; "" if the history is linearizable
	Core    []int32 // ascending
	Relaxed []int32 // relaxed members of the core
}

// Decide checks the rule with a table of histories, and each core with porcupine.
func (s Suite) Decide(t *testing.T, table []Case) {
	t.Helper()
	for _, c := range table {
		t.Run(c.Name, func(t *testing.T) {
			r := s.Check(c.Ops)
			if c.Pattern == "" {
				if r.Answer != rules.Linearizable {
					t.Fatalf("%v (%s)", r.Answer, r.Pattern)
				}
				return
			}
			core := slices.Sorted(slices.Values(r.Core))
			if r.Answer != rules.Violation || r.Pattern != c.Pattern || !slices.Equal(core, c.Core) || !slices.Equal(r.Relaxed, c.Relaxed) {
				t.Fatalf("%v %q core %v relaxed %v, %s", r.Answer, r.Pattern, core, r.Relaxed, r.Why)
			}
			s.JudgeCore(t, c.Ops, r)
		})
	}
}

// Rejected is a history that a rule is not exact for, and the expected reason.
type Rejected struct {
	Why string
	Ops []rules.Op
}

// Reject checks that the rule rejects each history of a table, with the expected reason.
func (s Suite) Reject(t *testing.T, table []Rejected) {
	t.Helper()
	for _, c := range table {
		if r := s.Check(c.Ops); r.Answer != rules.NotApplicable || r.Why != c.Why {
			t.Errorf("%v %q, want %q", r.Answer, r.Why, c.Why)
		}
	}
}
