package partlog

import (
	"encoding/json"
	"slices"
	"testing"

	"simrun/check"
	"simrun/models/wire"
	"simrun/sim"
	"simrun/trial"
)

func simulate(t *testing.T, plan string, c sim.Case) *trial.Run {
	t.Helper()
	m := Model()
	var err error
	if c.Faults, err = m.Profile.ParsePlan("plan", plan); err != nil {
		t.Fatal(err)
	}
	r, err := trial.Simulate(m, c, false, nil, check.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// Crashes of all nodes, with disks so slow that much is not durable, lose nothing that was told, with as many consumers as partitions, with fewer and with more.
func TestNothingIsLost(t *testing.T) {
	for _, clients := range []int{1, 3, 8} {
		for seed := sim.Seed(1); seed <= 30; seed++ {
			r := simulate(t, "at 2s slow-sync all by 60ms for 4s\nat 3s crash all for 200ms\nat 5s crash n1 for 1s\nat 7s crash all for 200ms", sim.Case{Clients: clients, Seed: seed})
			if r.Outcome != check.Valid || len(r.Beyond) > 0 || r.Figures[0].Count < 5*clients {
				t.Errorf("%d clients, seed %d: %s, %v, %v", clients, seed, r.Summary, r.Figures, r.Beyond)
			}
		}
	}
}

// Without fencing a consumer that was taken for dead commits over its successor, and the history alone shows that the committed offset went back.
func TestAZombieCommits(t *testing.T) {
	seen := 0
	for seed := sim.Seed(1); seed <= 10; seed++ {
		failed := simulate(t, "", sim.Case{Seed: seed, Bugs: []sim.BugName{bugZombieCommits}}).Failed()
		if slices.ContainsFunc(failed, func(c trial.Check) bool { return c.Name == "kafka" }) {
			seen++
		}
	}
	if seen == 0 {
		t.Error("no history shows it")
	}
}

// What the monitors say, and what they do not.
func TestMonitors(t *testing.T) {
	for _, c := range []struct {
		facts []sim.Fact
		want  string
	}{
		{[]sim.Fact{assigned{1}, assigned{1}, assigned{2}, committed{2, 2}}, ""},
		{[]sim.Fact{assigned{2}, assigned{1}}, "the generation of n1 went back from 2 to 1"},
		{[]sim.Fact{assigned{2}, committed{1, 2}}, "n1 takes a commit of generation 1 in generation 2"},
	} {
		got := ""
		for _, m := range Model().Monitors(&sim.Case{Nodes: 3}) {
			for _, f := range c.facts {
				got += m.Observe(sim.Sighting{Node: coordinator}, f).String()
			}
		}
		if got != c.want {
			t.Errorf("%v: %q, want %q", c.facts, got, c.want)
		}
	}
}

// A request of any form does no harm to what reads it.
func FuzzRequest(f *testing.F) {
	f.Add(`{"Do":"fetch","Partition":"a","Value":5,"Offset":-1}`)
	f.Add(`{"Do":"join","Member":{"Client":-1,"Life":3}}`)
	f.Fuzz(func(t *testing.T, text string) {
		payload := wire.Append(nil, kindRequest, []byte(text))
		if describe(payload) != "Request "+text {
			t.Errorf("%s", describe(payload))
		}
		var q request
		if body, ok := wire.Decode(payload, kindRequest, nil); !ok || json.Unmarshal(body, &q) != nil {
			return
		}
		if describe(encodeJSON(kindRequest, q)) == "damaged message" {
			t.Errorf("%+v", q)
		}
	})
}
