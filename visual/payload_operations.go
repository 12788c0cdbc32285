package visual

import "simrun/history"

// operations writes the columns of the operations, in order of invocation.
func (e *encoder) operations() {
	h := e.page.History
	e.ops = operations(h)
	row, rank := rows(h, e.ops), ranks(e.page)
	var process, rowOf, f, key, in, out, outcome, call, took, node, why, order column
	var lastProcess, lastCall int64
	for i, op := range e.ops {
		a := h[op.invoke]
		b := history.Event{Type: history.Info} // what never completed may yet
		e.opAt[op.invoke] = i
		if op.complete >= 0 {
			b = h[op.complete]
			e.opAt[op.complete] = i
			took.put(uint64(max(b.Time-a.Time, 0)) + 1)
		} else {
			took.put(0)
		}
		process.signed(int64(a.Process) - lastProcess)
		rowOf.put(uint64(row[a.Process]))
		f.put(e.texts.of(a.F))
		key.put(e.texts.of(a.Key))
		in.put(e.texts.of(shown(a.Value)))
		out.put(e.texts.of(shown(b.Value)))
		outcome.put(uint64(b.Type))
		call.signed(int64(a.Time) - lastCall)
		if node.put(e.texts.of(b.Node)); b.Node == "" {
			node = node[:len(node)-1]
			node.put(e.texts.of(a.Node))
		}
		why.put(e.texts.of(b.Error))
		order.put(uint64(rank[op.invoke]))
		lastProcess, lastCall = int64(a.Process), int64(a.Time)
	}
	for _, ev := range h {
		e.end = max(e.end, int64(ev.Time))
	}
	e.flush(process, rowOf, f, key, in, out, outcome, call, took, node, why, order)
	if e.page.Trace == nil {
		e.faults = nemesisFaults(h)
	}
}

// shown is the text of a value as a person reads it; no text for null.
func shown(v history.Value) string {
	if v.IsNull() {
		return ""
	}
	return v.String()
}

// ranks gives the operations of the witnesses their place, from 1. Each object
// has an order of its own, since each is linearizable alone.
func ranks(p *Page) map[int]int {
	rank := map[int]int{}
	for _, c := range p.Checks {
		perKey := map[string]int{}
		for _, invoke := range c.Witness {
			if invoke < 0 || invoke >= len(p.History) || rank[invoke] != 0 {
				continue
			}
			key := p.History[invoke].Key
			perKey[key]++
			rank[invoke] = perKey[key]
		}
	}
	return rank
}
