package accounts

import (
	"math/rand/v2"
	"slices"
	"testing"

	"simrun/check"
	"simrun/history"
	"simrun/internal/soak"
)

// replicated is an object of one copy that clients use, at any replica; some results get lost, and some are wrong.
type replicated struct {
	rng    *rand.Rand
	events []history.Event
	open   map[int]history.Event // results that have not come yet, by client
	lives  [4]int                // of the clients: a new process after each unknown result
}

// replicas makes a history of n operations by three clients and of a final read by two of them: call decides an operation, do does it.
func replicas(seed uint64, n int, call func(r *rand.Rand) history.Event, do func(e history.Event) history.Value, wrong func(r *rand.Rand, e *history.Event)) []history.Event {
	s := &replicated{rng: rand.New(rand.NewPCG(seed, 3)), open: map[int]history.Event{}}
	for range n {
		c := 1 + s.rng.IntN(3)
		s.end(c)
		s.begin(c, call(s.rng), do)
	}
	for c := 1; c <= 3; c++ {
		s.end(c)
	}
	for c := 1; c <= 2; c++ {
		s.begin(c, history.Event{F: final}, do)
		s.end(c)
	}
	for range s.rng.IntN(4) {
		wrong(s.rng, &s.events[s.rng.IntN(len(s.events))])
	}
	return s.events
}

// begin invokes an operation, which takes effect at once, or, if it fails, never.
func (s *replicated) begin(c int, e history.Event, do func(e history.Event) history.Value) {
	e.Process, e.Type = history.Process(c+3*s.lives[c]), history.Invoke
	s.log(e)
	switch luck := s.rng.IntN(12); {
	case luck == 0 && e.F != final:
		e.Type, e.Error = history.Fail, "refused"
	case luck == 1 && e.F != final:
		e.Type, e.Error = history.Info, "timeout"
		s.lives[c]++
		if s.rng.IntN(2) == 0 {
			do(e)
		}
	default:
		e.Type, e.Node = history.OK, "n"+string(rune('1'+s.rng.IntN(3)))
		e.Value = do(e)
	}
	s.open[c] = e
	if s.rng.IntN(2) == 0 {
		s.end(c)
	}
}

// end writes the result of the operation that a client waits for.
func (s *replicated) end(c int) {
	if e, waits := s.open[c]; waits {
		s.log(e)
		delete(s.open, c)
	}
}

func (s *replicated) log(e history.Event) {
	e.Index, e.Time = len(s.events), history.Time(len(s.events))
	s.events = append(s.events, e)
}

// agree compares a checker of histories with two final reads with a dumb one, as [compare] does.
func agree(t *testing.T, c Checker, make func(seed uint64) []history.Event, dumb func(ops []history.Operation) bool) {
	t.Helper()
	compare(t, c, func(seed uint64) ([]history.Event, bool) { return make(seed), true }, func(ops []history.Operation) bool { return dumb(ops) || !sameFinals(ops) })
}

// compare compares a checker with a dumb one over many histories, of which enough must be right and enough wrong. One in which no mistake was planted must be right.
func compare(t *testing.T, c Checker, make func(seed uint64) (events []history.Event, planted bool), dumb func(ops []history.Operation) bool) {
	t.Helper()
	count := map[check.Outcome]int{}
	for seed := range uint64(soak.N(2_000, 100_000)) {
		events, planted := make(seed)
		r, err := c.Check(events, check.Options{AllowEmpty: true, Untimed: true})
		if err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
		ops, err := history.Pair(events)
		if err != nil {
			t.Fatal(err)
		}
		want := check.Valid
		if dumb(ops) {
			want = check.Violation
		}
		if r.Outcome != want || !planted && want != check.Valid {
			for _, e := range events {
				t.Log(e)
			}
			t.Fatalf("%s: seed %d: %v, %s, want %v; planted: %v", c.Name, seed, r.Outcome, r.Reason, want, planted)
		}
		count[want]++
	}
	t.Log(c.Name, count)
	if count[check.Valid] < 200 || count[check.Violation] < 200 {
		t.Errorf("%s: %v prove little", c.Name, count)
	}
}

func sameFinals(ops []history.Operation) bool {
	var finals [][]history.Value
	for _, op := range ops {
		if op.F != final {
			continue
		}
		list, isList := op.Output.AsList()
		if !isList {
			list = []history.Value{op.Output}
		}
		slices.SortFunc(list, history.Value.Compare)
		finals = append(finals, list)
	}
	return !slices.ContainsFunc(finals, func(f []history.Value) bool { return !slices.Equal(f, finals[0]) })
}

func happened(op *history.Operation) bool { return op.Outcome != history.Fail }

// Sets are judged as by a look at each pair of an addition and a removal.
func TestSetsOfReplicas(t *testing.T) {
	for _, c := range []struct {
		checker     Checker
		add, remove string
	}{{GSet, "add", ""}, {Broadcast, "broadcast", ""}, {ORSet, "add", "remove"}} {
		agree(t, c.checker, func(seed uint64) []history.Event {
			there := map[int64]bool{}
			fresh := int64(0)
			return replicas(seed, 7, func(r *rand.Rand) history.Event {
				switch f := r.IntN(4); {
				case f == 0:
					return history.Event{F: "read"}
				case f < 3 && c.remove != "":
					return history.Event{F: []string{c.add, c.remove}[f-1], Value: history.Int(1 + r.Int64N(2))}
				default:
					fresh++
					return history.Event{F: c.add, Value: history.Int(fresh)}
				}
			}, func(e history.Event) history.Value {
				n, _ := e.Value.AsInt()
				switch e.F {
				case c.add:
					there[n] = true
				case c.remove:
					delete(there, n)
				default:
					return setOf(there)
				}
				return e.Value
			}, func(r *rand.Rand, e *history.Event) {
				if list, ok := e.Value.AsList(); ok && e.Type == history.OK {
					e.Value = wrongList(r, list)
				}
			})
		}, func(ops []history.Operation) bool { return dumbElements(ops, c.add, c.remove) })
	}
}

// wrongList leaves out an element, repeats one, has one that may never have been there, or another order, which is not wrong.
func wrongList(r *rand.Rand, list []history.Value) history.Value {
	switch n := r.IntN(4); {
	case n == 0 || len(list) == 0:
		list = append(list, history.Int(1+r.Int64N(6)))
	case n == 1:
		list = list[1:]
	case n == 2:
		list = append(list, list[0])
	default:
		slices.Reverse(list)
	}
	return history.List(list...)
}

func setOf(there map[int64]bool) history.Value {
	var list []history.Value
	for n := range int64(10) {
		if there[n] {
			list = append(list, history.Int(n))
		}
	}
	return history.List(list...)
}

func dumbElements(ops []history.Operation, add, remove string) bool {
	for i := range ops {
		read := &ops[i]
		if read.F == add || read.F == remove || read.Outcome != history.OK {
			continue
		}
		list, _ := read.Output.AsList()
		for k, v := range list {
			if slices.Contains(list[:k], v) || !dumbMay(ops, v, read, add, remove) {
				return true
			}
		}
		for k := range ops {
			if a := &ops[k]; read.F == final && a.F == add && a.Outcome == history.OK && !slices.Contains(list, a.Input) && dumbMust(ops, a, remove) {
				return true
			}
		}
	}
	return false
}

// dumbMay: some addition began before the read ended, and, of a final read, has an unknown result, or no removal at its replica began after it.
func dumbMay(ops []history.Operation, v history.Value, read *history.Operation, add, remove string) bool {
	for i := range ops {
		a := &ops[i]
		if a.F != add || a.Input != v || !happened(a) || a.Invoke > read.Complete {
			continue
		}
		removed := slices.ContainsFunc(ops, func(r history.Operation) bool {
			return r.F == remove && r.Input == v && r.Outcome == history.OK && r.Node == a.Node && r.Invoke > a.Complete
		})
		if read.F != final || a.Outcome == history.Info || !removed {
			return true
		}
	}
	return false
}

// dumbMust: each removal ended before the addition began.
func dumbMust(ops []history.Operation, a *history.Operation, remove string) bool {
	return !slices.ContainsFunc(ops, func(r history.Operation) bool {
		return r.F == remove && r.Input == a.Input && happened(&r) && (r.Outcome == history.Info || r.Complete > a.Invoke)
	})
}

// Counters are judged as by a try of each choice of the additions with an unknown result.
func TestCountersOfReplicas(t *testing.T) {
	for _, c := range []struct {
		checker Checker
		least   int64
	}{{GCounter, 0}, {PNCounter, -4}} {
		agree(t, c.checker, func(seed uint64) []history.Event {
			sum := int64(0)
			return replicas(seed, 8, func(r *rand.Rand) history.Event {
				if r.IntN(3) == 0 {
					return history.Event{F: "read"}
				}
				return history.Event{F: "add", Value: history.Int(c.least + r.Int64N(5-c.least))}
			}, func(e history.Event) history.Value {
				if n, ok := e.Value.AsInt(); ok && e.F == "add" {
					sum += n
					return e.Value
				}
				return history.Int(sum)
			}, func(r *rand.Rand, e *history.Event) {
				if n, ok := e.Value.AsInt(); ok && e.Type == history.OK && e.F != "add" {
					e.Value = history.Int(n + []int64{-3, -1, 1, 2, 9}[r.IntN(5)])
				}
			})
		}, dumbCounter)
	}
}

func dumbCounter(ops []history.Operation) bool {
	for i := range ops {
		read := &ops[i]
		if read.F == "add" || read.Outcome != history.OK {
			continue
		}
		got, _ := read.Output.AsInt()
		var begun, unsure []int64
		sure := int64(0)
		for k := range ops {
			n, _ := ops[k].Input.AsInt()
			switch a := &ops[k]; {
			case a.F != "add" || !happened(a):
				continue
			case a.Invoke < read.Complete:
				begun = append(begun, n)
				fallthrough
			default:
				if a.Outcome == history.OK {
					sure += n
				} else {
					unsure = append(unsure, n)
				}
			}
		}
		low, high := int64(0), int64(0)
		for _, n := range begun {
			low, high = low+min(0, n), high+max(0, n)
		}
		if got < low || got > high || read.F == final && !chosen(got-sure, unsure) {
			return true
		}
	}
	return false
}

// chosen reports whether some of the numbers add up to a sum.
func chosen(sum int64, of []int64) bool {
	if len(of) == 0 {
		return sum == 0
	}
	return chosen(sum, of[1:]) || chosen(sum-of[0], of[1:])
}

// A map is judged as by a look at each put.
func TestMapsOfReplicas(t *testing.T) {
	agree(t, LWWMap, func(seed uint64) []history.Event {
		held := map[string]history.Value{}
		stamp, fresh := int64(0), int64(0)
		return replicas(seed, 8, func(r *rand.Rand) history.Event {
			key := []string{"a", "b"}[r.IntN(2)]
			if r.IntN(3) == 0 {
				return history.Event{F: "get", Key: key}
			}
			fresh++
			return history.Event{F: "put", Key: key, Value: history.Int(fresh)}
		}, func(e history.Event) history.Value {
			switch e.F {
			case "put":
				stamp++
				held[e.Key] = e.Value
				return history.List(history.Int(stamp), history.Int(1))
			case "get":
				return held[e.Key]
			}
			return history.Object(held)
		}, func(r *rand.Rand, e *history.Event) {
			switch {
			case e.Type != history.OK:
			case e.F == "put":
				e.Value = history.List(history.Int(1+r.Int64N(8)), history.Int(1+r.Int64N(2)))
			case e.F == "get":
				e.Value = history.Int(1 + r.Int64N(8))
			default:
				e.Value = history.Object(map[string]history.Value{"a": history.Int(1 + r.Int64N(8)), []string{"b", "c"}[r.IntN(2)]: history.Int(1 + r.Int64N(8))})
			}
		})
	}, dumbMap)
}

func dumbMap(ops []history.Operation) bool {
	may := func(key string, v history.Value, by int) bool { // it was put by then
		return slices.ContainsFunc(ops, func(p history.Operation) bool {
			return p.F == "put" && p.Key == key && p.Input == v && happened(&p) && p.Invoke < by
		})
	}
	for i := range ops {
		a := &ops[i]
		if a.Outcome != history.OK {
			continue
		}
		switch a.F {
		case "get":
			if !a.Output.IsNull() && !may(a.Key, a.Output, a.Complete) {
				return true
			}
		case "put":
			for k := range i {
				if b := &ops[k]; b.F == "put" && b.Key == a.Key && b.Outcome == history.OK && b.Output == a.Output {
					return true
				}
			}
		case final:
			for _, key := range []string{"a", "b", "c"} {
				if v, _ := a.Output.Field(key); !dumbWinner(ops, key, v) {
					return true
				}
			}
		}
	}
	return false
}

// dumbWinner reports whether a key may have a value in the end: that of the acknowledged put that no other has a greater timestamp than, or one with an unknown result.
func dumbWinner(ops []history.Operation, key string, v history.Value) bool {
	acknowledged := 0
	for i := range ops {
		p := &ops[i]
		if p.F != "put" || p.Key != key || !happened(p) {
			continue
		}
		if p.Outcome == history.Info {
			if p.Input == v {
				return true
			}
			continue
		}
		acknowledged++
		beaten := slices.ContainsFunc(ops, func(o history.Operation) bool {
			return o.F == "put" && o.Key == key && o.Outcome == history.OK && earlier(p.Output, o.Output)
		})
		if p.Input == v && !beaten {
			return true
		}
	}
	return acknowledged == 0 && v.IsNull()
}

// Logs are judged as by a look at each pair of operations.
func TestLogsOfReplicas(t *testing.T) {
	agree(t, Kafka, func(seed uint64) []history.Event {
		logs := map[string][]history.Value{}
		next, committed := map[string]int{}, map[string]int{}
		fresh := int64(0)
		entry := func(key string, i int) history.Value {
			return history.List(history.String(key), history.Int(int64(i)), logs[key][i])
		}
		offsets := func(of map[string]int) history.Value {
			o := map[string]history.Value{}
			for key, n := range of {
				o[key] = history.Int(int64(n))
			}
			return history.Object(o)
		}
		return replicas(seed, 9, func(r *rand.Rand) history.Event {
			switch r.IntN(6) {
			case 0, 1, 2:
				fresh++
				return history.Event{F: "send", Key: []string{"a", "b"}[r.IntN(2)], Value: history.Int(fresh)}
			case 3:
				return history.Event{F: "poll"}
			case 4:
				return history.Event{F: "commit"}
			default:
				return history.Event{F: "committed"}
			}
		}, func(e history.Event) history.Value {
			var list []history.Value
			switch e.F {
			case "send":
				logs[e.Key] = append(logs[e.Key], e.Value)
				return history.Int(int64(len(logs[e.Key]) - 1))
			case "commit":
				committed["a"], committed["b"] = next["a"], next["b"]
				return offsets(committed)
			case "committed":
				return offsets(committed)
			}
			for _, key := range []string{"a", "b"} {
				from := 0
				if e.F == "poll" {
					from = next[key]
					next[key] = len(logs[key])
				}
				for i := from; i < len(logs[key]); i++ {
					list = append(list, entry(key, i))
				}
			}
			return history.List(list...)
		}, func(r *rand.Rand, e *history.Event) {
			list, isList := e.Value.AsList()
			switch {
			case e.Type != history.OK:
			case isList && len(list) > 0:
				i := r.IntN(len(list))
				list = slices.Delete(list, i, i+1)
				if r.IntN(3) == 0 {
					list = append(list, history.List(history.String("a"), history.Int(r.Int64N(4)), history.Int(1+r.Int64N(5))))
				}
				e.Value = history.List(list...)
			case e.F == "send":
				e.Value = history.Int(r.Int64N(4))
			case e.F == "commit" || e.F == "committed":
				e.Value = history.Object(map[string]history.Value{"a": history.Int(r.Int64N(4))})
			}
		})
	}, dumbLogs)
}

// shown is a record, and the operation that showed it.
type shown struct {
	record
	op *history.Operation
}

func dumbLogs(ops []history.Operation) bool {
	var all []shown
	for i := range ops {
		op := &ops[i]
		switch {
		case op.Outcome != history.OK:
		case op.F == "send":
			offset, _ := op.Output.AsInt()
			all = append(all, shown{record{op.Key, offset, op.Input}, op})
		case op.F == "poll" || op.F == final:
			records, _ := recordsOf(op.Output)
			for _, r := range records {
				all = append(all, shown{r, op})
			}
		}
	}
	return dumbPlaces(ops, all) || dumbPolls(ops, all) || dumbOffsets(ops, all)
}

// dumbPlaces: a value that nobody had sent, at two offsets, or two at one; or one that was acknowledged and is missing in the end.
func dumbPlaces(ops []history.Operation, all []shown) bool {
	for _, x := range all {
		if !slices.ContainsFunc(ops, func(o history.Operation) bool {
			return o.F == "send" && o.Key == x.key && o.Input == x.value && happened(&o) && o.Invoke < x.op.Complete
		}) {
			return true
		}
		if slices.ContainsFunc(all, func(y shown) bool { return x.key == y.key && (x.value == y.value) != (x.offset == y.offset) }) {
			return true
		}
	}
	for i := range ops {
		for k := range ops {
			if send, read := &ops[i], &ops[k]; send.F == "send" && send.Outcome == history.OK && read.F == final &&
				!slices.ContainsFunc(all, func(x shown) bool { return x.op == read && x.key == send.Key && x.value == send.Input }) {
				return true
			}
		}
	}
	return false
}

// dumbPolls: one that goes back, or leaves out an offset that some operation showed.
func dumbPolls(ops []history.Operation, all []shown) bool {
	for i := range ops {
		if ops[i].F != "poll" || ops[i].Outcome != history.OK {
			continue
		}
		for _, key := range []string{"a", "b"} {
			var got []int64
			for _, x := range all {
				if x.op == &ops[i] && x.key == key {
					got = append(got, x.offset)
				}
			}
			for k := 1; k < len(got); k++ {
				if got[k] <= got[k-1] || slices.ContainsFunc(all, func(x shown) bool { return x.key == key && x.offset > got[k-1] && x.offset < got[k] }) {
					return true
				}
			}
		}
	}
	return false
}

// dumbOffsets: a commit past an offset that no poll had returned by then, or a committed offset below one that was known before.
func dumbOffsets(ops []history.Operation, all []shown) bool {
	for i := range ops {
		op := &ops[i]
		if op.F != "commit" && op.F != "committed" || op.Outcome != history.OK {
			continue
		}
		for key, v := range op.Output.Members() {
			next, _ := v.AsInt()
			for _, x := range all {
				polled := slices.ContainsFunc(all, func(y shown) bool {
					return y.op.F == "poll" && y.key == key && y.offset == x.offset && y.op.Complete < op.Complete
				})
				if op.F == "commit" && x.key == key && x.offset < next && !polled {
					return true
				}
			}
			for k := range ops {
				before := &ops[k]
				if (before.F == "commit" || before.F == "committed") && before.Outcome == history.OK && before.Complete < op.Invoke {
					if was, ok := before.Output.Field(key); ok {
						if n, _ := was.AsInt(); n > next {
							return true
						}
					}
				}
			}
		}
	}
	return false
}
