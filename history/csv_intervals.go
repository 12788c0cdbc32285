package history

import (
	"cmp"
	"slices"
)

// moment is a call or a return in a table of intervals.
type moment struct {
	at     Time
	phase  int // order among moments at the same time
	row    int // in order of process, then of call
	isCall bool
}

// The order of moments at the same time. Intervals that touch count as concurrent,
// so calls come first and returns last; but if a process returns and calls again at
// the same time, these two moments come in between, in that order. If two processes do
// so at the same time, no order satisfies both rules, and the table is an error.
const (
	phaseCall = iota
	phaseChain
	phaseReturn
)

// intervals returns the history of a table.
func (c *collector) intervals(rows []csvRow) ([]Event, error) {
	slices.SortStableFunc(rows, func(a, b csvRow) int {
		return cmp.Or(cmp.Compare(a.op.Process, b.op.Process), cmp.Compare(a.op.Call, b.op.Call), cmp.Compare(a.op.Return, b.op.Return))
	})
	moments := make([]moment, 0, 2*len(rows))
	for i := range rows {
		op := &rows[i].op
		call, ret := moment{op.Call, phaseCall, i, true}, moment{op.Return, phaseReturn, i, false}
		if i > 0 && rows[i-1].op.Process == op.Process {
			before := &rows[i-1].op
			if before.Return > op.Call {
				return nil, c.overlap(rows[i-1], rows[i])
			}
			if before.Return == op.Call {
				call.phase = phaseChain
			}
		}
		if i+1 < len(rows) && rows[i+1].op.Process == op.Process && rows[i+1].op.Call == op.Return {
			ret.phase = phaseChain
		}
		if moments = append(moments, call); op.Return != Never {
			moments = append(moments, ret)
		}
	}
	slices.SortStableFunc(moments, func(a, b moment) int {
		return cmp.Or(cmp.Compare(a.at, b.at), cmp.Compare(a.phase, b.phase))
	})
	return c.replay(rows, moments)
}

func (c *collector) overlap(a, b csvRow) error {
	if a.op.Return == Never {
		return c.fail(b.line, "process %d calls %s, but its %s at line %d never returned: the client must continue as a new process",
			b.op.Process, b.op.F, a.op.F, a.line)
	}
	return c.fail(b.line, "process %d calls %s at %d, while its %s at line %d runs until %d",
		b.op.Process, b.op.F, int64(b.op.Call), a.op.F, a.line, int64(a.op.Return))
}

func (c *collector) replay(rows []csvRow, moments []moment) ([]Event, error) {
	c.events = make([]Event, 0, len(moments))
	for i, m := range moments {
		row := rows[m.row]
		if m.phase == phaseChain && i > 0 && moments[i-1].phase == phaseChain && moments[i-1].at == m.at {
			if other := rows[moments[i-1].row]; other.op.Process != row.op.Process {
				return nil, c.fail(row.line, "processes %d and %d both return and call again at %d, so their order is unknown: the table needs times of finer resolution",
					other.op.Process, row.op.Process, int64(m.at))
			}
		}
		r := record{has: fieldTime, Event: Event{Time: m.at, Process: row.op.Process, F: row.op.F, Key: row.op.Key}}
		if r.Type, r.Value = Invoke, row.op.Input; !m.isCall {
			r.Type, r.Value = OK, row.op.Output
		}
		if err := c.numbered(&r, row.line); err != nil {
			return nil, err
		}
		if err := c.add(&r, row.line); err != nil {
			return nil, err
		}
	}
	return c.events, nil
}
