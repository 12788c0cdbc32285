package simtest_test

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"simrun/sim"
	"simrun/sim/fault"
	"simrun/simtest"
)

// Drawn plans have every kind of fault that the model claims to survive, every role, event and shape, and no other; each is a plan that
// a person could write.
func TestFaultsDrawsEverything(t *testing.T) {
	raft := modelNamed(t, "raft")
	seen := map[string]bool{}
	setFlag(t, "rapid.checks", "2000")
	rapid.Check(t, func(t *rapid.T) {
		plan := simtest.Faults(raft, sim.Case{}).Draw(t, "plan")
		if b := raft.Profile.Claims.Breaches(plan, 5); len(b) > 0 {
			t.Fatalf("beyond the claims: %v", b)
		}
		read, err := raft.Profile.ParsePlan("plan", plan.String())
		if err != nil || fault.Plan(read).String() != plan.String() {
			t.Fatalf("%v is not what was drawn: %v", read, err)
		}
		for _, f := range plan {
			seen[f.Kind.String()], seen[string(f.On)], seen[string(f.Shape)] = true, true, true
			for word := range strings.FieldsSeq(string(f.Target)) {
				seen[word] = true
			}
		}
	})
	var want []string
	for _, k := range fault.Kinds()[1:] {
		want = append(want, k.String())
	}
	for _, e := range append(fault.EngineEvents(), raft.Profile.Events...) {
		want = append(want, string(e.Event))
	}
	for _, s := range fault.Shapes {
		want = append(want, string(s))
	}
	want = append(append(want, raft.Profile.Roles...), "old", "any", "minority", "n1", "n5", "rest", ">", "<>", "|")
	for _, w := range want {
		if !seen[w] {
			t.Errorf("%q was never drawn", w)
		}
	}
}
