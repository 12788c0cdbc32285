package txn

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"

	"simrun/check"
	"simrun/history"
	"simrun/internal/soak"
)

// random draws a small history: reads mostly see what was written, in one order of each list or nearly so.
func random(r *rand.Rand) []history.Event {
	lists := r.IntN(2) == 0
	n, keys, processes := 1+r.IntN(4), 1+r.IntN(2), 1+r.IntN(3)
	type draft struct {
		steps   [][3]history.Value
		outcome history.Type
	}
	var all []draft
	written := make([][]history.Value, keys)
	next := int64(0)
	for range n {
		d := draft{outcome: history.OK}
		switch r.IntN(12) {
		case 0:
			d.outcome = history.Fail
		case 1, 2:
			d.outcome = history.Info
		}
		for range 1 + r.IntN(3) {
			k := r.IntN(keys)
			key := history.String(string(rune('x' + k)))
			if r.IntN(2) == 0 {
				d.steps = append(d.steps, [3]history.Value{history.String("r"), key, history.Null})
				continue
			}
			next++
			what := "w"
			if lists {
				what = "append"
			}
			written[k] = append(written[k], history.Int(next))
			d.steps = append(d.steps, [3]history.Value{history.String(what), key, history.Int(next)})
		}
		all = append(all, d)
	}
	for k := range written {
		if r.IntN(3) > 0 {
			r.Shuffle(len(written[k]), func(i, j int) { written[k][i], written[k][j] = written[k][j], written[k][i] })
		}
	}
	values := func(d draft, complete bool) history.Value {
		var steps []history.Value
		for _, s := range d.steps {
			if name, _ := s[0].AsString(); name == "r" && complete {
				key, _ := s[1].AsString()
				s[2] = seen(r, written[key[0]-'x'], lists)
			}
			steps = append(steps, history.List(s[:]...))
		}
		return history.List(steps...)
	}
	var events []history.Event
	add := func(p int, kind history.Type, v history.Value) {
		events = append(events, history.Event{Index: len(events), Time: history.Time(len(events)), Process: history.Process(p), Type: kind, F: "txn", Value: v})
	}
	busy := map[int]int{} // by process: its open transaction + 1
	names := make([]int, processes)
	for i := range names {
		names[i] = i
	}
	for i := 0; i < n || len(busy) > 0; {
		at := r.IntN(processes)
		p := names[at]
		if open := busy[p]; open > 0 {
			d := all[open-1]
			add(p, d.outcome, values(d, d.outcome == history.OK))
			delete(busy, p)
			if d.outcome == history.Info {
				names[at] += processes
			}
		} else if i < n {
			i++
			busy[p] = i
			add(p, history.Invoke, values(all[i-1], false))
		}
	}
	return events
}

// seen draws what a read sees.
func seen(r *rand.Rand, written []history.Value, lists bool) history.Value {
	n := r.IntN(len(written) + 1)
	switch odd := r.IntN(40); {
	case !lists && odd == 0:
		return history.Int(99)
	case !lists && n == 0:
		return history.Null
	case !lists:
		return written[n-1]
	case n == 0 && odd < 20:
		return history.Null
	case odd == 0:
		return history.List(append(slices.Clone(written[:n]), history.Int(99))...)
	case odd == 1 && n > 0:
		return history.List(append(slices.Clone(written[:n]), written[0])...)
	case odd <= 3:
		v := slices.Clone(written)
		r.Shuffle(len(v), func(i, j int) { v[i], v[j] = v[j], v[i] })
		return history.List(v[:n]...)
	}
	return history.List(written[:n]...)
}

// tally counts what was seen: of histories, levels and anomalies.
type tally struct {
	sync.Mutex
	counts map[string]int
}

func (a *tally) add(b map[string]int) {
	a.Lock()
	defer a.Unlock()
	for k, n := range b {
		a.counts[k] += n
	}
}

// TestAgainstDefinitions compares every level with the oracle on random small histories, and replays every schedule.
func TestAgainstDefinitions(t *testing.T) {
	const parts = 8
	all := tally{counts: map[string]int{}}
	t.Run("parts", func(t *testing.T) {
		for part := range parts {
			t.Run(fmt.Sprint(part), func(t *testing.T) {
				t.Parallel()
				r := rand.New(rand.NewPCG(13, uint64(part)))
				counts := map[string]int{}
				for i := range soak.N(3_000, 1_000_000) / parts {
					agrees(t, random(r), i < 1_000, counts)
				}
				all.add(counts)
			})
		}
	})
	for _, k := range slices.Sorted(maps.Keys(all.counts)) {
		t.Logf("%d %s", all.counts[k], k)
	}
}

// agrees compares the answers for one history.
func agrees(t *testing.T, events []history.Event, each bool, counts map[string]int) {
	t.Helper()
	v, err := Check(events, Options{AllowEmpty: true})
	if err != nil {
		t.Fatalf("%v\n%s", err, show(events))
	}
	ops, _ := history.Pair(events)
	for l, holds := range oracleOf(ops).answers(each) {
		l := Level(l)
		got, expected := v.Results[l].Outcome, check.Violation
		if holds {
			expected = check.Valid
		}
		if got != expected {
			t.Fatalf("%v: %v, expected %v (%s)\n%s", l, got, expected, v.Results[l].Reason, show(events))
		}
		counts[fmt.Sprintf("histories: %v: %v", l, got)]++
		if s := v.Results[l].Schedule; s != nil && (each || slices.Contains(v.Strongest, l)) { // weaker levels have the same schedule, and ask less of it
			if err := Replay(events, s, l); err != nil {
				t.Fatalf("%v: %v\n%s", l, err, show(events))
			}
		}
	}
	for _, a := range v.Anomalies {
		counts["histories with "+a.Name]++
	}
}

func show(events []history.Event) string {
	s := ""
	for _, e := range events {
		s += fmt.Sprintf("%d %v %v\n", e.Process, e.Type, e.Value)
	}
	return s
}
