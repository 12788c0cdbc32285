package cli

import (
	"context"
	"fmt"
	"testing"
	"time"

	"simrun/check"
	"simrun/internal/cputime"
	"simrun/models"
	"simrun/sim"
	"simrun/simtest/programs"
	"simrun/trial"
)

// BenchmarkProgramSweep sweeps the program of the guide, a Go node that hands out unique ids, under the swarm with every check, by number of workers.
func BenchmarkProgramSweep(b *testing.B) {
	collectLess()
	m := programs.Model(b, "../examples/ids/go", "durable")
	for _, workers := range []int{1, 2} {
		b.Run(fmt.Sprintf("workers=%d", workers), func(b *testing.B) {
			sweepProgram(b, m, "swarm", sim.Case{Nodes: 3, Workload: sim.Workload{Name: "unique-ids"}}, workers)
		})
	}
}

// BenchmarkHashicorpRaft runs three nodes of hashicorp/raft, unmodified, without faults: 50 puts a second at most.
func BenchmarkHashicorpRaft(b *testing.B) {
	collectLess()
	m := programs.Model(b, "../examples/hashicorp-raft")
	puts := []sim.Weight{{F: "write", Weight: 1}, {F: "read", Weight: 0}, {F: "cas", Weight: 0}}
	sweepProgram(b, m, "none", sim.Case{
		Nodes: 3, Clients: 5, Duration: sim.Duration(10 * time.Second), Recovery: sim.Recovery{Skip: true},
		Workload: sim.Workload{Name: "lin-kv", Rate: 10, Mix: puts},
	}, 1)
}

// sweepProgram runs as many seeds as the benchmark asks for.
func sweepProgram(b *testing.B, m models.Model, nemesis string, c sim.Case, workers int) {
	c.Model = m.Name
	s := trial.Setup{Model: m, Nemesis: nemesis, Base: c}
	if err := s.Check(); err != nil {
		b.Fatal(err)
	}
	sw := trial.Sweep{Setup: s, First: 1, Last: sim.Seed(b.N), Workers: workers}
	b.ReportAllocs()
	meter := cputime.Start()
	_, tally := sw.Do(context.Background())
	used := meter.Report(b, b.N, "seed") * time.Duration(b.N)
	b.ReportMetric(float64(b.N)/b.Elapsed().Hours(), "seeds/h")
	if used > 0 {
		b.ReportMetric(time.Duration(tally.Simulated).Seconds()/used.Seconds(), "virtual-s/core-s")
	}
	if o := tally.Outcome(); o == check.Violation {
		b.Fatalf("%v: %v", o, tally.Counts)
	}
}
