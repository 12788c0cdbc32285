package etcdraft_test

import (
	"testing"

	"simrun/models/etcdraft"
	"simrun/sim"
)

// BenchmarkRun is one run of ten virtual seconds without faults, with all monitors.
func BenchmarkRun(b *testing.B) {
	b.ReportAllocs()
	system := etcdraft.Model().System()
	events := uint64(0)
	for i := range b.N {
		r, err := sim.Run(system, sim.Case{Seed: sim.Seed(i + 1)})
		if err != nil || len(r.Violations) > 0 {
			b.Fatal(err, r.Violations)
		}
		events += r.Events
	}
	b.ReportMetric(float64(events)/b.Elapsed().Seconds(), "events/s")
}
