package check

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"simrun/history"
)

// A problem is the history of one object in the form that the engines use.
type problem struct {
	auto  *automaton
	start []int32    // states in which it may start
	ops   []interval // in order of call
	// failed are operations that did not happen, in order of call. Before their
	// return nobody knew, so a shorter history holds them as open operations.
	failed []interval
}

// An interval is an operation in the form that the engines use: it takes effect at
// one instant between call and ret, or, if it is open, possibly never.
type interval struct {
	call, ret int   // event indices; ret is never if the operation is open
	class     int32 // of the automaton
	op        int32 // its position in the history's operations
}

// never is the return of an operation that did not complete.
const never = math.MaxInt

func (o *interval) open() bool { return o.ret == never }

// cut returns the problem as it was before the event at index end: without operations
// that were invoked later, and with operations open that completed or failed later.
func (p *problem) cut(end int) *problem {
	q := &problem{auto: p.auto, start: p.start, ops: make([]interval, 0, len(p.ops))}
	failed := p.failed
	for _, o := range p.ops {
		if o.call >= end {
			break
		}
		for len(failed) > 0 && failed[0].call < o.call {
			q.addFailed(failed[0], end)
			failed = failed[1:]
		}
		if o.ret >= end {
			o = p.opened(o)
		}
		q.ops = append(q.ops, o)
	}
	for _, o := range failed {
		q.addFailed(o, end)
	}
	return q
}

// addFailed adds an operation that was open before the event end and failed later.
func (p *problem) addFailed(o interval, end int) {
	if o.call < end && o.ret >= end {
		o.ret = never
		p.ops = append(p.ops, o)
	}
}

// opened returns o relaxed to an operation that may or may not have taken
// effect, at any time after its call.
func (p *problem) opened(o interval) interval {
	if !o.open() {
		o.ret, o.class = never, p.auto.open(o.class)
	}
	return o
}

// part holds the operations on one object of a history.
type part struct {
	key    string
	ops    []int32 // positions in the history's operations
	failed []int32 // operations that did not happen
}

// split groups the operations that the specification has to explain by object,
// in order of first invocation. For an operation that the specification doesn't have
// it returns an error that names the event.
func split(spec Spec, ops []history.Operation) ([]part, error) {
	var parts []part
	byKey := make(map[string]int)
	last := -1 // the part of the previous operation
	for i := range ops {
		op := &ops[i]
		failed := op.Outcome == history.Fail && !mustHappen(spec, op)
		if failed {
			op = opened(op)
		} else if err := spec.accepts(op); err != nil {
			at := op.Invoke
			if op.Complete >= 0 && spec.accepts(opened(op)) == nil { // it is about the result
				at = op.Complete
			}
			return nil, &history.Error{Index: at, Reason: fmt.Sprintf("%s: %v", spec.Name(), err)}
		}
		key := spec.partition(op)
		if last < 0 || parts[last].key != key {
			n, ok := byKey[key]
			if !ok {
				n = len(parts)
				byKey[key] = n
				parts = append(parts, part{key: key})
				if n == 0 {
					parts[0].ops = make([]int32, 0, len(ops))
				}
			}
			last = n
		}
		if failed {
			parts[last].failed = append(parts[last].failed, int32(i))
		} else {
			parts[last].ops = append(parts[last].ops, int32(i))
		}
	}
	return parts, nil
}

// elements splits a part by the element that each operation concerns, in order of
// first invocation. If an operation concerns all elements, it returns the whole part.
func (pt *part) elements(spec Spec, ops []history.Operation) []part {
	var parts []part
	number := make(map[history.Value]int)
	of := func(n int32, op *history.Operation) *part {
		e, alone := spec.element(op)
		if !alone {
			return nil
		}
		k, ok := number[e]
		if !ok {
			k = len(parts)
			number[e] = k
			parts = append(parts, part{key: pt.key})
		}
		return &parts[k]
	}
	for _, n := range pt.ops {
		e := of(n, &ops[n])
		if e == nil {
			return []part{*pt}
		}
		e.ops = append(e.ops, n)
	}
	for _, n := range pt.failed {
		if e := of(n, opened(&ops[n])); e != nil {
			e.failed = append(e.failed, n)
		}
	}
	return parts
}

// opened returns an operation as it was before it completed.
func opened(op *history.Operation) *history.Operation {
	o := *op
	o.Outcome, o.Output, o.Error, o.Complete, o.Return = history.Info, history.Null, "", -1, history.Never
	return &o
}

// before lists the operations of a part that were invoked before the event end
// and had not failed by then, in order of invocation.
func (pt *part) before(ops []history.Operation, end int) []int32 {
	n, _ := slices.BinarySearchFunc(pt.ops, end, func(i int32, end int) int { return cmp.Compare(ops[i].Invoke, end) })
	list := pt.ops[:n]
	if len(pt.failed) == 0 || end == never {
		return list
	}
	list = slices.Clone(list)
	for _, i := range pt.failed {
		if ops[i].Invoke < end && ops[i].Complete >= end {
			list = append(list, i)
		}
	}
	slices.Sort(list)
	return list
}

// problem returns the problem of a part.
func (pt *part) problem(spec Spec, ops []history.Operation) *problem {
	p := &problem{auto: spec.newAutomaton(), start: []int32{0}, ops: make([]interval, len(pt.ops))}
	for i, n := range pt.ops {
		op := &ops[n]
		o := interval{call: op.Invoke, ret: op.Complete, class: p.auto.class(op), op: n}
		if op.Outcome == history.Info {
			o.ret = never
		}
		p.ops[i] = o
	}
	for _, n := range pt.failed {
		op := &ops[n]
		p.failed = append(p.failed, interval{call: op.Invoke, ret: op.Complete, class: p.auto.class(opened(op)), op: n})
	}
	return p
}
