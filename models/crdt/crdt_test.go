package crdt

import (
	"encoding/json"
	"slices"
	"testing"

	"simrun/check"
	"simrun/models/lattice"
	"simrun/models/saved"
	"simrun/models/wire"
	"simrun/sim"
	"simrun/trial"
)

func simulate(t *testing.T, workload, plan string, seed sim.Seed, bugs ...sim.BugName) *trial.Run {
	t.Helper()
	m := Model()
	faults, err := m.Profile.ParsePlan("plan", plan)
	if err != nil {
		t.Fatal(err)
	}
	r, err := trial.Simulate(m, sim.Case{Seed: seed, Faults: faults, Bugs: bugs, Workload: sim.Workload{Name: workload}}, false, nil, check.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// In the end every object has what was acknowledged, after a partition in which both sides took updates, with clocks that differ, and after a crash of all.
func TestEveryObjectConverges(t *testing.T) {
	for _, w := range workloads() {
		for seed := sim.Seed(1); seed <= 5; seed++ {
			r := simulate(t, w.Name, "at 0s skew n2 +3s for 7s\nat 1s partition n1,n2 | n3,n4,n5 for 4s\nat 6s crash all for 300ms", seed)
			if r.Outcome != check.Valid || len(r.Beyond) > 0 || r.Spec != w.Name || r.Figures[len(r.Figures)-1].Count != 4 {
				t.Errorf("%s, seed %d: %s, %v, %v", w.Name, seed, r.Summary, r.Figures, r.Beyond)
			}
		}
	}
}

// With one clock ahead, timestamps of clocks alone lose later puts, and hybrid ones none.
func TestSkewedClocksLoseLaterPuts(t *testing.T) {
	for seed := sim.Seed(1); seed <= 5; seed++ {
		const ahead = "at 0s skew n2 +3s for 9s"
		failed := simulate(t, lwwMap, ahead, seed, bugSkewedClocks).Failed()
		if !slices.ContainsFunc(failed, func(c trial.Check) bool { return c.Name == "a put wins" }) {
			t.Errorf("seed %d: %s fail, and no put lost against what its node knew", seed, trial.Names(failed))
		}
		if r := simulate(t, lwwMap, ahead, seed); r.Outcome != check.Valid {
			t.Errorf("seed %d: %s", seed, r.Summary)
		}
	}
}

// What the monitors say, and what they do not.
func TestMonitors(t *testing.T) {
	tag := func(n uint64, life int, nth uint64) sim.Fact {
		return tagged{lattice.Tag{Value: 7, Node: 1, N: n}, life, nth}
	}
	at := func(time int64, node int) lattice.Stamp { return lattice.Stamp{Time: time, Node: node} }
	for _, c := range []struct {
		facts []sim.Fact
		want  string
	}{
		{[]sim.Fact{tag(1, 1, 1), tag(2, 1, 2), tag(3, 2, 1)}, ""},
		{[]sim.Fact{tag(1, 1, 1), tag(1, 2, 1)}, "n1 gave tag 1.1 to addition 1 of life 2, which has been given to addition 1 of life 1"},
		{[]sim.Fact{put{"x", at(5, 2), at(5, 1)}, put{"x", at(6, 1), at(5, 2)}}, ""},
		{[]sim.Fact{put{"x", at(5, 1), at(5, 2)}}, "n1 put x with timestamp 5.n1, though it knew 5.n2"},
		{[]sim.Fact{saved.Change{Event: saved.Acknowledged, N: 4}, saved.Change{Event: saved.Recovered, N: 4}, updated{}}, ""},
		{[]sim.Fact{saved.Change{Event: saved.Acknowledged, N: 4}, saved.Change{Event: saved.Recovered, N: 3}}, "n1 acknowledged 4 entries and has 3 after its restart"},
	} {
		got := ""
		for _, m := range monitors(&sim.Case{Nodes: 3}) {
			for _, f := range c.facts {
				got += m.Observe(sim.Sighting{Node: 1}, f).String()
			}
		}
		if got != c.want {
			t.Errorf("%v: %q, want %q", c.facts, got, c.want)
		}
	}
}

// Objects that were read from any text can be merged and read.
func FuzzObjects(f *testing.F) {
	f.Add(string(encodeObjects(objects{Set: lattice.Set{1}, Grown: lattice.Counter{1: 2}, Tags: lattice.ORSet{}.With(lattice.Tag{Value: 1, Node: 2, N: 3}), Map: lattice.Map{"x": {}}})))
	f.Add(`{"Set":null}`)
	f.Fuzz(func(t *testing.T, text string) {
		var o objects
		if describe(wire.Append(nil, kindRequest, []byte(text))) == "damaged message" || json.Unmarshal([]byte(text), &o) != nil {
			return
		}
		for _, w := range workloads() {
			o.read(w.Name)
		}
		encodeObjects(o)
	})
}
