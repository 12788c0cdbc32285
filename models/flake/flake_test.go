package flake

import (
	"testing"

	"simrun/check"
	"simrun/models/wire"
	"simrun/sim"
	"simrun/trial"
)

// A node that crashes over and over, with its clock set back in between, repeats no number, and only the clock makes numbers grow from node to node.
func TestCrashesRepeatNothing(t *testing.T) {
	m := Model()
	faults, err := m.Profile.ParsePlan("plan", "at 2s skew n1 -2s for 7s\nat 2s crash all for 100ms\nat 3s crash n1 for 100ms\nat 4s crash all for 100ms\nat 6s crash all for 100ms")
	if err != nil {
		t.Fatal(err)
	}
	for _, numbers := range []string{"block", "clock"} {
		for seed := sim.Seed(1); seed <= 10; seed++ {
			r, err := trial.Simulate(m, sim.Case{Seed: seed, Faults: faults, Options: map[sim.OptionName]string{optionNumbers: numbers}}, false, nil, check.Options{})
			if err != nil || r.Outcome != check.Valid || len(r.Beyond) > 0 {
				t.Errorf("%s, seed %d: %v, %v", numbers, seed, r, err)
			}
		}
	}
}

func TestDescribe(t *testing.T) {
	for want, payload := range map[string][]byte{
		"Generate": wire.Append(nil, kindGenerate, nil), "Number 7": wire.Append(nil, kindNumber, nil, 7), "damaged message": {1, 2, 3},
	} {
		if got := describe(payload); got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
}
