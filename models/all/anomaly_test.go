package all

import (
	"slices"
	"testing"

	"simrun/check"
	"simrun/internal/soak"
	"simrun/models"
	"simrun/sim"
)

// anomalies are runs in which the isolation check alone finds a bug, and calls it by the name that it is known for.
var anomalies = []struct {
	model    string
	bug      sim.BugName
	seed     uint64
	scenario bool // with the plan of the bug, and not that of the search
	name     string
}{
	{"twophase", "unsaved-decision", 6, true, "G0"},
	{"twophase", "early-release", 29, false, "G1a"},
	{"twophase", "forgets-prepared", 22, true, "G-single"},
	{"twophase", "hasty-answer", 5, true, "G-single"},
	{"twophase", "commits-twice", 1, false, "duplicate-elements"},
}

func TestAnomaliesHaveTheirNames(t *testing.T) {
	for _, a := range anomalies {
		t.Run(a.model+"/"+string(a.bug), func(t *testing.T) {
			t.Parallel()
			m, err := models.ByName(Models(), a.model)
			if err != nil {
				t.Fatal(err)
			}
			c := anomalyCase(t, m, a.bug, a.seed, a.scenario)
			if _, j := judged(t, m, c); j.Checks[0].Outcome != check.Violation || j.Checks[0].Name != a.name {
				t.Errorf("the history shows %v %s, want %s", j.Checks[0].Outcome, j.Checks[0].Name, a.name)
			}
			c.Bugs = nil
			if _, j := judged(t, m, c); j.Outcome != check.Valid {
				t.Errorf("without the bug: %s", j.Summary)
			}
		})
	}
}

// anomalyCase is the case of a seed, or that of the bug's plan.
func anomalyCase(t *testing.T, m models.Model, bug sim.BugName, seed uint64, scenario bool) sim.Case {
	if !scenario {
		return searchCase(t, m, seed, bug)
	}
	b, err := m.Bug(string(bug))
	if err != nil {
		t.Fatal(err)
	}
	plan, err := m.Profile.ParsePlan(string(bug), b.Scenario)
	if err != nil {
		t.Fatal(err)
	}
	return sim.Case{Model: m.Name, Seed: sim.Seed(seed), Bugs: []sim.BugName{bug}, Faults: plan, Workload: sim.Workload{Name: b.Workload, Mix: b.ScenarioMix}, Options: b.Options}
}

// Each of these bugs is found within the seeds of its tier by the isolation check alone, whatever monitors see. Only soak goes through them all; the others begin at the
// seed of the table.
func TestIsolationFindsBugsAlone(t *testing.T) {
	for _, a := range anomalies {
		m, err := models.ByName(Models(), a.model)
		if err != nil {
			t.Fatal(err)
		}
		b, err := m.Bug(string(a.bug))
		if err != nil {
			t.Fatal(err)
		}
		first := uint64(soak.N(int(a.seed), 1))
		if a.scenario && !soak.Deep || first > b.Tier.Seeds() {
			continue // it needs too many seeds
		}
		t.Run(a.model+"/"+string(a.bug), func(t *testing.T) {
			t.Parallel()
			for seed := first; seed <= b.Tier.Seeds(); seed++ {
				if _, j := judged(t, m, searchCase(t, m, seed, a.bug)); j.Checks[0].Outcome == check.Violation {
					if !slices.Contains(b.Oracles, j.Checks[0].Name) {
						t.Errorf("seed %d: %s, expected one of %q", seed, j.Checks[0].Name, b.Oracles)
					}
					return
				}
			}
			t.Errorf("not found within %d seeds", b.Tier.Seeds())
		})
	}
}
