package weaker_test

import (
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"

	"simrun/check/weaker"
	"simrun/history"
	"simrun/internal/soak"
)

// parse reads a history in JSON lines.
func parse(t *testing.T, text string) []history.Event {
	var lines []string
	for _, line := range strings.Split(strings.TrimSpace(text), "\n") {
		lines = append(lines, strings.TrimSpace(line))
	}
	events, err := history.Read(strings.NewReader(strings.Join(lines, "\n")), "test", history.JSONL)
	if err != nil {
		t.Fatal(err)
	}
	return events
}

func TestPhases(t *testing.T) {
	events := parse(t, `
		{"index":0,"time":0,"process":1,"type":"invoke","f":"read"}
		{"index":1,"time":10,"process":1,"type":"ok","f":"read"}
		{"index":2,"time":100,"process":"nemesis","type":"info","f":"crash","value":"at 100ns crash n1 for 100ns"}
		{"index":3,"time":110,"process":1,"type":"invoke","f":"cas","value":[1,2]}
		{"index":4,"time":150,"process":"nemesis","type":"info","f":"partition","value":"at 150ns partition n1 | n2 for 100ns"}
		{"index":5,"time":160,"process":2,"type":"invoke","f":"write","value":1}
		{"index":6,"time":190,"process":1,"type":"fail","f":"cas","value":3}
		{"index":7,"time":200,"process":"nemesis","type":"info","f":"end crash","value":"at 100ns crash n1 for 100ns"}
		{"index":8,"time":210,"process":"nemesis","type":"info","f":"rot","value":"at 210ns rot n1"}
		{"index":9,"time":220,"process":2,"type":"info","f":"write","error":"timeout"}
		{"index":10,"time":230,"process":1,"type":"invoke","f":"write","value":2}
		{"index":11,"time":240,"process":1,"type":"fail","f":"write","error":"no leader"}
		{"index":12,"time":250,"process":"nemesis","type":"info","f":"end partition","value":"at 150ns partition n1 | n2 for 100ns"}
		{"index":13,"time":260,"process":1,"type":"invoke","f":"read"}
		{"index":14,"time":300,"process":1,"type":"ok","f":"read"}`)
	got, err := weaker.Phases(events)
	if err != nil {
		t.Fatal(err)
	}
	same := func(d history.Time) weaker.Latency { return weaker.Latency{P50: d, P95: d, P99: d, Max: d} }
	want := []weaker.Phase{
		{Faults: []string{}, Spans: 2, Lasted: 150, OK: 2, Latency: weaker.Latency{P50: 10, P95: 40, P99: 40, Max: 40}},
		{Faults: []string{"crash"}, Spans: 1, Lasted: 50, Refused: 1, Latency: same(80)},
		{Faults: []string{"crash", "partition"}, Spans: 1, Lasted: 50, Info: 1},
		{Faults: []string{"partition"}, Spans: 1, Lasted: 50, Fail: 1},
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
}

// Jepsen records the start of a fault twice, before and after it, and its end likewise.
func TestPhasesOfJepsen(t *testing.T) {
	got, err := weaker.Phases(parse(t, `
		{"index":0,"time":0,"process":"nemesis","type":"info","f":"start-partition","value":"majority"}
		{"index":1,"time":10,"process":"nemesis","type":"info","f":"start-partition","value":"isolated n1"}
		{"index":2,"time":20,"process":1,"type":"invoke","f":"read"}
		{"index":3,"time":25,"process":1,"type":"ok","f":"read"}
		{"index":4,"time":30,"process":"nemesis","type":"info","f":"stop-partition"}
		{"index":5,"time":40,"process":"nemesis","type":"info","f":"stop-partition","value":"healed"}
		{"index":6,"time":60,"process":1,"type":"invoke","f":"read"}`))
	if err != nil {
		t.Fatal(err)
	}
	if len(got) != 2 || got[0].Name() != "partition" || got[0].Lasted != 30 || got[0].OK != 1 ||
		got[1].Name() != "quiet" || got[1].Lasted != 30 || got[1].Info != 1 || got[1].Answered() != 0 {
		t.Errorf("%+v", got)
	}
}

// The quantiles and the counts, against their definitions, over random histories.
func TestPhasesAgreeWithDefinition(t *testing.T) {
	histories := soak.N(2_000, 20_000)
	faulty := 0
	for i := range histories {
		rng := rand.New(rand.NewPCG(4, uint64(i)))
		m := &maker{rng: rng, keys: []string{"x"}}
		events := m.history(3+i%40, 1+i%4)
		on := false
		for k := 0; k < len(events); k++ { // a fault comes and goes
			if rng.IntN(6) > 0 {
				continue
			}
			f := "crash"
			if on {
				f = "end crash"
			}
			on = !on
			events = slices.Insert(events, k, history.Event{Time: events[k].Time, Process: history.Nemesis, Type: history.Info, F: f})
			k++
		}
		for k := range events {
			events[k].Index = k
		}
		got, err := weaker.Phases(events)
		if err != nil {
			t.Fatal(err)
		}
		ops, _ := history.Pair(events)
		took := map[bool][]history.Time{} // by whether a crash lasted
		for _, op := range ops {
			last := slices.IndexFunc(reversed(events[:op.Invoke]), func(e history.Event) bool { return e.Process == history.Nemesis })
			crashed := last >= 0 && events[op.Invoke-1-last].F == "crash" &&
				slices.ContainsFunc(events[op.Invoke:], func(e history.Event) bool { return e.F == "end crash" })
			if op.Outcome != history.Info {
				took[crashed] = append(took[crashed], op.Return-op.Call)
			}
		}
		if len(took[true]) > 0 {
			faulty++
		}
		for _, p := range got {
			all := took[len(p.Faults) > 0]
			for _, q := range []struct {
				percent int
				took    history.Time
			}{{50, p.Latency.P50}, {95, p.Latency.P95}, {99, p.Latency.P99}, {100, p.Latency.Max}} {
				if len(all) > 0 && q.took != nearestRank(all, q.percent) || len(all) != p.Answered()+p.Fail {
					reports(t, events, "%s: %+v, want %d%% of %v", p.Name(), p, q.percent, all)
				}
			}
		}
	}
	enough(t, "with operations under a fault", faulty, histories)
}

func reversed(events []history.Event) []history.Event {
	events = slices.Clone(events)
	slices.Reverse(events)
	return events
}

// nearestRank returns the smallest time that is at least as long as the given percentage of all times.
func nearestRank(all []history.Time, percent int) history.Time {
	best := history.Never
	for _, x := range all {
		n := 0
		for _, y := range all {
			if y <= x {
				n++
			}
		}
		if 100*n >= percent*len(all) {
			best = min(best, x)
		}
	}
	return best
}
