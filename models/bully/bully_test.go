package bully

import (
	"slices"
	"testing"
	"time"

	"simrun/check"
	"simrun/sim"
	"simrun/trial"
)

func simulate(t *testing.T, seed sim.Seed, plan string) *trial.Run {
	t.Helper()
	m := Model()
	faults, err := m.Profile.ParsePlan("plan", plan)
	if err != nil {
		t.Fatal(err)
	}
	run, err := trial.Simulate(m, sim.Case{Seed: seed, Faults: faults}, true, nil, check.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return run
}

// Outside of the claims: under a partition two coordinators hand out the same numbers, and followers disagree, in every seed. Lost messages,
// late ones and a pause do harm too.
func TestNotSafeWithoutSynchrony(t *testing.T) {
	for _, c := range []struct {
		plan             string
		numbers, leaders int // of 20 seeds, at least so many
	}{
		{"at 2s partition n1,n2 | n3,n4,n5 for 3s", 20, 20},
		{"at 2s pause n5 for 600ms", 0, 15},
		{"at 0s loss 1/5", 10, 15},
		{"at 0s latency uniform 1ms 200ms", 10, 15},
	} {
		numbers, leaders := 0, 0
		for seed := sim.Seed(1); seed <= 20; seed++ {
			run := simulate(t, seed, c.plan)
			if len(run.Beyond) != 1 {
				t.Fatalf("%s: beyond the claims: %q", c.plan, run.Beyond)
			}
			failed := func(name string) int {
				if slices.ContainsFunc(run.Failed(), func(c trial.Check) bool { return c.Name == name }) {
					return 1
				}
				return 0
			}
			numbers += failed("linearizability")
			leaders += failed("one coordinator")
		}
		t.Logf("%s: of 20 seeds, %d hand out a number twice, %d have two coordinators", c.plan, numbers, leaders)
		if numbers < c.numbers || leaders < c.leaders {
			t.Errorf("%s: of 20 seeds, %d hand out a number twice, %d have two coordinators", c.plan, numbers, leaders)
		}
	}
}

// Whatever crashes, when all is quiet the highest node that is up leads all others.
func TestTheHighestOfThoseThatAreUpLeads(t *testing.T) {
	for plan, leader := range map[string]sim.NodeID{
		"":                       5,
		"at 3s crash n5 for 6s":  5, // it bullies n4 when it comes back
		"at 3s crash n5 forever": 4,
		"at 3s crash n5 forever\nat 5s crash n4 forever": 3,
		"at 3s crash all for 1s\nat 5s crash n5 forever": 4,
	} {
		for seed := sim.Seed(1); seed <= 5; seed++ {
			run := simulate(t, seed, plan)
			if run.Outcome != check.Valid || len(run.Beyond) > 0 {
				t.Errorf("%q, seed %d: %s, %q", plan, seed, run.Summary, run.Beyond)
			}
			last := map[sim.NodeID]sim.State{}
			for _, rec := range run.Trace.Records {
				if rec.Kind == sim.StateIs {
					last[rec.Node] = *rec.State
				}
			}
			for id := sim.NodeID(1); id <= leader; id++ {
				if is := last[id]; (id == leader) != (is.Role == roleCoordinator) || id < leader && is.Detail[0].Value != leader.String() {
					t.Errorf("%q, seed %d: %v is %+v, and %v leads", plan, seed, id, is, leader)
				}
			}
		}
	}
}

// What the monitors say, and what they do not.
func TestMonitors(t *testing.T) {
	type said struct {
		at      time.Duration
		node, c sim.NodeID // c -1: the node has booted
	}
	for _, c := range []struct {
		says []said
		want string
	}{
		{[]said{{1, 5, 5}, {2, 4, 5}, {3, 5, 5}, {9, 4, 0}, {9, 4, 4}, {10, 3, 4}}, ""}, // n5 may have crashed at 4
		{[]said{{1, 5, 5}, {2, 4, 4}, {3, 5, 5}}, "n5 has followed n5 since 1ns, and n4 followed n4 at 2ns"},
		{[]said{{1, 5, 5}, {2, 4, 4}, {3, 3, 4}, {4, 5, 0}}, "n5 has followed n5 since 1ns, and n3 followed n4 at 3ns"}, // it did until then
		{[]said{{1, 5, 5}, {2, 4, 4}, {3, 5, -1}, {4, 5, 5}, {5, 5, 5}}, ""},
		{[]said{{1, 5, 5}, {2, 4, 4}, {3, 5, -1}, {4, 5, 5}, {5, 4, 4}}, "n4 has followed n4 since 2ns, and n5 followed n5 at 4ns"},
		{[]said{{1, 4, 3}}, "n4 follows n3, which is lower"},
	} {
		got := ""
		list := Model().Monitors(&sim.Case{Nodes: 5})
		for _, s := range c.says {
			for _, m := range list {
				if s.c >= 0 {
					got += m.Observe(sim.Sighting{Time: sim.Time(s.at), Node: s.node}, follows{s.c}).String()
				} else if b, ok := m.(sim.Booter); ok {
					b.Booted(sim.Sighting{Time: sim.Time(s.at), Node: s.node})
				}
			}
		}
		if got != c.want {
			t.Errorf("%v: %q, want %q", c.says, got, c.want)
		}
	}
}

// Each payload has a description, and a damaged one is told from the others.
func TestDescribe(t *testing.T) {
	for kind := byte(kindGenerate); kind <= kindCoordinator; kind++ {
		b := encode(kind, 1<<32|7)
		if k, n := decode(b); k != kind || n != 1<<32|7 || describe(b) == "damaged message" {
			t.Errorf("%s: %d, %d", describe(b), k, n)
		}
		b[len(b)-1] ^= 1
		if describe(b) != "damaged message" {
			t.Errorf("%x is %s", b, describe(b))
		}
	}
}
