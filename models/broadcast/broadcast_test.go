package broadcast

import (
	"slices"
	"testing"

	"simrun/check"
	"simrun/internal/soak"
	"simrun/models/lattice"
	"simrun/models/wire"
	"simrun/sim"
	"simrun/trial"
)

// Both topologies are connected, and neighbors are neighbors of each other; the tree has no link to spare.
func TestTopologies(t *testing.T) {
	for name, neighbors := range map[string]func(sim.NodeID, int) []sim.NodeID{"tree": tree, "grid": grid} {
		for nodes := 1; nodes <= 30; nodes++ {
			links, reached := 0, []sim.NodeID{1}
			for i := 0; i < len(reached); i++ {
				for _, to := range neighbors(reached[i], nodes) {
					if links++; !slices.Contains(reached, to) {
						reached = append(reached, to)
					}
					if to < 1 || int(to) > nodes || to == reached[i] || !slices.Contains(neighbors(to, nodes), reached[i]) {
						t.Errorf("%s of %d: %v has the neighbor %v, which has %v", name, nodes, reached[i], to, neighbors(to, nodes))
					}
				}
			}
			if len(reached) != nodes || name == "tree" && links != 2*(nodes-1) {
				t.Errorf("%s of %d: %d links, and only %v are reached", name, nodes, links/2, reached)
			}
		}
	}
}

func simulate(t *testing.T, topology, plan string, seed sim.Seed) *trial.Run {
	t.Helper()
	m := Model()
	faults, err := m.Profile.ParsePlan("plan", plan)
	if err != nil {
		t.Fatal(err)
	}
	r, err := trial.Simulate(m, sim.Case{Seed: seed, Faults: faults, Options: map[sim.OptionName]string{optionTopology: topology}}, false, nil, check.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// A partition and a crash of everybody delay values and lose none, with every topology.
func TestNothingIsLost(t *testing.T) {
	for _, topology := range []string{"tree", "grid", "epidemic"} {
		for seed := sim.Seed(1); seed <= 5; seed++ {
			r := simulate(t, topology, "at 1s partition n1,n2 | n3,n4,n5 for 4s\nat 2s loss 1/4 for 3s\nat 6s crash all for 300ms", seed)
			if r.Outcome != check.Valid || len(r.Beyond) > 0 || r.Figures[0].Count < 50 {
				t.Errorf("%s, seed %d: %s, %v, %v", topology, seed, r.Summary, r.Figures, r.Beyond)
			}
		}
	}
}

// Outside of the claims: a node whose disk comes back empty has forgotten what it acknowledged, and the others do not send it again, but with
// the anti-entropy of topology=epidemic, as long as another node has it.
func TestAnEmptyDisk(t *testing.T) {
	broken, seeds := map[string]int{}, soak.N(3, 10)
	for _, topology := range []string{"tree", "grid", "epidemic"} {
		for seed := range sim.Seed(seeds) {
			r := simulate(t, topology, "at 5s crash n3 wiping disk for 200ms", seed+1)
			if len(r.Beyond) != 1 {
				t.Fatal(r.Beyond)
			}
			if slices.ContainsFunc(r.Failed(), func(c trial.Check) bool { return c.Name == trial.Progress }) {
				broken[topology]++
			}
		}
	}
	if broken["tree"] != seeds || broken["grid"] != seeds || broken["epidemic"] != 0 {
		t.Errorf("replicas that never agree again, of %d seeds each: %v", seeds, broken)
	}
}

func FuzzDescribe(f *testing.F) {
	for kind := byte(kindBroadcast); kind <= kindStore; kind++ {
		f.Add(wire.Append(nil, kind, encodeSet(lattice.Set{1, 2}), 7))
		f.Add(wire.Append(nil, kind, nil))
	}
	f.Fuzz(func(t *testing.T, payload []byte) {
		if describe(payload) == "" {
			t.Error("a payload without a description")
		}
		decodeSet(payload)
	})
}
