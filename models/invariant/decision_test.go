package invariant_test

import (
	"testing"

	"simrun/models/invariant"
	"simrun/sim"
)

type settled struct {
	id      string
	commits bool
}

func (settled) String() string { return "settled" }

// One transaction has one decision.
func TestOneDecision(t *testing.T) {
	m := invariant.OneDecision("one decision", func(f sim.Fact) (string, bool, bool) {
		s, ok := f.(settled)
		return s.id, s.commits, ok
	})
	see := func(node sim.NodeID, f sim.Fact) string {
		return m.Observe(sim.Sighting{Event: 1, Node: node}, f).String()
	}
	for _, s := range []struct {
		node sim.NodeID
		fact settled
		want string
	}{
		{1, settled{"7", true}, ""}, {2, settled{"8", false}, ""}, {2, settled{"7", true}, ""},
		{3, settled{"8", true}, "n3 committed transaction 8, which n2 aborted"},
		{2, settled{"7", false}, "n2 aborted transaction 7, which n1 committed"},
	} {
		if got := see(s.node, s.fact); got != s.want {
			t.Errorf("%v by n%d: %q, want %q", s.fact, s.node, got, s.want)
		}
	}
}
