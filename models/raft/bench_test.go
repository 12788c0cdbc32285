package raft

import (
	"testing"

	"simrun/sim"
)

// BenchmarkRaft runs the default case: 5 servers, 4 clients, the kv workload, every
// monitor and the digest, without faults.
func BenchmarkRaft(b *testing.B) { benchmarkRun(b, sim.Case{Model: "raft"}) }

// BenchmarkRaftBusy has clients that never pause.
func BenchmarkRaftBusy(b *testing.B) {
	benchmarkRun(b, sim.Case{Model: "raft", Clients: 20, Workload: sim.Workload{Rate: 200}})
}

func benchmarkRun(b *testing.B, c sim.Case) {
	b.ReportAllocs()
	system := Model().System()
	var events uint64
	var virtual sim.Time
	for i := range b.N {
		c.Seed = sim.Seed(i + 1)
		r, err := sim.Run(system, c)
		if err != nil {
			b.Fatal(err)
		}
		if len(r.Violations) > 0 {
			b.Fatalf("seed %d: %v", c.Seed, r.Violations)
		}
		events += r.Events
		virtual += r.End
	}
	b.ReportMetric(float64(events)/b.Elapsed().Seconds(), "events/s")
	b.ReportMetric(float64(virtual)/1e9/b.Elapsed().Seconds(), "virtual-s/s")
}
