package all

import (
	"testing"

	"simrun/models"
	"simrun/sim"
)

// BenchmarkSwarm is what a sweep does on one core: draw a plan, run 5 servers and 4 clients under it with
// all monitors, and decide the history.
func BenchmarkSwarm(b *testing.B) {
	m, err := models.ByName(Models(), "raft")
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	var events uint64
	var virtual sim.Time
	for i := range b.N {
		r, _ := judged(b, m, searchCase(b, m, uint64(i+1)))
		events += r.Events
		virtual += r.End
	}
	b.ReportMetric(float64(events)/b.Elapsed().Seconds(), "events/s")
	b.ReportMetric(float64(virtual)/1e9/b.Elapsed().Seconds(), "virtual-s/s")
}
