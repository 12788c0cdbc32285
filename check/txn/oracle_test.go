package txn

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"testing"

	"simrun/check"
	"simrun/history"
	"simrun/internal/soak"
)

// The oracle decides each level by its definition: it goes through all orders of commit, all snapshots and all relations of visibility. It
// knows nothing of graphs, of cycles or of places in lists. Sources are those of the levels.

type trans struct {
	op      history.Operation
	steps   []replayStep
	ok      bool
	process history.Process
}

// element is one value with its writer.
type element struct {
	value history.Value
	by    int
	last  bool // the last that its writer put there
}

type oracle struct {
	all   []trans // all that may have happened
	txs   []int   // those that did
	order []int   // of commit
	at    []int   // by transaction: place in order
}

func oracleOf(ops []history.Operation) *oracle {
	o := &oracle{}
	r := &replay{ops: ops}
	for i := range ops {
		o.all = append(o.all, trans{ops[i], r.steps(i), ops[i].Outcome == history.OK, ops[i].Process})
	}
	return o
}

// holds reports whether a history satisfies a level.
func (o *oracle) holds(l Level) bool {
	if l == ReadUncommitted {
		o.txs = nil
		for i := range o.all {
			if o.all[i].ok {
				o.txs = append(o.txs, i)
			}
		}
		return o.permute(func() bool { return o.uncommitted() })
	}
	var unknown []int
	for i := range o.all {
		if o.all[i].op.Outcome == history.Info {
			unknown = append(unknown, i)
		}
	}
	for set := range 1 << len(unknown) {
		o.txs = nil
		for i := range o.all {
			at := slices.Index(unknown, i)
			if o.all[i].ok || at >= 0 && set>>at&1 == 1 {
				o.txs = append(o.txs, i)
			}
		}
		if o.permute(func() bool { return o.level(l) }) {
			return true
		}
	}
	return false
}

// permute tries all orders of commit.
func (o *oracle) permute(test func() bool) bool {
	o.order = slices.Clone(o.txs)
	o.at = make([]int, len(o.all))
	var try func(n int) bool
	try = func(n int) bool {
		if n == len(o.order) {
			for i, t := range o.order {
				o.at[t] = i
			}
			return test()
		}
		for i := n; i < len(o.order); i++ {
			o.order[n], o.order[i] = o.order[i], o.order[n]
			if try(n + 1) {
				return true
			}
			o.order[n], o.order[i] = o.order[i], o.order[n]
		}
		return false
	}
	return try(0)
}

// precedes reports whether a comes before b in the order that a level keeps.
func (o *oracle) precedes(a, b int, keep order) bool {
	if keep == anyOrder || keep == sessionOrder && o.all[a].process != o.all[b].process {
		return false
	}
	x, y := o.all[a].op, o.all[b].op
	if keep == sessionOrder {
		return x.Invoke < y.Invoke
	}
	return x.Before(y)
}

func (o *oracle) level(l Level) bool {
	switch l {
	case Serializable, RepeatableRead, StrongSessionSerializable, StrictSerializable:
		for i, a := range o.order {
			for _, b := range o.order[:i] {
				if o.precedes(a, b, l.order()) {
					return false
				}
			}
			if !o.readsFrom(a, o.order[:i]) {
				return false
			}
		}
		return true
	case SnapshotIsolation, StrongSessionSnapshotIsolation, StrongSnapshotIsolation:
		for i, a := range o.order {
			if !o.snapshot(i, a, l.order()) {
				return false
			}
		}
		return true
	case ParallelSnapshotIsolation:
		return o.visible(func(see [][]bool) bool { return o.transitive(see) && o.conflictsOrdered(see) && o.seeAll(see, true) })
	case Causal:
		return o.visible(func(see [][]bool) bool {
			for _, a := range o.order {
				for _, b := range o.order {
					if a != b && o.precedes(a, b, sessionOrder) && !see[b][a] {
						return false
					}
				}
			}
			return o.transitive(see) && o.seeAll(see, false)
		})
	case ReadAtomic:
		return o.visible(func(see [][]bool) bool { return o.seeAll(see, false) })
	}
	for _, t := range o.order {
		if !o.committedReads(t, l == MonotonicAtomicView) {
			return false
		}
	}
	return true
}

// put returns the versions of a key after some transactions have written it.
func (o *oracle) put(key string, by []int) []element {
	var all []element
	for _, t := range by {
		n := len(all)
		for _, s := range o.all[t].steps {
			if s.key == key && s.what != "r" {
				all = append(all, element{s.value, t, false})
			}
		}
		if len(all) > n {
			all[len(all)-1].last = true
		}
	}
	return all
}

func isList(o *oracle, key string) bool {
	for _, t := range o.all {
		for _, s := range t.steps {
			if s.key == key && s.what == "w" {
				return false
			}
		}
	}
	return true
}

// shows reports whether a read of a key after some elements gives a value.
func (o *oracle) shows(key string, all []element, v history.Value) bool {
	if !isList(o, key) {
		return len(all) == 0 && v.IsNull() || len(all) > 0 && all[len(all)-1].value == v
	}
	list, ok := v.AsList()
	return (ok || v.IsNull()) && slices.EqualFunc(list, all, func(v history.Value, e element) bool { return v == e.value })
}

// readsFrom reports whether a transaction saw what some transactions left, in their order, and its own writes.
func (o *oracle) readsFrom(t int, by []int) bool {
	if !o.all[t].ok {
		return true
	}
	own := map[string][]element{}
	for _, s := range o.all[t].steps {
		if s.what != "r" {
			own[s.key] = append(own[s.key], element{s.value, t, false})
		} else if !o.shows(s.key, append(o.put(s.key, by), own[s.key]...), s.value) {
			return false
		}
	}
	return true
}

func (o *oracle) writes(t int, key string) bool {
	return slices.ContainsFunc(o.all[t].steps, func(s replayStep) bool { return s.key == key && s.what != "r" })
}

func (o *oracle) conflict(a, b int) bool {
	return slices.ContainsFunc(o.all[a].steps, func(s replayStep) bool { return s.what != "r" && o.writes(b, s.key) })
}

// snapshot looks for a moment from which a transaction can have read.
func (o *oracle) snapshot(i, t int, keep order) bool {
	for s := i; s >= 0; s-- {
		if s < i && o.conflict(t, o.order[s]) {
			return false
		}
		good := o.readsFrom(t, o.order[:s])
		for _, other := range o.order[s:] {
			good = good && !(other != t && o.precedes(other, t, keep))
		}
		if good {
			return true
		}
	}
	return false
}

// visible goes through all relations of who sees whom, of those before it in the order of commit.
func (o *oracle) visible(test func(see [][]bool) bool) bool {
	var pairs [][2]int
	for i, a := range o.order {
		for _, b := range o.order[:i] {
			pairs = append(pairs, [2]int{a, b})
		}
	}
	see := make([][]bool, len(o.all))
	for i := range see {
		see[i] = make([]bool, len(o.all))
	}
	for set := range 1 << len(pairs) {
		for i, p := range pairs {
			see[p[0]][p[1]] = set>>i&1 == 1
		}
		if test(see) {
			return true
		}
	}
	return false
}

func (o *oracle) transitive(see [][]bool) bool {
	for _, a := range o.order {
		for _, b := range o.order {
			for _, c := range o.order {
				if see[a][b] && see[b][c] && !see[a][c] {
					return false
				}
			}
		}
	}
	return true
}

func (o *oracle) conflictsOrdered(see [][]bool) bool {
	for i, a := range o.order {
		for _, b := range o.order[:i] {
			if o.conflict(a, b) && !see[a][b] {
				return false
			}
		}
	}
	return true
}

// seeAll reports whether each read gives the version of the last visible writer. The version of a list holds all versions before it, unless
// only what is visible counts.
func (o *oracle) seeAll(see [][]bool, only bool) bool {
	for i, t := range o.order {
		if !o.all[t].ok {
			continue
		}
		own := map[string][]element{}
		for _, s := range o.all[t].steps {
			if s.what != "r" {
				own[s.key] = append(own[s.key], element{s.value, t, false})
				continue
			}
			var by []int
			last := 0
			for at, b := range o.order[:i] {
				if !o.writes(b, s.key) {
					continue
				}
				if see[t][b] {
					last = at + 1
				}
				if see[t][b] || !only {
					by = append(by, b)
				}
			}
			if !only && len(own[s.key]) == 0 {
				by = slices.DeleteFunc(by, func(b int) bool { return o.at[b] >= last })
			}
			if !o.shows(s.key, append(o.put(s.key, by), own[s.key]...), s.value) {
				return false
			}
		}
	}
	return true
}

// committedReads reports whether each read gives the version of some transaction before in the order of commit; with monotonic, none older than
// what those wrote that it has seen.
func (o *oracle) committedReads(t int, monotonic bool) bool {
	if !o.all[t].ok {
		return true
	}
	before := o.order[:o.at[t]]
	var observed []int
	own := map[string][]element{}
	for _, s := range o.all[t].steps {
		if s.what != "r" {
			own[s.key] = append(own[s.key], element{s.value, t, false})
			continue
		}
		if len(own[s.key]) > 0 {
			if !o.shows(s.key, append(o.put(s.key, before), own[s.key]...), s.value) {
				return false
			}
			continue
		}
		found := false
		for n := 0; n <= len(before) && !found; n++ {
			if n > 0 && !o.writes(before[n-1], s.key) || !o.shows(s.key, o.put(s.key, before[:n]), s.value) {
				continue
			}
			found = true
			for _, w := range observed {
				if o.writes(w, s.key) && o.at[w] >= n && monotonic {
					return false
				}
			}
			if n > 0 {
				observed = append(observed, before[n-1])
			}
		}
		if !found {
			return false
		}
	}
	return true
}

// uncommitted reports whether the certain writes do not interleave, and each read gives what somebody wrote at some time, its own writes included.
func (o *oracle) uncommitted() bool {
	for _, t := range o.order {
		own := map[string][]element{}
		for at, s := range o.all[t].steps {
			if s.what != "r" {
				own[s.key] = append(own[s.key], element{s.value, t, false})
				continue
			}
			if !o.dirty(t, at, s, own[s.key]) {
				return false
			}
		}
	}
	return true
}

func (o *oracle) dirty(t, at int, s replayStep, own []element) bool {
	wroteAt := func(v history.Value) (by, step int) {
		for _, failed := range []bool{false, true} {
			for i := range o.all {
				for n, w := range o.all[i].steps {
					if w.key == s.key && w.what != "r" && w.value == v && (o.all[i].op.Outcome == history.Fail) == failed {
						return i, n
					}
				}
			}
		}
		return -1, 0
	}
	if !isList(o, s.key) {
		if len(own) > 0 {
			return own[len(own)-1].value == s.value
		}
		by, _ := wroteAt(s.value)
		return s.value.IsNull() || by >= 0 && by != t
	}
	list, ok := s.value.AsList()
	if !ok && !s.value.IsNull() {
		return false
	}
	var sure []history.Value
	for i, v := range list {
		by, step := wroteAt(v)
		if by < 0 || slices.Contains(list[:i], v) || by == t && step > at {
			return false
		}
		if o.all[by].ok {
			sure = append(sure, v)
		}
	}
	for _, e := range own {
		if !slices.Contains(list, e.value) {
			return false
		}
	}
	all := o.put(s.key, o.order)
	return len(sure) <= len(all) && slices.EqualFunc(sure, all[:len(sure)], func(v history.Value, e element) bool { return v == e.value })
}

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

// TestAgainstDefinitions compares every level with the oracle on random small histories, and replays every schedule.
func TestAgainstDefinitions(t *testing.T) {
	r := rand.New(rand.NewPCG(13, 1))
	outcomes := map[string]int{}
	anomalies := map[string]int{}
	for i := range soak.N(3_000, 100_000) {
		events := random(r)
		v, err := Check(events, Options{AllowEmpty: true})
		if err != nil {
			t.Fatalf("history %d: %v\n%s", i, err, show(events))
		}
		ops, _ := history.Pair(events)
		o := oracleOf(ops)
		for _, l := range Levels() {
			got, expected := v.Results[l].Outcome, check.Violation
			if o.holds(l) {
				expected = check.Valid
			}
			if got != expected {
				t.Fatalf("history %d, %v: %v, expected %v (%s)\n%s", i, l, got, expected, v.Results[l].Reason, show(events))
			}
			outcomes[fmt.Sprintf("%-36v %v", l, got)]++
			if s := v.Results[l].Schedule; got == check.Valid && s != nil {
				if err := Replay(events, s, l); err != nil {
					t.Fatalf("history %d, %v: %v\n%s", i, l, err, show(events))
				}
			}
		}
		for _, a := range v.Anomalies {
			anomalies[a.Name]++
		}
	}
	for _, count := range []map[string]int{outcomes, anomalies} {
		for _, k := range slices.Sorted(maps.Keys(count)) {
			t.Logf("%9d  %s", count[k], k)
		}
	}
}

func show(events []history.Event) string {
	s := ""
	for _, e := range events {
		s += fmt.Sprintf("%d %v %v\n", e.Process, e.Type, e.Value)
	}
	return s
}
