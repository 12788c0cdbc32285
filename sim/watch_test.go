package sim_test

import (
	"fmt"
	"slices"
	"testing"

	"simrun/sim"
	"simrun/sim/fault"
)

// memory records what it is told of restarts.
type memory struct{ told *[]string }

func (memory) Name() string                               { return "memory" }
func (memory) Observe(sim.Sighting, sim.Fact) *sim.Breach { return nil }
func (m memory) Booted(at sim.Sighting)                   { *m.told = append(*m.told, fmt.Sprint(at.Node, " boots")) }
func (m memory) Forgot(at sim.Sighting)                   { *m.told = append(*m.told, fmt.Sprint(at.Node, " forgot")) }

// Monitors are told of a node that comes back with an empty disk, once, unless its system claims to survive that.
func TestANodeThatForgot(t *testing.T) {
	for _, tc := range []struct {
		faults []fault.Fault
		claims fault.Claims
		want   []string
	}{
		{plan("at 1s crash n2 for 1s"), fault.Claims{}, []string{"n1 boots", "n2 boots", "n2 boots"}},
		{plan("at 1s crash n2 wiping disk for 1s", "at 3s crash n2 for 1s"), fault.Claims{}, []string{"n1 boots", "n2 boots", "n2 boots", "n2 forgot", "n2 boots"}},
		{plan("at 1s crash n2 for 2s", "at 2s crash n2 wiping disk for 2s"), fault.Claims{}, []string{"n1 boots", "n2 boots", "n2 boots", "n2 forgot"}},
		{plan("at 1s crash n2 wiping disk for 1s"), fault.Claims{Wiped: fault.OneNode}, []string{"n1 boots", "n2 boots", "n2 boots"}},
	} {
		var told []string
		s := script{}
		system := s.system()
		system.Profile.Claims = tc.claims
		system.Monitors = func(*sim.Case) []sim.Monitor { return []sim.Monitor{memory{&told}} }
		if _, err := sim.Run(system, sim.Case{Nodes: 2, Faults: tc.faults}); err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(told, tc.want) {
			t.Errorf("%v: told %q, want %q", tc.faults, told, tc.want)
		}
	}
}
