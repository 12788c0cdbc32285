package txn

import (
	"fmt"
	"testing"

	"simrun/check"
	"simrun/internal/cputime"
)

func BenchmarkCheck(b *testing.B) {
	for _, w := range []struct {
		name string
		workload
	}{
		{"lists", workload{clients: 50, lists: true}},
		{"lists-snapshots", workload{clients: 50, lists: true, snapshots: true}},
		{"lists-stale", workload{clients: 50, lists: true, skew: 100}}, // and its component of thousands
		{"registers", workload{clients: 50}},
		{"registers-snapshots", workload{clients: 50, snapshots: true}},
		{"registers-stale", workload{clients: 50, skew: 1000}},
	} {
		for _, n := range []int{1_000, 10_000, 100_000, 1_000_000} {
			b.Run(fmt.Sprintf("%s/%d", w.name, n), func(b *testing.B) {
				w.txns, w.seed = n, 1
				events := w.events()
				b.ReportAllocs()
				meter := cputime.Start()
				for b.Loop() {
					v, err := Check(events, Options{})
					if err != nil {
						b.Fatal(err)
					}
					b.ReportMetric(float64(v.Steps), "steps")
					if v.Outcome() == check.Unknown {
						b.Fatal(v.Reason, v.Results[v.Level].Reason)
					}
				}
				meter.Report(b, b.N*n, "transaction")
			})
		}
	}
}
