package queue

import "simrun/check/rules"

func (h *history) findEnqueues() string {
	for v := range h.values {
		h.values[v] = value{enqueue: rules.None, dequeue: rules.None, front: -1, gone: rules.Never}
	}
	for i := range h.ops {
		op := &h.ops[i]
		switch {
		case op.Kind > Empty:
			return "an operation has a kind that queues do not have"
		case op.Kind == Empty || op.Pending() && op.Kind != Enqueue:
			continue
		case op.Value == rules.None:
			return "an operation has no value"
		case op.Kind == Enqueue:
			if h.values[op.Value].enqueue != rules.None {
				return "two operations enqueue the same value"
			}
			h.values[op.Value].enqueue = int32(i)
		}
	}
	return ""
}

// findFronts finds the completed peeks and dequeues of each value, and returns a
// violation that concerns one value alone, or nil.
func (h *history) findFronts() *rules.Result {
	for i := range h.ops {
		op := &h.ops[i]
		if op.Pending() || op.Kind != Dequeue && op.Kind != Peek {
			continue
		}
		v := &h.values[op.Value]
		reader := rules.Role{Name: "reader", Op: int32(i)}
		if v.enqueue == rules.None {
			return h.violated(ThinAir, []rules.Role{reader})
		}
		if op.Ret < h.ops[v.enqueue].Call {
			return h.violated(TooEarly, []rules.Role{{Name: "enqueue", Op: v.enqueue}, reader})
		}
		v.front = max(v.front, op.Call)
		v.gone = min(v.gone, op.Ret)
		if op.Kind == Peek {
			v.peeks++
			continue
		}
		if v.dequeue != rules.None {
			return h.violated(DequeuedTwice, []rules.Role{{Name: "first", Op: v.dequeue}, {Name: "second", Op: int32(i)}}, v.enqueue)
		}
		v.dequeue = int32(i)
	}
	for i := range h.values {
		v := &h.values[i]
		if v.dequeue != rules.None && h.ops[v.dequeue].Ret < v.front {
			return h.violated(TooLate, []rules.Role{{Name: "dequeue", Op: v.dequeue}, {Name: "reader", Op: h.at[v.front]}}, v.enqueue)
		}
	}
	return nil
}

// selectValues makes a node for each value that was certainly in the queue.
func (h *history) selectValues() {
	h.node = h.node[:0]
	for i := range h.values {
		if v := &h.values[i]; v.enqueue != rules.None && (!h.ops[v.enqueue].Pending() || v.front >= 0) {
			h.node = append(h.node, int32(i))
		}
	}
	n := len(h.node)
	h.kept = n
	q := &h.queue
	q.comes, q.came = make([]int32, n), make([]int32, n)
	q.goes, q.gone = make([]int32, n), make([]int32, n)
	h.taken = make([]int32, n)
	for x, i := range h.node {
		v := &h.values[i]
		enqueue := &h.ops[v.enqueue]
		q.comes[x] = enqueue.Call
		q.came[x] = min(enqueue.Ret, v.gone)
		q.gone[x] = v.gone
		q.goes[x] = rules.Never
		h.taken[x] = v.dequeue
		if v.dequeue != rules.None {
			q.goes[x] = max(v.front, enqueue.Call)
		}
	}
}

// assign gives the pending dequeues, in order of call, to the values that no completed
// operation took, in order of arrival. If peekedFirst is set, values that were peeked
// at come first.
func (h *history) assign(peekedFirst bool) {
	h.pending, h.left, h.doubtful = nil, nil, false
	for p, i := range h.at {
		if op := &h.ops[i]; op.Kind == Dequeue && op.Pending() && op.Call == int32(p) {
			h.pending = append(h.pending, i)
		}
	}
	var later []int32
	for _, x := range rules.OrderBy(h.queue.came[:h.kept], len(h.at)) {
		if v := &h.values[h.node[x]]; v.dequeue != rules.None {
			continue
		} else if v.peeks > 0 {
			h.doubtful = len(h.pending) > 0
		} else if peekedFirst {
			later = append(later, x)
			continue
		}
		h.left = append(h.left, x)
	}
	h.left = append(h.left, later...)
	for k, x := range h.left {
		if k < len(h.pending) {
			h.take(x, h.pending[k])
		} else {
			h.taken[x], h.queue.goes[x], h.queue.gone[x] = rules.None, rules.Never, h.values[h.node[x]].gone
		}
	}
}

// take lets the pending dequeue i take the value of node x.
func (h *history) take(x, i int32) {
	v := &h.values[h.node[x]]
	h.taken[x] = i
	h.queue.goes[x] = max(h.ops[i].Call, v.front, h.queue.comes[x])
	// Before all values that stay, and after all that certainly left.
	h.queue.gone[x] = min(v.gone, int32(len(h.at)))
}

// assignAll lets the earliest pending dequeue take all values that are left.
func (h *history) assignAll() {
	h.relaxed = true
	h.pending = h.pending[:1]
	for _, x := range h.left {
		h.take(x, h.pending[0])
	}
}

// forgetPeeks removes the peeks of the values that no completed operation took. This
// only makes the history easier to linearize.
func (h *history) forgetPeeks() {
	h.relaxed = false
	for _, x := range h.left {
		v := &h.values[h.node[x]]
		v.peeks, v.front, v.gone = 0, -1, rules.Never
	}
	h.selectValues()
	h.assign(false)
}

// findInstants finds, for each operation that found the queue empty, an instant within
// its time at which no value was certainly in the queue. It returns the first operation
// without such an instant as reader, or None.
func (h *history) findInstants() (instants []int32, reader int32) {
	h.node = h.node[:h.kept]
	free := h.freeInstants()
	for i := range h.ops {
		op := &h.ops[i]
		if op.Kind != Empty || op.Pending() {
			continue
		}
		t := free[op.Call]
		if t > op.Ret {
			return nil, int32(i)
		}
		h.node = append(h.node, int32(i))
		instants = append(instants, t)
	}
	return instants, rules.None
}

// freeInstants returns, for each position, the first position at or after it at which
// no value was certainly in the queue.
func (h *history) freeInstants() []int32 {
	free := make([]int32, len(h.at)+1)
	for x := range h.kept {
		if came, goes := h.queue.came[x], h.queue.goes[x]; came < goes {
			free[came+1]++
			free[min(goes, int32(len(h.at)))]--
		}
	}
	for p := range h.at {
		free[p+1] += free[p]
	}
	next := rules.Never
	for p := len(h.at) - 1; p >= 0; p-- {
		if free[p] == 0 {
			next = int32(p)
		}
		free[p] = next
	}
	return free
}

// addInstants makes a node for each operation that found the queue empty.
func (h *history) addInstants(instants []int32) {
	q := &h.queue
	for _, t := range []*[]int32{&q.comes, &q.came, &q.goes, &q.gone} {
		*t = append((*t)[:h.kept], instants...)
	}
}
