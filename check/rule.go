package check

import (
	"slices"

	"simrun/check/rules"
	"simrun/history"
)

// Rule hands the histories of an object to a polynomial decider, which is
// exact for those in which every value is added at most once. Where it is not,
// it says so, and the search decides; nothing rests on it otherwise, as its
// orders are replayed and its cores confirmed.
type Rule struct {
	// Read tells what an operation is in the rule's words. An operation with an
	// unknown result has the kind that it would have if it took effect.
	Read func(op *history.Operation) Reading
	// Initial is the value that the object holds at first, if it is one that always
	// holds a value; there null is a value as any other. Nil: null is not a value.
	Initial *history.Value
	// Ranked says that values are integers, and that their order matters.
	Ranked bool
	// Weaken returns a compare-and-set as the plain write of its new value: it
	// demands less. Only a register's rule asks for it.
	Weaken func(op history.Operation) history.Operation
	// Check decides. initial is the number of Initial, [rules.None] if no operation has it.
	Check func(ops []rules.Op, initial int32) rules.Result
}

// Reading is an operation in a rule's words.
type Reading struct {
	Use         Use
	Kind        rules.Kind
	Value, From history.Value
	HasFrom     bool // From is set: it is a compare-and-set
}

// Use says what a rule does with an operation.
type Use uint8

const (
	Foreign Use = iota // the rule has no word for it: the search must decide
	Take               // it is part of the history
	Skip               // it demands nothing, such as a read whose result is unknown
)

// ruled is a history as a rule reads it.
type ruled struct {
	m       *Rule
	ops     []rules.Op
	from    []int32 // for each: its position in the history's operations
	at      []int32 // event index by position of event
	initial int32
}

// read translates the operations of a part that were invoked before the event
// end; those that completed later are open. It returns nil if the rule has no
// word for one of them.
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

// rankDense numbers events that lie close together.
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

// runRule decides a part by its specification's rule, or says why there is
// none that is exact for it.
func (c *check) runRule(i int) (a answer, why string) {
	m := c.spec.rule()
	if m == nil {
		return a, "no rule is made for this specification"
	}
	h := m.read(&c.parts[i], c.ops, never)
	if h == nil {
		return a, "it holds operations that the rule has no words for"
	}
	r := m.Check(h.ops, h.initial)
	a = answer{engine: "rule", steps: int64(len(h.ops)), got: -1}
	switch r.Answer {
	case rules.Linearizable:
		a.outcome = Valid
		if !c.replays(h, r.Order) {
			return a, "its order of linearization did not replay"
		}
		a.order = r.Order
		for k, n := range r.Order {
			a.order[k] = h.from[n]
		}
	case rules.Violation:
		a.outcome = Violation
		if a.end, a.core = m.earliest(&c.parts[i], c.ops, h, r); a.core == nil {
			return a, "it was ambiguous before an operation failed"
		}
	default:
		return a, r.Why
	}
	return a, ""
}

// earliest finds the event by which a violation had become inevitable, and what
// was wrong by then: nil if the rule can't decide a shorter history, in which
// operations that failed later count. h and r are the whole history and what the
// rule says of it.
func (m *Rule) earliest(pt *part, ops []history.Operation, h *ruled, r rules.Result) (int, *ruleCore) {
	low, high := -1, int(h.at[len(h.at)-1]) // events up to which there was none, and was one
	for _, n := range pt.failed {
		high = max(high, ops[n].Complete)
	}
	for tries := 0; high-low > 1; tries++ {
		mid := low + (high-low)/2
		if tries < 4 { // it is likely the last event of what was found
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
	weaken []int32 // of these: compare-and-sets to be taken as writes
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

// replays performs an order of one object's operations, as certificate: each
// must be allowed, and none may come before one that returned before its call.
// Where the specification promises that elements don't touch one another, as the decision
// rested on already, each is an object of its own; [Replay] asks for no promise.
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
