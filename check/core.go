package check

import (
	"simrun/history"
)

// A core is a violation that is being minimised: a problem whose operations are
// kept, relaxed to open, or dropped. An order of the original always gives an order
// of the core, so a core without one is a violation (a core is sound).
//
//   - An operation that changes no state that it can meet (a read) may be dropped:
//     the rest of the order is still legal without it.
//   - An operation that changes the state may be relaxed to one that may or may not
//     have happened.
//   - All operations on values that no other operation shares may be dropped, if
//     the specification promises that values are independent (Object.Touches).
type core struct {
	spec   Spec
	auto   *automaton
	start  []int32
	ops    []interval
	fate   []fate
	reads  []int32 // classes of operations that were dropped because they only read
	decide decide
	budget int64                       // steps for one attempt
	left   int64                       // steps left for all attempts
	calls  int64                       // calls of the specification's Step left for all attempts
	about  []history.Value             // values that it is projected to; nil: all values
	as     map[int32]history.Operation // operations of a contradiction that say less than they did; nil: none
	large  bool                        // an attempt gave up, so the core may not be minimal
}

type fate uint8

const (
	kept fate = iota
	relaxed
	dropped
)

// minimise shrinks a violation until each kept operation is necessary, or until it has
// spent all steps. budget bounds the steps of one attempt.
func minimise(spec Spec, p *problem, run decide, budget, all int64) *core {
	c := &core{spec: spec, auto: p.auto, start: p.start, ops: p.ops, fate: make([]fate, len(p.ops)), decide: run, budget: budget, left: all, calls: max(all, 20*p.auto.calls)}
	for i := range p.ops {
		if p.ops[i].open() {
			c.fate[i] = relaxed
		}
	}
	c.dropValues()
	c.dropIrrelevant()
	c.dropReads()
	c.relax()
	c.dropValues()
	c.dropIrrelevant()
	return c
}

// problem returns the problem of the operations that are left.
func (c *core) problem() *problem {
	p := &problem{auto: c.auto, start: c.start}
	for i, o := range c.ops {
		switch c.fate[i] {
		case kept:
			p.ops = append(p.ops, o)
		case relaxed:
			p.ops = append(p.ops, p.opened(o))
		}
	}
	return p
}

// try gives the operations a fate if the rest is still a violation.
func (c *core) try(ops []int, f fate) bool {
	if c.left <= 0 || c.calls <= 0 {
		c.large = true
		return false
	}
	fates := make([]fate, len(ops))
	for k, i := range ops {
		fates[k], c.fate[i] = c.fate[i], f
	}
	p := c.problem()
	opens := int64(p.opens())
	weight := 1 + opens/16 // the cost of a step grows with the number of open operations
	if opens*weight > c.left {
		c.large = true // it would not get past the first event
		for k, i := range ops {
			c.fate[i] = fates[k]
		}
		return false
	}
	before := c.auto.calls
	c.auto.most = before + c.calls
	a := c.decide(p, min(c.budget, c.left/weight+1))
	c.auto.most = 0
	c.calls -= c.auto.calls - before
	c.left -= a.steps * weight
	if a.outcome == Violation {
		return true
	}
	c.large = c.large || a.outcome == Unknown
	for k, i := range ops {
		c.fate[i] = fates[k]
	}
	return false
}

// halve tries a change on all operations at once. If that fails, it tries each half,
// down to single operations.
func halve(ops []int, try func(ops []int) bool) {
	if len(ops) == 0 || try(ops) || len(ops) == 1 {
		return
	}
	mid := len(ops) / 2
	halve(ops[mid:], try) // the last operations are the most likely to matter
	halve(ops[:mid], try)
}

// dropReads drops operations that changed no state so far. [core.confirm] checks that
// they change none in the core.
func (c *core) dropReads() {
	var reads []int
	for i := range c.ops {
		if c.fate[i] != dropped && c.auto.readOnly(c.class(i)) {
			reads = append(reads, i)
		}
	}
	halve(reads, func(ops []int) bool {
		var classes []int32
		for _, i := range ops {
			classes = append(classes, c.class(i))
		}
		if !c.try(ops, dropped) {
			return false
		}
		c.reads = append(c.reads, classes...)
		return true
	})
}

// class returns the class of an operation in the core.
func (c *core) class(i int) int32 {
	if c.fate[i] == kept {
		return c.ops[i].class
	}
	return c.auto.open(c.ops[i].class)
}

// relax relaxes operations that change the state to open ones.
func (c *core) relax() {
	var writes []int
	for i := range c.ops {
		if c.fate[i] == kept && !c.auto.readOnly(c.ops[i].class) {
			writes = append(writes, i)
		}
	}
	halve(writes, func(ops []int) bool {
		return c.try(ops, relaxed)
	})
}

// dropValues drops all operations on values that are independent of the rest.
func (c *core) dropValues() {
	groups, ok := c.groups()
	if !ok {
		return
	}
	var all []int
	for g := range groups {
		all = append(all, g)
	}
	halve(all, func(gs []int) bool {
		var ops []int
		for _, g := range gs {
			ops = append(ops, groups[g]...)
		}
		return c.try(ops, dropped)
	})
}

// groups returns the operations that are left, grouped by values that share
// operations, in order of first operation. Operations on no value are in no group. It
// reports false if the specification doesn't promise that values are independent.
func (c *core) groups() ([][]int, bool) {
	g := newGroups()
	touched := make([][]history.Value, len(c.ops))
	for i := range c.ops {
		if c.fate[i] == dropped {
			continue
		}
		op := c.auto.classes[c.class(i)].operation()
		values, ok := c.spec.touches(&op)
		if !ok {
			return nil, false
		}
		touched[i] = values
		g.join(values)
	}
	var groups [][]int
	number := make(map[history.Value]int)
	for i, values := range touched {
		if len(values) == 0 {
			continue
		}
		leader := g.leader(values[0])
		n, ok := number[leader]
		if !ok {
			n = len(groups)
			number[leader] = n
			groups = append(groups, nil)
		}
		groups[n] = append(groups[n], i)
	}
	return groups, true
}

// weaker returns those operations of the core that count for less than they said.
func (c *core) weaker(ops []history.Operation) []history.Operation {
	var weaker []history.Operation
	for i, o := range c.ops {
		if as, ok := c.as[o.op]; ok && c.fate[i] == kept && as != ops[o.op] {
			weaker = append(weaker, as)
		}
	}
	return weaker
}

// indices returns the invocations of the kept and of the relaxed operations.
func (c *core) indices(ops []history.Operation) (core, optional []int) {
	for i, o := range c.ops {
		switch c.fate[i] {
		case kept:
			core = append(core, ops[o.op].Invoke)
		case relaxed:
			optional = append(optional, ops[o.op].Invoke)
		}
	}
	return core, optional
}
