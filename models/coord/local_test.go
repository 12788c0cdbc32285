package coord

import (
	"testing"

	"simrun/check"
	"simrun/check/specs"
	"simrun/check/weaker"
	"simrun/models/coord/recipe"
	"simrun/sim"
	"simrun/sim/nemesis"
	"simrun/trial"
)

// Local reads may be old, so that histories with them are not always linearizable; but each client sees its own writes, and no read of it goes back.
func TestLocalReads(t *testing.T) {
	stale, broken := localReads(t)
	if stale == 0 {
		t.Error("no read was stale: the option does nothing")
	}
	if len(broken) > 0 {
		t.Errorf("these guarantees are broken: %q", broken)
	}
	if _, broken := localReads(t, bugReadGoesBack); len(broken) == 0 {
		t.Error("a server that forgets what its client has seen breaks no guarantee")
	}
}

// localReads runs some seeds with local reads, and returns how many are not linearizable, and the session guarantees that some break.
func localReads(t *testing.T, bugs ...sim.BugName) (stale int, broken []string) {
	t.Helper()
	base := sim.Case{Bugs: bugs, Workload: sim.Workload{Name: "kv"}, Options: map[sim.OptionName]string{recipe.OptionReads: "local"}}
	s := trial.Setup{Model: Model(), Base: base, Nemesis: nemesis.Swarm}
	for seed := range sim.Seed(30) {
		run, err := s.Run(1+seed, false)
		if err != nil {
			t.Fatal(err)
		}
		if run.Checks[0].Outcome == check.Violation {
			stale++
		}
		guarantees, err := weaker.Sessions(specs.KV, run.History, weaker.Options{})
		if err != nil {
			t.Fatal(err)
		}
		for _, g := range guarantees {
			if g.Verdict.Outcome == check.Violation {
				broken = append(broken, g.Name)
			}
		}
	}
	return stale, broken
}
