package check

import (
	"slices"

	"simrun/history"
)

// A Projection is what one operation says about single values of its object, such as the elements of a set or the keys of a store.
type Projection struct {
	Values []history.Value // values that the operation is about
	All    bool            // it says something about every value, as a read of all does; then Values may be incomplete
	// To returns the operation as it would be if these were the only values. Nil: the operation itself.
	To func(values ...history.Value) history.Operation
}

// to returns the operation as it would be if these were the only values.
func (p *Projection) to(op *history.Operation, values ...history.Value) history.Operation {
	if p.To == nil {
		return *op
	}
	return p.To(values...)
}

// projected looks for one value, or for two that are next to each other in the culprit, for which the operations on these
// values alone are a violation. It returns nil if it finds none, or if the specification has no projections. The culprit is
// the operation whose completion made the violation inevitable. The time is linear in the number of operations.
func (c *check) projected(i int) (*problem, []history.Value) {
	if c.spec.project(&history.Operation{}) == nil {
		return nil, nil
	}
	pt, end := &c.parts[i], c.answers[i].end
	culprit := int32(-1)
	byValue := make(map[history.Value][]int32) // operations on single values
	var values []history.Value                 // in order of their first operation
	for _, n := range pt.before(c.ops, end+1) {
		op := &c.ops[n]
		p := c.spec.project(op)
		if op.Complete == end {
			culprit = n
		} else if p.All {
			continue
		}
		for _, v := range p.Values {
			if _, known := byValue[v]; !known {
				values = append(values, v)
			}
			if n != culprit {
				byValue[v] = append(byValue[v], n)
			} else if byValue[v] == nil {
				byValue[v] = []int32{}
			}
		}
	}
	if culprit < 0 {
		return nil, nil
	}
	said := c.spec.project(&c.ops[culprit])
	for _, v := range values {
		if !said.All && !slices.Contains(said.Values, v) {
			continue // the culprit says nothing of it
		}
		if p := c.onValues(pt, culprit, said, byValue[v], v); p != nil {
			return p, []history.Value{v}
		}
	}
	for k := 1; k < len(said.Values); k++ {
		a, b := said.Values[k-1], said.Values[k]
		if a == b {
			continue // it was tried alone
		}
		if p := c.onValues(pt, culprit, said, merge(byValue[a], byValue[b]), a, b); p != nil {
			return p, []history.Value{a, b}
		}
	}
	return nil, nil
}

// onValues returns the problem of ops and the culprit, projected to values, if it is a violation when the culprit completes; else nil.
func (c *check) onValues(pt *part, culprit int32, said *Projection, ops []int32, values ...history.Value) *problem {
	small := part{key: pt.key, ops: merge(ops, []int32{culprit})}
	if len(small.ops) > maxProjected {
		return nil
	}
	p := small.problem(c.spec, c.ops)
	for k, n := range small.ops {
		of := said
		if n != culprit {
			of = c.spec.project(&c.ops[n])
		}
		op := of.to(&c.ops[n], values...)
		p.ops[k].class = p.auto.class(&op)
	}
	p = p.cut(c.ops[culprit].Complete + 1)
	if runPatientWindow(p, maxProjectedSteps).outcome != Violation {
		return nil
	}
	return p
}

// Bounds of the number of operations on one value (or two) that projected considers, and of the steps for them.
const (
	maxProjected      = 200
	maxProjectedSteps = 5_000
)

// merge merges two ascending lists, without duplicates.
func merge(a, b []int32) []int32 {
	out := make([]int32, 0, len(a)+len(b))
	for len(a) > 0 || len(b) > 0 {
		switch {
		case len(b) == 0 || len(a) > 0 && a[0] < b[0]:
			out, a = append(out, a[0]), a[1:]
		case len(a) == 0 || b[0] < a[0]:
			out, b = append(out, b[0]), b[1:]
		default:
			out, a, b = append(out, a[0]), a[1:], b[1:]
		}
	}
	return out
}
