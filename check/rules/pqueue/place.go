package pqueue

import "simrun/check/rules"

// failure is an operation that has no instant: at each position from first to last, a
// value greater than than was certainly in the queue.
type failure struct {
	reader      int32
	first, last int32
	than        int32 // its own value, or None if it found nothing
}

// place finds an instant for every operation, from the greatest value down, or returns
// an operation that has none.
func (h *history) place() *failure {
	h.free = newFreed(len(h.at), len(h.peeks) > 0)
	for x := int32(len(h.values)) - 1; x >= 0; x-- {
		v := &h.values[x]
		if !h.there(v) {
			continue
		}
		if bad := h.limit(x); bad != nil {
			return bad
		}
		for _, i := range h.peeksOf(x) {
			h.instants[i] = min(v.goes, h.free.from(max(v.comes, h.ops[i].Call)))
		}
		h.instants[v.insert] = min(v.comes, v.goes)
		if v.taken != rules.None {
			h.instants[v.taken] = v.goes
		}
		if v.comes < v.goes {
			h.free.take(v.comes, v.goes)
		}
	}
	for i := range h.ops {
		op := &h.ops[i]
		if op.Kind != Empty || op.Pending() {
			continue
		}
		t := h.free.from(op.Call)
		if t > op.Ret {
			return &failure{int32(i), op.Call, op.Ret, rules.None}
		}
		h.instants[i] = t
	}
	return nil
}

func (h *history) peeksOf(x int32) []int32 {
	return h.peeks[h.firstPeek[x]:][:h.values[x].peeks]
}

// limit finds the time in which value x is certainly in the queue.
func (h *history) limit(x int32) *failure {
	v := &h.values[x]
	v.comes, v.goes = h.ops[v.insert].Ret, -1
	bound := func(i int32) *failure {
		first, last := h.window(i, v)
		earliest := h.free.from(first)
		if earliest > last {
			return &failure{i, first, last, x}
		}
		if h.free.prev != nil && last != rules.Never {
			last = h.free.upTo(last)
		}
		v.comes, v.goes = min(v.comes, last), max(v.goes, earliest)
		return nil
	}
	for _, i := range h.peeksOf(x) {
		if bad := bound(i); bad != nil {
			return bad
		}
	}
	if v.taken == rules.None {
		v.goes = rules.Never
		return nil
	}
	return bound(v.taken)
}

// window returns the first and the last position at which the peek or poll i can have
// taken effect, as far as its own value is concerned.
func (h *history) window(i int32, v *value) (first, last int32) {
	first, last = max(h.ops[i].Call, h.ops[v.insert].Call), h.ops[i].Ret
	if v.taken != rules.None {
		last = min(last, h.ops[v.taken].Ret)
	}
	return first, last
}

// arrange puts the operations in order of their instants. Within an instant, values
// that were there before leave first, greatest first; then come values that stay for
// that instant only and peeks at values that stay; then values that stay longer come,
// smallest first.
func (h *history) arrange() rules.Result {
	seq := make([]int32, 0, len(h.ops))
	for x := int32(len(h.values)) - 1; x >= 0; x-- {
		if v := &h.values[x]; h.there(v) && v.comes < v.goes && v.taken != rules.None {
			seq = h.appendPeeks(seq, x, func(t int32) bool { return t == v.goes })
			seq = append(seq, v.taken)
		}
	}
	for x := range int32(len(h.values)) {
		v := &h.values[x]
		switch {
		case !h.there(v):
		case v.comes < v.goes:
			seq = h.appendPeeks(seq, x, func(t int32) bool { return v.comes < t && t < v.goes })
		default:
			seq = append(seq, v.insert)
			seq = append(seq, h.peeksOf(x)...)
			seq = append(seq, v.taken)
		}
	}
	for i := range h.ops {
		if h.ops[i].Kind == Empty && !h.ops[i].Pending() {
			seq = append(seq, int32(i))
		}
	}
	for x := range int32(len(h.values)) {
		if v := &h.values[x]; h.there(v) && v.comes < v.goes {
			seq = append(seq, v.insert)
			seq = h.appendPeeks(seq, x, func(t int32) bool { return t == v.comes })
		}
	}
	keys := make([]int32, len(seq))
	for k, i := range seq {
		keys[k] = h.instants[i]
	}
	order := rules.OrderBy(keys, len(h.at)+1)
	for k, s := range order {
		order[k] = seq[s]
	}
	return rules.Result{Answer: rules.Linearizable, Order: order}
}

func (h *history) appendPeeks(seq []int32, x int32, when func(instant int32) bool) []int32 {
	for _, i := range h.peeksOf(x) {
		if when(h.instants[i]) {
			seq = append(seq, i)
		}
	}
	return seq
}
