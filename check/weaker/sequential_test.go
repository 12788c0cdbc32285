package weaker_test

import (
	"math/rand/v2"
	"slices"
	"testing"

	"simrun/check"
	"simrun/check/specs"
	"simrun/check/weaker"
	"simrun/history"
	"simrun/internal/soak"
)

// anyInterleaving tries every interleaving of the processes.
func anyInterleaving(spec check.Spec, ops []history.Operation) bool {
	m := check.NewMachine(spec)
	var names []history.Process
	byProcess := map[history.Process][]*history.Operation{}
	for i := range ops {
		p := ops[i].Process
		if byProcess[p] == nil {
			names = append(names, p)
		}
		byProcess[p] = append(byProcess[p], &ops[i])
	}
	states := map[string]int32{}
	var from func() bool
	from = func() bool {
		done := true
		for _, p := range names {
			left := byProcess[p]
			if len(left) == 0 {
				continue
			}
			op := left[0]
			done = done && op.Outcome == history.Info
			was := states[m.Object(op)]
			next, ok := m.Step(was, m.Class(op))
			if !ok {
				continue
			}
			states[m.Object(op)], byProcess[p] = next, left[1:]
			found := from()
			states[m.Object(op)], byProcess[p] = was, left
			if found {
				return true
			}
		}
		return done
	}
	return from()
}

// compareSequential compares a verdict with the oracle, and checks its certificate with the replayer.
func compareSequential(t *testing.T, spec check.Spec, events []history.Event, engines map[string]int) (violation bool) {
	t.Helper()
	ops := kept(t, spec, events)
	want := anyInterleaving(spec, ops)
	v, err := weaker.Sequential(spec, events, weaker.Options{})
	if err != nil {
		t.Fatal(err)
	}
	engines[v.Engine+" "+v.Outcome.String()]++
	switch {
	case v.Outcome == check.Unknown || (v.Outcome == check.Valid) != want:
		reports(t, events, "%s says %v (%s), but that some interleaving works is %v", v.Engine, v.Outcome, v.Reason, want)
	case want:
		if err := weaker.ReplaySequential(spec, events, v.Witness); err != nil {
			reports(t, events, "%s: order %v: %v", v.Engine, v.Witness, err)
		}
	case v.Core != nil:
		// The core may not have the value that a compare-and-set found: it is then a plain write.
		var core []history.Operation
		wrote := map[history.Value]bool{history.Null: true, history.String(""): true}
		for _, op := range ops {
			if slices.Contains(v.Core, op.Invoke) {
				core = append(core, op)
				wrote[written(op)] = true
			}
		}
		for i, op := range core {
			if from, to, _ := op.Input.AsPair(); op.F == "cas" && op.Outcome != history.Fail && !wrote[from] {
				core[i].F, core[i].Input, core[i].Output = "write", to, history.Null
			}
		}
		if anyInterleaving(spec, core) {
			reports(t, events, "core %v has an order: %s", v.Core, v.Reason)
		}
	}
	return !want
}

func written(op history.Operation) history.Value {
	if _, to, ok := op.Input.AsPair(); ok {
		return to
	}
	return op.Input
}

func TestSequentialAgreesWithEveryInterleaving(t *testing.T) {
	histories := soak.N(6_000, 100_000)
	violations, engines := 0, map[string]int{}
	for i := range histories {
		m := &maker{
			rng: rand.New(rand.NewPCG(2, uint64(i))), keys: []string{"x", "y"}[:1+i%2], cas: i%3 == 0,
			future: i%2 == 0, repeating: i%5 == 0, lag: i % 3,
		}
		if compareSequential(t, specs.CASRegister, m.history(4+i%6, 2+i%3), engines) {
			violations++
		}
	}
	t.Log(engines)
	enough(t, "not sequentially consistent", violations, histories)
	for _, engine := range []string{"linearizable valid", "forced violation", "search valid", "search violation"} {
		if engines[engine] < histories/1000 {
			t.Errorf("%q decided too few to mean anything: %d", engine, engines[engine])
		}
	}
}

// Only the search decides objects that are not registers.
func TestSequentialQueuesAgreeWithEveryInterleaving(t *testing.T) {
	histories := soak.N(2_000, 20_000)
	violations, engines := 0, map[string]int{}
	for i := range histories {
		rng := rand.New(rand.NewPCG(3, uint64(i)))
		var events []history.Event
		event := func(p int, typ history.Type, f string, v history.Value) {
			events = append(events, history.Event{Index: len(events), Process: history.Process(p), Type: typ, F: f, Value: v})
		}
		for p := range 3 {
			for range 1 + rng.IntN(3) {
				f, in, out := "enqueue", history.Int(rng.Int64N(3)), history.Null
				if rng.IntN(2) == 0 {
					f, in, out = "dequeue", history.Null, history.Int(rng.Int64N(3))
					if rng.IntN(4) == 0 {
						out = history.Null
					}
				}
				event(p, history.Invoke, f, in)
				if rng.IntN(8) == 0 {
					break
				}
				if f == "enqueue" {
					out = in
				}
				event(p, history.OK, f, out)
			}
		}
		if compareSequential(t, specs.Queue, events, engines) {
			violations++
		}
	}
	t.Log(engines)
	enough(t, "not sequentially consistent", violations, histories)
}

// Transactions read and write several registers at once.
func TestSequentialTransactionsAgreeWithEveryInterleaving(t *testing.T) {
	histories := soak.N(3_000, 30_000)
	violations, engines := 0, map[string]int{}
	for i := range histories {
		events := transactions(rand.New(rand.NewPCG(7, uint64(i))))
		if compareSequential(t, specs.MultiRegister, events, engines) {
			violations++
		}
	}
	t.Log(engines)
	enough(t, "not sequentially consistent", violations, histories)
	if engines["forced violation"] < histories/100 || engines["search valid"] < histories/100 {
		t.Error("too few to mean anything")
	}
}

// transactions makes a history of three processes over two registers.
func transactions(rng *rand.Rand) []history.Event {
	var events []history.Event
	event := func(p int, typ history.Type, v history.Value) {
		events = append(events, history.Event{Index: len(events), Process: history.Process(p), Type: typ, F: "txn", Value: v})
	}
	value := int64(0)
	for p := range 3 {
		for range 1 + rng.IntN(2) {
			var in, out []history.Value
			for range 1 + rng.IntN(2) {
				key, f := history.String([]string{"x", "y"}[rng.IntN(2)]), history.String("r")
				if rng.IntN(2) == 0 {
					value++
					step := history.List(history.String("w"), key, history.Int(value))
					in, out = append(in, step), append(out, step)
					continue
				}
				found := history.Null
				if k := rng.Int64N(5); k > 0 {
					found = history.Int(k)
				}
				in, out = append(in, history.List(f, key, history.Null)), append(out, history.List(f, key, found))
			}
			event(p, history.Invoke, history.List(in...))
			if rng.IntN(8) == 0 {
				break // it never completes
			}
			event(p, history.OK, history.List(out...))
		}
	}
	return events
}

// The versions of appends and deletes are not known, so no forced order may depend on
// them.
func TestSequentialStoresAgreeWithEveryInterleaving(t *testing.T) {
	histories := soak.N(3_000, 40_000)
	violations, engines := 0, map[string]int{}
	for i := range histories {
		rng := rand.New(rand.NewPCG(9, uint64(i)))
		var events []history.Event
		event := func(p int, typ history.Type, f, key string, v history.Value) {
			events = append(events, history.Event{Index: len(events), Process: history.Process(p), Type: typ, F: f, Key: key, Value: v})
		}
		texts := []history.Value{history.Null, history.String(""), history.String("a"), history.String("b"), history.String("ab"), history.String("c")}
		text := func(from int) history.Value { return texts[from+rng.IntN(len(texts)-from)] }
		for p := range 3 {
			for range 1 + rng.IntN(3) {
				key := []string{"x", "y"}[rng.IntN(1+i%2)]
				f, in, out := "get", history.Null, text(0)
				switch rng.IntN(8) {
				case 0, 1, 2:
					f, in = "put", text(1)
				case 3:
					f, in = "append", text(2)
				case 4:
					f = "delete"
				case 5:
					f, in = "cas", history.List(text(0), text(2))
				}
				event(p, history.Invoke, f, key, in)
				if rng.IntN(8) == 0 {
					event(p, history.Info, f, key, history.Null)
					break
				}
				switch {
				case f == "cas" && rng.IntN(2) == 0:
					event(p, history.Fail, f, key, text(2))
				case f == "get":
					event(p, history.OK, f, key, out)
				default:
					event(p, history.OK, f, key, in)
				}
			}
		}
		if compareSequential(t, specs.KV, events, engines) {
			violations++
		}
	}
	t.Log(engines)
	enough(t, "not sequentially consistent", violations, histories)
}
