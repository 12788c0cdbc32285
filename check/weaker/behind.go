package weaker

import (
	"cmp"
	"fmt"
	"math/bits"
	"slices"

	"simrun/check"
	"simrun/history"
)

// recent holds the latest values of a register, newest first.
type recent struct {
	values [maxVersions]history.Value
	n      int
}

// after returns the recent values after an operation. It reports false if the operation
// can't have ended as it did: a read returns one of the recent values, and a
// compare-and-set finds the newest.
func (r recent) after(all []access, k int) (recent, bool) {
	for i, a := range all {
		switch {
		case a.write:
			copy(r.values[1:k], r.values[:k-1])
			r.values[0] = a.value
			r.n = min(r.n+1, k)
		case i+1 < len(all):
			if r.values[0] != a.value {
				return r, false
			}
		case !slices.Contains(r.values[:r.n], a.value):
			return r, false
		}
	}
	return r, true
}

// A frontier holds every way in which the events of a register so far can be
// explained: which of the open operations have taken effect, and the recent values.
type frontier struct {
	k     int
	ways  []way
	open  [maxOpen][]access // by slot: the accesses of the operation
	slots uint64            // slots in use
	reads uint64            // slots of operations that write nothing
	steps *int64
}

type way struct {
	done  uint64 // slots whose operations have taken effect
	state recent
}

// maxOpen bounds the number of operations that are open at the same time.
const maxOpen = 64

// invoke opens an operation and returns its slot. It reports false if no slot is left.
func (f *frontier) invoke(all []access) (slot int, ok bool) {
	slot = bits.TrailingZeros64(^f.slots)
	if slot == maxOpen {
		return 0, false
	}
	f.slots |= 1 << slot
	f.open[slot] = all
	if !all[len(all)-1].write {
		f.reads |= 1 << slot
	}
	return slot, true
}

// complete closes the operation of a slot, and keeps the ways in which it has
// taken effect. It reports whether the budget sufficed.
func (f *frontier) complete(slot int, budget int64) bool {
	seen := make(map[way]bool)
	var kept []way
	for todo := f.ways; len(todo) > 0; {
		w := f.readNow(todo[len(todo)-1])
		todo = todo[:len(todo)-1]
		if seen[w] {
			continue
		}
		seen[w] = true
		if *f.steps++; *f.steps > budget {
			return false
		}
		if w.done&(1<<slot) != 0 {
			w.done &^= 1 << slot
			kept = append(kept, w)
			continue
		}
		for left := f.slots &^ w.done &^ f.reads; left != 0; left &= left - 1 {
			i := bits.TrailingZeros64(left)
			if next, ok := w.state.after(f.open[i], f.k); ok {
				todo = append(todo, way{w.done | 1<<i, next})
			}
		}
	}
	f.slots &^= 1 << slot
	f.reads &^= 1 << slot
	f.ways = kept
	return true
}

// readNow lets every open read take effect that can, since that changes nothing for the others.
func (f *frontier) readNow(w way) way {
	for left := f.reads &^ w.done; left != 0; left &= left - 1 {
		i := bits.TrailingZeros64(left)
		if _, ok := w.state.after(f.open[i], f.k); ok {
			w.done |= 1 << i
		}
	}
	return w
}

// explains decides whether the register's history can be explained if reads may return
// any of the k latest values. If not, culprit is the operation whose completion left no
// explanation.
func (a *age) explains(k int, v *versions, steps *int64, budget int64) (outcome check.Outcome, culprit int) {
	type event struct{ index, op int }
	var events []event
	for i := range a.ops {
		op := &a.ops[i]
		if op.Outcome == history.Info && v.unclear == "" && !v.took[i] {
			continue // nobody saw its value
		}
		events = append(events, event{op.Invoke, i})
		if op.Outcome != history.Info {
			events = append(events, event{op.Complete, i})
		}
	}
	slices.SortFunc(events, func(a, b event) int { return cmp.Compare(a.index, b.index) })
	f := &frontier{k: k, ways: []way{{state: recent{n: 1}}}, steps: steps}
	slots := make([]int, len(a.ops))
	for _, e := range events {
		op := &a.ops[e.op]
		if e.index == op.Complete {
			if !f.complete(slots[e.op], budget) {
				return check.Unknown, e.op
			}
			if len(f.ways) == 0 {
				return check.Violation, e.op
			}
			continue
		}
		all, _ := a.language(op)
		if len(all) == 0 {
			continue // a read that never completed
		}
		var ok bool
		if slots[e.op], ok = f.invoke(all); !ok {
			return check.Unknown, e.op
		}
	}
	return check.Valid, -1
}

// versions tries one number of versions after the other.
func (a *age) versions(key string, budget int64) Bound {
	v := join(a.spec, a.language, a.ops, a.opts)
	b := Bound{Outcome: check.Valid, Least: 1}
	var steps int64
	for k := 1; k <= maxVersions; k++ {
		outcome, culprit := a.explains(k, v, &steps, int64(k)*budget)
		if outcome == check.Valid {
			b.Least = int64(k)
			return b
		}
		b.Key, b.Core, b.Reason = key, []int{a.ops[culprit].Invoke}, a.opts.says(a.spec, &a.ops[culprit])
		if outcome == check.Unknown {
			b.Outcome = check.Unknown
			b.Reason = fmt.Sprintf("%d versions or more; undecided after %d steps, before the end of %s", k, steps, b.Reason)
			return b
		}
	}
	b.Outcome = check.Unknown
	b.Reason = fmt.Sprintf("more than %d versions, for %s", maxVersions, b.Reason)
	return b
}
