package queue

import "simrun/check/rules"

// arrange puts the operations in the order of the nodes, each as early as its call and
// the operations of earlier nodes allow.
func (h *history) arrange(order []int32) rules.Result {
	fronts, instants, owners := h.fronts(order)
	all := make([]int32, 0, len(h.ops))
	f := 0
	leave := func() {
		all = append(all, fronts[f])
		f++
	}
	came := int32(-1)
	for k, x := range order {
		came = max(came, h.queue.comes[x])
		for f < len(fronts) && (instants[f] < came || int(x) >= h.kept && int(owners[f]) < k) {
			leave()
		}
		if int(x) < h.kept {
			all = append(all, h.values[h.node[x]].enqueue)
		} else {
			all = append(all, h.node[x]) // all earlier values have left
		}
	}
	for f < len(fronts) {
		leave()
	}
	return rules.Result{Answer: rules.Linearizable, Order: all}
}

// fronts returns the peeks and dequeues in the order of the nodes, with their
// instants and the places of their nodes in that order.
func (h *history) fronts(order []int32) (fronts, instants, owners []int32) {
	peeks, first := h.peeks()
	fronts = make([]int32, 0, len(h.ops))
	instants, owners = make([]int32, 0, len(h.ops)), make([]int32, 0, len(h.ops))
	came, gone := int32(-1), int32(-1)
	for k, x := range order {
		came = max(came, h.queue.comes[x])
		if int(x) >= h.kept {
			gone = max(gone, h.queue.goes[x])
			continue
		}
		add := func(i, instant int32) {
			fronts, instants, owners = append(fronts, i), append(instants, instant), append(owners, int32(k))
		}
		if n := h.values[h.node[x]].peeks; n > 0 {
			p := first[h.node[x]]
			for _, i := range peeks[p : p+n] {
				add(i, max(gone, came, h.ops[i].Call))
			}
		}
		if i := h.taken[x]; i != rules.None {
			gone = max(gone, h.queue.goes[x])
			add(i, gone)
		}
	}
	return fronts, instants, owners
}

// peeks returns the completed peeks of all values in order of call; those of value v
// begin at first[v].
func (h *history) peeks() (peeks, first []int32) {
	var n int32
	first = make([]int32, len(h.values))
	for v := range h.values {
		first[v] = n
		n += h.values[v].peeks
	}
	if n == 0 {
		return nil, first
	}
	peeks = make([]int32, n)
	fill := append([]int32(nil), first...)
	for p, i := range h.at {
		if op := &h.ops[i]; op.Kind == Peek && op.Call == int32(p) && !op.Pending() {
			peeks[fill[op.Value]] = i
			fill[op.Value]++
		}
	}
	return peeks, first
}
