package txn

// heap gives back the least first: of a priority and a number.
type heap []heapItem

type heapItem struct {
	priority int64
	n        int32
}

func (a heapItem) less(b heapItem) bool {
	return a.priority < b.priority || a.priority == b.priority && a.n < b.n
}

func (h *heap) push(x heapItem) {
	*h = append(*h, x)
	q := *h
	for i := len(q) - 1; i > 0; {
		up := (i - 1) / 2
		if !q[i].less(q[up]) {
			return
		}
		q[i], q[up] = q[up], q[i]
		i = up
	}
}

func (h *heap) pop() heapItem {
	q := *h
	least, last := q[0], len(q)-1
	q[0] = q[last]
	q = q[:last]
	*h = q
	for i := 0; ; {
		child := 2*i + 1
		if child >= len(q) {
			return least
		}
		if child+1 < len(q) && q[child+1].less(q[child]) {
			child++
		}
		if !q[child].less(q[i]) {
			return least
		}
		q[i], q[child] = q[child], q[i]
		i = child
	}
}
