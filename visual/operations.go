package visual

import "simrun/history"

// operation is one bar of the diagram: an invocation and what became of it.
type operation struct {
	invoke   int // index of the invocation in the history
	complete int // index of the completion, also of an info; -1 if there is none
}

// operations joins invocations with completions. Unlike [history.Pair] it judges
// nothing: a history that no checker accepts is drawn as far as it goes, and an
// info keeps its place in time. The nemesis is not among them.
func operations(h []history.Event) []operation {
	var ops []operation
	open := map[history.Process]int{}
	for i, e := range h {
		if e.Process < 0 {
			continue
		}
		if e.Type == history.Invoke {
			open[e.Process] = len(ops)
			ops = append(ops, operation{invoke: i, complete: -1})
			continue
		}
		if op, ok := open[e.Process]; ok {
			ops[op].complete = i
			delete(open, e.Process)
		}
	}
	return ops
}

// rows gives each process a row of the diagram. A process that ended with an
// info hands its row to the next new process, as its client goes on under
// another number; so there are as many rows as there were clients at once.
func rows(h []history.Event, ops []operation) map[history.Process]int {
	row := map[history.Process]int{}
	var free []int // rows of ended processes, oldest first
	next := 0
	ended := make(map[int]bool, len(ops)) // indices of infos that end an operation
	for _, op := range ops {
		if op.complete >= 0 && h[op.complete].Type == history.Info {
			ended[op.complete] = true
		}
	}
	for i, e := range h {
		if e.Process < 0 {
			continue
		}
		if _, ok := row[e.Process]; !ok {
			if len(free) > 0 {
				row[e.Process], free = free[0], free[1:]
			} else {
				row[e.Process] = next
				next++
			}
		}
		if ended[i] {
			free = append(free, row[e.Process])
		}
	}
	return row
}
