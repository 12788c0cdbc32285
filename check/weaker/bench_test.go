package weaker_test

import (
	"math/rand/v2"
	"testing"

	"simrun/check"
	"simrun/check/specs"
	"simrun/check/weaker"
	"simrun/history"
)

// lagging makes a history of processes that each see one log of writes, up to some
// writes late: it is sequentially consistent, but not linearizable.
func lagging(operations, processes, late int) []history.Event {
	rng := rand.New(rand.NewPCG(8, 0))
	keys := []string{"a", "b", "c", "d", "e"}
	type entry struct {
		key   string
		value history.Value
	}
	var log []entry
	at := make([]int, processes)
	views := make([]map[string]history.Value, processes)
	for p := range views {
		views[p] = make(map[string]history.Value)
	}
	events := make([]history.Event, 0, 2*operations)
	event := func(p int, typ history.Type, f, key string, v history.Value) {
		n := len(events)
		events = append(events, history.Event{Index: n, Time: history.Time(1000 * n), Process: history.Process(p), Type: typ, F: f, Key: key, Value: v})
	}
	for n := range operations {
		p, key, until := rng.IntN(processes), keys[rng.IntN(len(keys))], len(log)-rng.IntN(late+1)
		f, in := "get", history.Null
		if rng.IntN(3) == 0 {
			f, in = "put", history.Int(int64(n+1))
			log = append(log, entry{key, in})
			until = len(log)
		}
		for ; at[p] < until; at[p]++ {
			views[p][log[at[p]].key] = log[at[p]].value
		}
		event(p, history.Invoke, f, key, in)
		event(p, history.OK, f, key, views[p][key])
	}
	return events
}

func BenchmarkWeaker(b *testing.B) {
	const operations = 100_000
	events := lagging(operations, 10, 6)
	for _, q := range []struct {
		name string
		ask  func() bool
	}{
		{"sequential", func() bool {
			v, err := weaker.Sequential(specs.KV, events, weaker.Options{})
			return err == nil && v.Outcome == check.Valid && v.Engine == "search"
		}},
		{"sessions", func() bool {
			all, err := weaker.Sessions(specs.KV, events, weaker.Options{})
			return err == nil && all[1].Verdict.Outcome == check.Valid
		}},
		{"staleness", func() bool {
			s, err := weaker.Staleness(specs.KV, events, weaker.Options{})
			return err == nil && s.Versions.Outcome == check.Valid && s.Versions.Least > 1
		}},
		{"phases", func() bool {
			phases, err := weaker.Phases(events)
			return err == nil && len(phases) == 1
		}},
	} {
		b.Run(q.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if !q.ask() {
					b.Fatal("another answer than expected")
				}
			}
			b.ReportMetric(float64(operations)*float64(b.N)/b.Elapsed().Seconds(), "ops/s")
		})
	}
}
