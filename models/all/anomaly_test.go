package all

import (
	"fmt"
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
	{"percolator", "no-conflict-check", 1, false, "lost-update"},
	{"percolator", "ignores-locks", 3, false, "G-single"},
	{"percolator", "rolls-back-committed", 12, false, "G-single"},
	{"percolator", "oracle-goes-back", 21, false, "G-single-process"},
	{"truetime", "no-commit-wait", 4, false, "G-single-realtime"},
	{"truetime", "unsafe-reads", 1, false, "G-single"},
	{"truetime", "coordinator-time", 4, true, "G-single"},
	{"twophase", "unsaved-decision", 10, true, "G-single-realtime"},
	{"twophase", "early-release", 14, false, "G1a"},
	{"twophase", "forgets-prepared", 22, true, "G-single"},
	{"twophase", "hasty-answer", 15, true, "G-single"},
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
				t.Errorf("the history shows %v %s, want %s, which %s", j.Checks[0].Outcome, j.Checks[0].Name, a.name, shows(t, m, a.bug, a.scenario, a.name))
			}
			c.Bugs = nil
			if _, j := judged(t, m, c); j.Outcome != check.Valid {
				t.Errorf("without the bug: %s", j.Summary)
			}
		})
	}
}

// shows tells which seed shows an anomaly first, for whoever brings the table up to date.
func shows(t *testing.T, m models.Model, bug sim.BugName, scenario bool, name string) string {
	for seed := uint64(1); seed <= 200; seed++ {
		if _, j := judged(t, m, anomalyCase(t, m, bug, seed, scenario)); j.Checks[0].Outcome == check.Violation && j.Checks[0].Name == name {
			return fmt.Sprintf("seed %d shows", seed)
		}
	}
	return "none of 200 seeds shows"
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

// A clock that is further from the true time than the bound breaks what is promised, and is told to be beyond the claims.
func TestClocksBeyondTheirBound(t *testing.T) {
	m, err := models.ByName(Models(), "truetime")
	if err != nil {
		t.Fatal(err)
	}
	for _, skew := range []string{"-10ms", "-200ms"} {
		plan, err := m.Profile.ParsePlan("clock", "at 1s skew n1 "+skew+" for 5s")
		if err != nil {
			t.Fatal(err)
		}
		within := skew == "-10ms"
		if n := len(m.Profile.Claims.Breaches(plan, m.Nodes)); (n == 0) != within {
			t.Errorf("skew %s: %d breaches of the claims", skew, n)
		}
		_, j := judged(t, m, sim.Case{Model: m.Name, Seed: 1, Faults: plan})
		if (j.Outcome == check.Valid) != within || !within && j.Checks[0].Name != "G-single-realtime" && j.Checks[0].Name != "G-single-process" {
			t.Errorf("skew %s: %s", skew, j.Summary)
		}
	}
}
