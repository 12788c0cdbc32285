package check

import (
	"slices"

	"simrun/check/rules"
	"simrun/history"
)

// Rule decides the histories of an object with a polynomial procedure, which is
// exact for histories in which every value is added at most once. For other histories
// the procedure says that it can't decide, and the search does. Its orders are replayed
// and its cores confirmed, so an error in it cannot make a verdict wrong.
type Rule struct {
	// Read translates an operation into the rule's terms. An operation with an
	// unknown result has the kind that it would have if it took effect.
	Read func(op *history.Operation) Reading
	// Initial is the initial value of an object that always holds a value; for such an
	// object null is a value like any other. Nil: null is not a value.
	Initial *history.Value
	// Ranked reports that values are integers and that their order matters.
	Ranked bool
	// Weaken returns a compare-and-set as the plain write of its new value, which
	// demands less. Only the rule of a register needs it.
	Weaken func(op history.Operation) history.Operation
	// Streams says that the rule is that of a register: reads and writes alone can be decided by a [Stream].
	Streams bool
	// Check decides a history. initial is the number of Initial, or [rules.None] if
	// Initial is nil.
	Check func(ops []rules.Op, initial int32) rules.Result
}

// Reading is an operation in a rule's terms.
type Reading struct {
	Use         Use
	Kind        rules.Kind
	Value, From history.Value
	HasFrom     bool // the operation is a compare-and-set, and From is its old value
}

// Use says what a rule does with an operation.
type Use uint8

const (
	Foreign Use = iota // the rule can't handle it, so the search must decide
	Take               // it is part of the rule's history
	Skip               // it constrains nothing, such as a read whose result is unknown
)

// ruled is a history in a rule's terms.
type ruled struct {
	m       *Rule
	ops     []rules.Op
	from    []int32 // for each: its position in the history's operations
	at      []int32 // event index by position of event
	initial int32
}

// read translates the operations of a part that were invoked before the event
// end; those that completed later are open. It returns nil if the rule can't handle
// one of them.
func (m *Rule) read(pt *part, ops []history.Operation, end int) *ruled {
	h := &ruled{m: m, initial: rules.None}
	h.ops = make([]rules.Op, 0, len(pt.ops))
	h.from = make([]int32, 0, len(pt.ops))
	values := newDense(len(pt.ops) + 1)
	for _, n := range pt.before(ops, end) {
		op := &ops[n]
		returns := op.Complete
		if op.Outcome == history.Info || returns >= end {
			returns, op = never, opened(op)
		}
		r := m.Read(op)
		switch r.Use {
		case Foreign:
			return nil
		case Skip:
			continue
		}
		o := rules.Op{Kind: r.Kind, Call: int32(op.Invoke), Ret: rules.Never, Value: values.add(r.Value), From: rules.None}
		if returns != never {
			o.Ret = int32(returns)
		}
		if r.HasFrom {
			o.From = values.add(r.From)
		}
		h.ops = append(h.ops, o)
		h.from = append(h.from, n)
	}
	if m.Initial != nil {
		h.initial = values.add(*m.Initial)
	}
	if !values.number(h, m) {
		return nil
	}
	h.place()
	return h
}

// place numbers the events of the history densely.
func (h *ruled) place() {
	if len(h.ops) == 0 {
		return
	}
	first, last := h.ops[0].Call, int32(0)
	for i := range h.ops {
		last = max(last, h.ops[i].Call)
		if !h.ops[i].Pending() {
			last = max(last, h.ops[i].Ret)
		}
	}
	var rank func(event int32) int32
	if int(last-first) <= 16*len(h.ops)+64 {
		rank = h.rankDense(first, last)
	} else {
		rank = h.rankSparse()
	}
	for i := range h.ops {
		o := &h.ops[i]
		o.Call = rank(o.Call)
		if !o.Pending() {
			o.Ret = rank(o.Ret)
		}
	}
}

// rankDense numbers events within a small range.
func (h *ruled) rankDense(first, last int32) func(event int32) int32 {
	rank := make([]int32, last-first+1)
	for i := range h.ops {
		rank[h.ops[i].Call-first] = 1
		if !h.ops[i].Pending() {
			rank[h.ops[i].Ret-first] = 1
		}
	}
	h.at = make([]int32, 0, 2*len(h.ops))
	for e := range rank {
		if rank[e] != 0 {
			rank[e] = int32(len(h.at))
			h.at = append(h.at, first+int32(e))
		}
	}
	return func(event int32) int32 { return rank[event-first] }
}

// rankSparse numbers the events of a few operations spread over a long history.
func (h *ruled) rankSparse() func(event int32) int32 {
	h.at = nil
	for i := range h.ops {
		h.at = append(h.at, h.ops[i].Call)
		if !h.ops[i].Pending() {
			h.at = append(h.at, h.ops[i].Ret)
		}
	}
	slices.Sort(h.at)
	return func(event int32) int32 {
		n, _ := slices.BinarySearch(h.at, event)
		return int32(n)
	}
}

// runRule decides a part by its specification's rule, or returns why the rule can't
// decide it.
func (c *check) runRule(i int) (a answer, why string) {
	m := c.spec.rule()
	if m == nil {
		return a, "the specification has no rule"
	}
	h := m.read(&c.parts[i], c.ops, never)
	if h == nil {
		return a, "the history has operations that the rule does not handle"
	}
	r := m.Check(h.ops, h.initial)
	a = answer{engine: "rule", steps: int64(len(h.ops)), got: -1}
	switch r.Answer {
	case rules.Linearizable:
		a.outcome = Valid
		if !c.replays(h, r.Order) {
			return a, "the rule's order of linearization did not replay"
		}
		a.order = r.Order
		for k, n := range r.Order {
			a.order[k] = h.from[n]
		}
	case rules.Violation:
		a.outcome = Violation
		if a.end, a.core = m.earliest(&c.parts[i], c.ops, h, r); a.core == nil {
			return a, "the history was ambiguous before an operation failed"
		}
	default:
		return a, r.Why
	}
	return a, ""
}

// earliest returns the event at which a violation became inevitable, and the rule's
// core at that event. The core is nil if the rule can't decide a shorter history, in
// which operations that failed later are open. h and r are the whole history and the
// rule's result for it.
func (m *Rule) earliest(pt *part, ops []history.Operation, h *ruled, r rules.Result) (int, *ruleCore) {
	low, high := -1, int(h.at[len(h.at)-1]) // events up to which there is no violation, and is one
	for _, n := range pt.failed {
		high = max(high, ops[n].Complete)
	}
	for tries := 0; high-low > 1; tries++ {
		mid := low + (high-low)/2
		if tries < 4 { // it is probably the last event of the rule's core
			mid = max(low+1, min(int(h.at[r.Last]), high-1))
		}
		shorter := m.read(pt, ops, mid+1)
		if shorter == nil {
			return 0, nil
		}
		s := m.Check(shorter.ops, shorter.initial)
		switch s.Answer {
		case rules.Violation:
			high, h, r = mid, shorter, s
		case rules.Linearizable:
			low = mid
		default:
			return 0, nil
		}
	}
	return high, h.core(r)
}

// ruleCore are the operations of a violation that a rule found.
type ruleCore struct {
	ops    []int32 // positions in the history's operations
	weaken []int32 // those of ops that are compare-and-sets to be treated as writes
}

func (h *ruled) core(r rules.Result) *ruleCore {
	c := &ruleCore{}
	for _, n := range r.Core {
		c.ops = append(c.ops, h.from[n])
	}
	slices.Sort(c.ops)
	for _, n := range r.Relaxed {
		c.weaken = append(c.weaken, h.from[n])
	}
	return c
}

// replays executes a rule's order of one object's operations as its certificate: each
// must be allowed, and none may come before one that returned before its call. If the
// specification promises that elements are independent, on which the decision relied
// already, each element is an object of its own; [Replay] relies on no promise.
func (c *check) replays(h *ruled, order []int32) bool {
	apart := true
	for _, n := range h.from {
		if _, alone := c.spec.element(&c.ops[n]); !alone {
			apart = false
			break
		}
	}
	elements := 1
	if apart {
		for i := range h.ops {
			elements = max(elements, int(h.ops[i].Value)+1)
		}
	}
	steps := make([]func(*history.Operation) bool, elements)
	called := -1
	for _, k := range order {
		op := &c.ops[h.from[k]]
		e := 0
		if apart {
			e = int(h.ops[k].Value)
		}
		if steps[e] == nil {
			steps[e] = c.spec.run()
		}
		if op.Outcome != history.Info && op.Complete < called || !steps[e](op) {
			return false
		}
		called = max(called, op.Invoke)
	}
	return true
}
