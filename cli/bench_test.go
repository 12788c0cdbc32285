package cli

import (
	"context"
	"fmt"
	"slices"
	"testing"

	"simrun/check"
	"simrun/models/all"
	"simrun/sim"
	"simrun/trial"
)

// BenchmarkSweep sweeps Raft with five nodes under the default nemesis, with
// every check, by number of workers: what simrun sweep does.
func BenchmarkSweep(b *testing.B) {
	collectLess()
	for _, workers := range []int{1, 2, 4} {
		b.Run(fmt.Sprintf("workers=%d", workers), func(b *testing.B) {
			sw := trial.Sweep{Setup: *defaultSetup(b), First: 1, Last: sim.Seed(b.N), Workers: workers}
			b.ReportAllocs()
			_, tally := sw.Do(context.Background())
			if tally.Outcome() != check.Valid {
				b.Fatalf("%v", tally.Counts)
			}
			b.ReportMetric(float64(tally.Events)/b.Elapsed().Seconds(), "events/s")
			b.ReportMetric(float64(tally.Events)/b.Elapsed().Seconds()/float64(workers), "events/s/worker")
		})
	}
}

// defaultSetup is what simrun run does without flags.
func defaultSetup(b *testing.B) *trial.Setup {
	b.Helper()
	cf := caseFlags{models: all.Models(), model: "raft", nodes: 5, clients: 4, duration: "10s", recovery: "10s", nemesis: "swarm"}
	s, err := prepare(&cf, &checkFlags{engine: "auto"})
	if err != nil {
		b.Fatal(err)
	}
	return s
}

// Models share names of bugs: each is offered once.
func TestEachBugIsOfferedOnce(t *testing.T) {
	known := modelList(all.Models())
	subjects, err := benchSubjects(known, "", nil)
	if err != nil {
		t.Fatal(err)
	}
	names := slices.Sorted(slices.Values(everyBug(known)))
	if once := slices.Compact(slices.Clone(names)); len(once) != len(names) || len(once) >= len(subjects) {
		t.Errorf("%d names, %d of them different, of %d bugs", len(names), len(once), len(subjects))
	}
}
