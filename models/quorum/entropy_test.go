package quorum

import (
	"slices"
	"testing"
	"time"

	"simrun/check"
	"simrun/history"
	"simrun/internal/soak"
	"simrun/models"
	"simrun/sim"
	"simrun/trial"
)

// lwwCase is a case of the last writer that is judged by the account of the map.
func lwwCase(seed sim.Seed, nodes int, options map[sim.OptionName]string) sim.Case {
	c := sim.Case{Seed: seed, Nodes: nodes, Options: map[sim.OptionName]string{optionConsistency: lww}, Duration: sim.Duration(4 * time.Second), Workload: sim.Workload{Name: lwwMap}}
	for name, value := range options {
		c.Options[name] = value
	}
	return c
}

// failed runs a case and names the checks that fail.
func failed(t *testing.T, c sim.Case, m models.Model) (names []string) {
	t.Helper()
	run, err := trial.Simulate(m, c, false, nil, check.Options{})
	if err != nil {
		t.Fatal(err)
	}
	for _, check := range run.Failed() {
		names = append(names, check.Name)
	}
	return names
}

// A replica that lost its disk gets back what it had, by anti-entropy alone: hints and read repair are off, and nobody writes any more. Without anti-entropy it does not.
func TestAntiEntropyFillsAnEmptyDisk(t *testing.T) {
	for seed := sim.Seed(1); seed <= 5; seed++ {
		for _, entropy := range []string{"on", "off"} {
			c := lwwCase(seed, 3, map[sim.OptionName]string{optionHints: "off", optionRepair: "off", optionAntiEntropy: entropy})
			c.Workload.Ops = 20
			c.Faults = plan(t, "at 2s crash n3 wiping disk for 100ms")
			c.Duration = sim.Duration(6 * time.Second)
			c.Recovery.Skip = true
			if keys := keysOf(t, c, 3); entropy == "on" && keys < 5 || entropy == "off" && keys > 0 {
				t.Errorf("seed %d: anti-entropy %s: n3 ends with %d keys", seed, entropy, keys)
			}
		}
	}
}

// keysOf runs a case, and counts the keys that a node ends with.
func keysOf(t *testing.T, c sim.Case, node sim.NodeID) (keys int) {
	t.Helper()
	r, err := sim.RunTraced(Model().System(), c)
	if err != nil {
		t.Fatal(err)
	}
	for _, rec := range r.Trace.Records {
		if rec.Kind == sim.StateIs && rec.Node == node {
			keys = len(rec.State.Detail)
		}
	}
	return keys
}

// A model that promises to converge says so only where it does: without anti-entropy nothing is promised, and replicas do differ, as with seed 152. With it they agree, under the default search.
func TestConvergenceIsAntiEntropys(t *testing.T) {
	m := Model()
	for _, entropy := range []string{"on", "off"} {
		differ := 0
		for seed := sim.Seed(140); seed < 160; seed++ {
			c, err := trial.Draw(m, lwwCase(seed, 3, map[sim.OptionName]string{optionHints: "off", optionRepair: "off", optionAntiEntropy: entropy}), "swarm", false)
			if err != nil {
				t.Fatal(err)
			}
			names := failed(t, c, m)
			if slices.Contains(names, trial.Progress) {
				t.Errorf("seed %d, anti-entropy %s: %q", seed, entropy, names)
			}
			if slices.Contains(names, lwwMap) {
				differ++
			}
		}
		if (differ > 0) != (entropy == "off") {
			t.Errorf("anti-entropy %s: the final reads differ in %d seeds", entropy, differ)
		}
	}
}

// With two of three homes cut off for a while, a strict quorum of two refuses writes, and a sloppy one takes them: nodes stand in for the homes, and hand
// over later. In the end the replicas agree, and no acknowledged write is lost.
func TestSloppyQuorumTakesWrites(t *testing.T) {
	homes := ring{5, 3}.homes("k1")
	others := ring{5, 3}.others("k1")
	cut := "at 1s partition " + homes[0].String() + "," + homes[1].String() + " | " + homes[2].String() + "," + others[0].String() + "," + others[1].String() + " for 2s"
	answered := map[string]int{}
	for _, quorum := range []string{"strict", sloppy} {
		for seed := sim.Seed(1); seed <= 5; seed++ {
			c := lwwCase(seed, 5, map[sim.OptionName]string{optionReplicas: "3", optionQuorum: quorum})
			c.Workload.Keys = 1
			c.Faults = plan(t, cut)
			if names := failed(t, c, Model()); len(names) > 0 {
				t.Errorf("%s, seed %d: %q", quorum, seed, names)
			}
			r, err := sim.Run(Model().System(), c)
			if err != nil {
				t.Fatal(err)
			}
			for _, e := range r.History {
				if e.Type == history.OK && e.F == opPut && e.Time > sim.Time(1500*time.Millisecond) && e.Time < sim.Time(3*time.Second) &&
					slices.Contains([]string{homes[2].String(), others[0].String(), others[1].String()}, e.Node) {
					answered[quorum]++
				}
			}
		}
	}
	if answered["strict"] > 0 || answered[sloppy] < 50 {
		t.Errorf("writes that were answered on the side of one home: %v", answered)
	}
}

// Sloppy quorums need not meet: acknowledged writes are not seen by reads on the other side of a cut, even with R + W > N.
func TestSloppyQuorumsDoNotMeet(t *testing.T) {
	c := sim.Case{Seed: 1, Nodes: 5, Duration: sim.Duration(4 * time.Second), Workload: sim.Workload{Name: "register"}, Faults: plan(t, "at 1s partition n1,n2 | n3,n4,n5 for 2s")}
	for _, quorum := range []string{"strict", sloppy} {
		stale := 0
		for c.Seed = 1; c.Seed <= 10; c.Seed++ {
			c.Options = map[sim.OptionName]string{optionConsistency: lww, optionReplicas: "3", optionQuorum: quorum, optionR: "2", optionW: "2"}
			if names := failed(t, c, Model()); slices.Contains(names, trial.Linearizability) {
				stale++
			}
		}
		t.Logf("%s: %d of 10 seeds are not linearizable", quorum, stale)
		if quorum == sloppy && stale < 10 || quorum != sloppy && stale > 7 {
			t.Errorf("%s: %d of 10 seeds are not linearizable", quorum, stale)
		}
	}
}

// Atomic registers stay atomic with three homes of five nodes: majorities of the homes meet.
func TestAtomicWithPreferenceLists(t *testing.T) {
	m := Model()
	for seed := sim.Seed(1); seed <= sim.Seed(soak.N(12, 40)); seed++ {
		c, err := trial.Draw(m, sim.Case{Seed: seed, Nodes: 5, Options: map[sim.OptionName]string{optionReplicas: "3"}}, "swarm", false)
		if err != nil {
			t.Fatal(err)
		}
		if names := failed(t, c, m); len(names) > 0 {
			t.Errorf("seed %d: %q", seed, names)
		}
	}
}
