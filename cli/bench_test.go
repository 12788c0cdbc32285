package cli

import (
	"context"
	"fmt"
	"testing"

	"simrun/sim"
	"simrun/sim/sweep"
)

// BenchmarkSweep sweeps Raft with five nodes under the default nemesis, with
// every check, by number of workers: what simrun sweep does.
func BenchmarkSweep(b *testing.B) {
	collectLess()
	for _, workers := range []int{1, 2, 4} {
		b.Run(fmt.Sprintf("workers=%d", workers), func(b *testing.B) {
			s := defaultSetup(b)
			b.ReportAllocs()
			sum := sweep.Sweep(context.Background(), sweep.Plan{First: 1, Last: sim.Seed(b.N), Workers: workers, Run: s.report})
			if sum.Worst() != sweep.Valid {
				b.Fatalf("%v", sum.Counts)
			}
			b.ReportMetric(float64(sum.Events)/b.Elapsed().Seconds(), "events/s")
			b.ReportMetric(float64(sum.Events)/b.Elapsed().Seconds()/float64(workers), "events/s/worker")
		})
	}
}

// defaultSetup is what simrun run does without flags.
func defaultSetup(b *testing.B) *setup {
	b.Helper()
	cf := caseFlags{model: "raft", nodes: 5, clients: 4, duration: "10s", recovery: "10s", nemesis: "swarm"}
	s, err := prepare(&cf, &checkFlags{engine: "auto"})
	if err != nil {
		b.Fatal(err)
	}
	return s
}
