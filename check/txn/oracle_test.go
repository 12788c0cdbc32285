package txn

import (
	"slices"

	"simrun/history"
)

// The oracle decides each level by its definition: it goes through all orders of commit, all snapshots and all relations of visibility. It
// knows nothing of graphs, of cycles or of places in lists. Sources are those of the levels.

type trans struct {
	op      history.Operation
	steps   []oracleStep
	ok      bool
	process history.Process
}

// oracleStep is a micro-operation with its value as a list, if it is one.
type oracleStep struct {
	replayStep
	list   []history.Value
	isList bool
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
	regs  map[string]bool
}

func oracleOf(ops []history.Operation) *oracle {
	o := &oracle{regs: map[string]bool{}}
	r := &replay{ops: ops}
	for i := range ops {
		t := trans{op: ops[i], ok: ops[i].Outcome == history.OK, process: ops[i].Process}
		for _, s := range r.steps(i) {
			list, ok := s.value.AsList()
			t.steps = append(t.steps, oracleStep{s, list, ok || s.value.IsNull()})
			o.regs[s.key] = o.regs[s.key] || s.what == "w"
		}
		o.all = append(o.all, t)
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

// answers decides all levels, the weakest first and then the strongest: what a level implies, and what implies it, needs no search of its own, unless
// all is set.
func (o *oracle) answers(all bool) [levels]bool {
	var valid, known [levels]bool
	order := append([]Level{ReadUncommitted}, Levels()...)
	for _, l := range order {
		for m := range Level(levels) {
			switch {
			case all || known[l] || !known[m]:
			case valid[m] && m.Implies(l):
				valid[l], known[l] = true, true
			case !valid[m] && l.Implies(m):
				known[l] = true
			}
		}
		if !known[l] {
			valid[l], known[l] = o.holds(l), true
		}
	}
	return valid
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

// shows reports whether a read of a key after some elements gives a value.
func (o *oracle) shows(s oracleStep, all []element) bool {
	if o.regs[s.key] {
		return len(all) == 0 && s.value.IsNull() || len(all) > 0 && all[len(all)-1].value == s.value
	}
	return s.isList && slices.EqualFunc(s.list, all, func(v history.Value, e element) bool { return v == e.value })
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
		} else if !o.shows(s, append(o.put(s.key, by), own[s.key]...)) {
			return false
		}
	}
	return true
}

func (o *oracle) writes(t int, key string) bool {
	return slices.ContainsFunc(o.all[t].steps, func(s oracleStep) bool { return s.key == key && s.what != "r" })
}

func (o *oracle) conflict(a, b int) bool {
	return slices.ContainsFunc(o.all[a].steps, func(s oracleStep) bool { return s.what != "r" && o.writes(b, s.key) })
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
			if !o.shows(s, append(o.put(s.key, by), own[s.key]...)) {
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
			if !o.shows(s, append(o.put(s.key, before), own[s.key]...)) {
				return false
			}
			continue
		}
		found := false
		for n := 0; n <= len(before) && !found; n++ {
			if n > 0 && !o.writes(before[n-1], s.key) || !o.shows(s, o.put(s.key, before[:n])) {
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

func (o *oracle) dirty(t, at int, s oracleStep, own []element) bool {
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
	if o.regs[s.key] {
		if len(own) > 0 {
			return own[len(own)-1].value == s.value
		}
		by, _ := wroteAt(s.value)
		return s.value.IsNull() || by >= 0 && by != t
	}
	list := s.list
	if !s.isList {
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
