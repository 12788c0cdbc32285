package check

import (
	"cmp"
	"slices"

	"simrun/history"
)

// A Member is an operation of a contradiction: the culprit, or one of the operations
// before it.
type Member struct {
	At int               // position in before; [Culprit] for the culprit
	As history.Operation // what the contradiction needs of it. With an unknown result: it may have happened, or not.
}

// Culprit is the position of the culprit in a contradiction.
const Culprit = -1

// contradicted returns the problem of a contradiction to the culprit of a violation,
// with its operations as it needs them; nil if the specification knows none. The
// culprit is the operation whose completion made the violation inevitable.
func (c *check) contradicted(i int) (*problem, map[int32]history.Operation) {
	end := c.answers[i].end
	list := c.parts[i].before(c.ops, end+1)
	at := slices.IndexFunc(list, func(n int32) bool { return c.ops[n].Complete == end })
	if at < 0 {
		return nil, nil
	}
	members := c.spec.contradict(c.ops[list[at]], func() []history.Operation { return c.known(slices.Delete(slices.Clone(list), at, at+1), end) })
	if members == nil {
		return nil, nil
	}
	as := make(map[int32]history.Operation)
	small := part{key: c.parts[i].key}
	for _, m := range members {
		switch {
		case m.At == Culprit:
			m.At = at
		case m.At >= at:
			m.At++
		}
		small.ops = append(small.ops, list[m.At])
		as[list[m.At]] = m.As
	}
	slices.SortFunc(small.ops, func(a, b int32) int { return cmp.Compare(a, b) })
	p := small.problem(c.spec, c.ops).as(as).cut(end + 1)
	if runPatientWindow(p, c.explaining(i)).outcome != Violation {
		return nil, nil
	}
	return p, as
}

// known returns operations as they were known after the event end.
func (c *check) known(list []int32, end int) []history.Operation {
	ops := make([]history.Operation, len(list))
	for k, n := range list {
		if ops[k] = c.ops[n]; ops[k].Complete > end || ops[k].Outcome == history.Info {
			ops[k] = *opened(&ops[k])
		}
	}
	return ops
}

// as replaces operations of the problem.
func (p *problem) as(ops map[int32]history.Operation) *problem {
	for k := range p.ops {
		if op, ok := ops[p.ops[k].op]; ok {
			p.ops[k].class = p.auto.class(&op)
			if op.Outcome == history.Info {
				p.ops[k].ret = never
			}
		}
	}
	return p
}
