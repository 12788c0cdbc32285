package specs

import (
	binary "container/heap" // heap is a persistent one here

	"simrun/history"
)

// performQueue is the Step of a queue, on a queue that changes.
func performQueue() func(op history.Operation) bool {
	var values []history.Value
	first := 0
	return func(op history.Operation) bool {
		switch {
		case op.F == "enqueue":
			if first > len(values)/2 {
				values, first = append(values[:0], values[first:]...), 0
			}
			values = append(values, op.Input)
			return true
		case first == len(values):
			return sawEmpty(op)
		case !saw(op, values[first]):
			return false
		case op.F == "dequeue":
			first++
		}
		return true
	}
}

// performStack is the Step of a stack, on a stack that changes.
func performStack() func(op history.Operation) bool {
	var values []history.Value
	return func(op history.Operation) bool {
		top := len(values) - 1
		switch {
		case op.F == "push":
			values = append(values, op.Input)
			return true
		case top < 0:
			return sawEmpty(op)
		case !saw(op, values[top]):
			return false
		case op.F == "pop":
			values = values[:top]
		}
		return true
	}
}

// performPriorityQueue is the Step of a priority queue, on one that changes.
func performPriorityQueue() func(op history.Operation) bool {
	queue := new(numbers)
	return func(op history.Operation) bool {
		switch {
		case op.F == "insert":
			n, _ := op.Input.AsInt()
			binary.Push(queue, n)
			return true
		case queue.Len() == 0:
			return sawEmpty(op)
		case !saw(op, history.Int((*queue)[0])):
			return false
		case op.F == "poll":
			binary.Pop(queue)
		}
		return true
	}
}

// numbers is a heap.Interface with the greatest first.
type numbers []int64

func (n numbers) Len() int           { return len(n) }
func (n numbers) Less(i, j int) bool { return n[i] > n[j] }
func (n numbers) Swap(i, j int)      { n[i], n[j] = n[j], n[i] }
func (n *numbers) Push(x any)        { *n = append(*n, x.(int64)) }
func (n *numbers) Pop() any {
	last := len(*n) - 1
	x := (*n)[last]
	*n = (*n)[:last]
	return x
}
