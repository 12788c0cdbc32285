package all

import (
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	"simrun/check"
	"simrun/internal/soak"
	"simrun/models"
	"simrun/sim"
	"simrun/sim/nemesis"
	"simrun/trial"
)

// searchCase is the case that the default search tries for a seed.
func searchCase(t testing.TB, m models.Model, seed uint64, bugs ...sim.BugName) sim.Case {
	t.Helper()
	return drawn(t, m, sim.Case{Model: m.Name, Seed: sim.Seed(seed), Bugs: bugs})
}

// drawn is a case with what the swarm draws for it.
func drawn(t testing.TB, m models.Model, c sim.Case) sim.Case {
	t.Helper()
	c, err := trial.Draw(m, c, nemesis.Swarm, false)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func judged(t testing.TB, m models.Model, c sim.Case) (*sim.Result, trial.Judgement) {
	t.Helper()
	r, err := sim.Run(m.System(), c)
	if err != nil {
		t.Fatalf("seed %d: %v", c.Seed, err)
	}
	j, err := trial.Judge(m, r, nil, check.Options{})
	if err != nil {
		t.Fatalf("seed %d: %v", c.Seed, err)
	}
	return r, j
}

// The default search, which knows nothing of the bug, finds every bug within the
// seeds of its tier, at the seed that docs/bug-bench.md says, and by one of the checks that the bug's entry names. What takes it more than a hundred seeds
// is left to soak; its scenario shows the bug too.
func TestSearchFindsEveryBug(t *testing.T) {
	first := firstSeeds(t)
	for _, m := range Models() {
		for _, b := range m.Bugs {
			if b.Tier == models.Hard || b.Tier == models.Medium && soak.N(0, 1) == 0 {
				continue // by its scenario
			}
			t.Run(m.Name+"/"+string(b.Name), func(t *testing.T) {
				t.Parallel()
				for seed := uint64(1); seed <= b.Tier.Seeds(); seed++ {
					_, j := judged(t, m, searchCase(t, m, seed, b.Name))
					if j.Outcome != check.Violation {
						continue
					}
					failed := j.Failed()
					t.Logf("seed %d: %s: %s", seed, trial.Names(failed), j.Summary)
					if says := first[m.Name+"/"+string(b.Name)]; b.Tier == models.Easy && says != strconv.FormatUint(seed, 10) {
						t.Errorf("found at seed %d; docs/bug-bench.md says %q: go run ./cmd/simrun bench bugs --markdown docs/bug-bench.md", seed, says)
					}
					if !slices.ContainsFunc(failed, func(c trial.Check) bool { return slices.Contains(b.Oracles, c.Name) }) {
						t.Errorf("seen by %s, expected one of %q", trial.Names(failed), b.Oracles)
					}
					return
				}
				t.Errorf("not found within %d seeds", b.Tier.Seeds())
			})
		}
	}
}

// firstSeeds reads from docs/bug-bench.md the first seed that shows each bug.
func firstSeeds(t *testing.T) map[string]string {
	page, err := os.ReadFile("../../docs/bug-bench.md")
	if err != nil {
		t.Fatal(err)
	}
	first, model := map[string]string{}, ""
	for line := range strings.Lines(string(page)) {
		if title, ok := strings.CutPrefix(line, "## "); ok {
			model = strings.TrimSpace(title)
		}
		if cells := strings.Split(line, " | "); len(cells) > 4 {
			first[model+"/"+strings.Trim(cells[0], "| `")] = cells[4]
		}
	}
	return first
}

// The bugs that the search meets too seldom have a plan that leads to them, which does no harm to the correct model.
func TestScenariosShowTheirBugs(t *testing.T) {
	for _, m := range Models() {
		for _, b := range m.Bugs {
			if (b.Tier == models.Easy) != (b.Scenario == "") {
				t.Errorf("%s/%s: tier %s, scenario %q: bugs that need more than 100 seeds have one", m.Name, b.Name, b.Tier, b.Scenario)
			}
			if b.Scenario == "" {
				continue
			}
			t.Run(m.Name+"/"+string(b.Name), func(t *testing.T) {
				t.Parallel()
				plan, err := m.Profile.ParsePlan(string(b.Name), b.Scenario)
				if err != nil {
					t.Fatal(err)
				}
				found := 0
				for seed := sim.Seed(1); seed <= models.ScenarioSeeds; seed++ {
					if found > 0 && seed > sim.Seed(soak.N(4, models.ScenarioSeeds)) {
						break
					}
					c := sim.Case{Model: m.Name, Seed: seed, Faults: plan, Workload: sim.Workload{Name: b.Workload, Mix: b.ScenarioMix}, Options: b.Options}
					if _, j := judged(t, m, c); j.Outcome != check.Valid {
						t.Errorf("seed %d of the correct model: %s", seed, j.Summary)
					}
					c.Bugs = []sim.BugName{b.Name}
					if _, j := judged(t, m, c); slices.ContainsFunc(j.Failed(), func(c trial.Check) bool { return slices.Contains(b.Oracles, c.Name) }) {
						found++
					}
				}
				if found == 0 {
					t.Errorf("not found within %d seeds", models.ScenarioSeeds)
				}
				t.Logf("found by %d seeds", found)
			})
		}
	}
}

// The correct models are silent: no violation, nothing unknown, and progress after the faults.
func TestCorrectModelsAreSilent(t *testing.T) {
	for _, m := range Models() {
		t.Run(m.Name, func(t *testing.T) {
			t.Parallel()
			seeds := uint64(soak.N(25, 1_500))
			for seed := uint64(1); seed <= seeds; seed++ {
				if _, j := judged(t, m, searchCase(t, m, seed)); j.Outcome != check.Valid {
					t.Errorf("seed %d: %v: %s", seed, j.Outcome, j.Summary)
				}
			}
			t.Logf("%d seeds are silent", seeds)
		})
	}
}

// Every state that a model marks as worth reaching is reached within 1,000 seeds of the default search for each of its workloads, and those of an option with that.
func TestMarksAreReached(t *testing.T) {
	for _, m := range Models() {
		t.Run(m.Name, func(t *testing.T) {
			t.Parallel()
			wantMarks(t, m, m.Marks, nil)
			for _, o := range m.Options {
				for _, value := range o.Values {
					if marks := o.Marks[value]; marks != nil {
						wantMarks(t, m, marks, map[sim.OptionName]string{o.Name: value})
					}
				}
			}
		})
	}
}

// wantMarks wants these marks to be reached with these options, and none that is not listed.
func wantMarks(t *testing.T, m models.Model, missing []string, options map[sim.OptionName]string) {
	missing = slices.Clone(missing)
	for seed := sim.Seed(1); seed <= 1000 && len(missing) > 0; seed++ {
		for _, w := range m.Workloads {
			r, err := sim.Run(m.System(), drawn(t, m, sim.Case{Model: m.Name, Seed: seed, Workload: sim.Workload{Name: w.Name}, Options: options}))
			if err != nil {
				t.Fatal(err)
			}
			for _, mark := range r.Sometimes {
				if !slices.Contains(m.MarksOf(&r.Case), mark.Name) {
					t.Fatalf("mark %q is not listed", mark.Name)
				}
				missing = slices.DeleteFunc(missing, func(name string) bool { return name == mark.Name })
			}
		}
		if len(missing) == 0 {
			t.Logf("all are reached within %d seeds with options %v", seed, options)
		}
	}
	if len(missing) > 0 {
		t.Errorf("never reached with options %v: %q", options, missing)
	}
}
