package rulestest

import (
	"slices"

	"simrun/check/rules"
)

// Rand is the part of math/rand/v2's Rand that the generators need.
type Rand interface {
	IntN(n int) int
	Int32N(n int32) int32
	Shuffle(n int, swap func(i, j int))
}

// Workload describes the operations of a simulated history.
type Workload struct {
	Processes int
	Ops       int
	// Crash is how many of 1000 operations never return; half of these take effect.
	Crash int
	// Invoke draws an operation, without its result.
	Invoke func(rng Rand) rules.Op
	// Forget removes the result of an operation that stays pending.
	Forget func(op *rules.Op)
}

// Simulate runs w against object: processes begin operations, which take effect at one
// instant and then return, in an order drawn from rng.
func Simulate(rng Rand, w Workload, object Object) []rules.Op {
	const idle, called, done = 0, 1, 2
	type process struct {
		state int
		op    int
	}
	procs := make([]process, w.Processes)
	ops := make([]rules.Op, 0, w.Ops)
	var pos int32
	open := 0
	for len(ops) < w.Ops || open > 0 {
		p := &procs[rng.IntN(len(procs))]
		crash := w.Crash > 0 && rng.IntN(2000) < w.Crash
		switch p.state {
		case idle:
			if len(ops) == w.Ops {
				continue
			}
			op := w.Invoke(rng)
			op.Call, op.Ret = pos, rules.Never
			pos++
			*p = process{called, len(ops)}
			ops = append(ops, op)
			open++
		case called:
			if crash {
				w.Forget(&ops[p.op])
				p.state = idle
				open--
				continue
			}
			object.Run(&ops[p.op])
			p.state = done
		case done:
			if crash {
				w.Forget(&ops[p.op])
			} else {
				ops[p.op].Ret = pos
				pos++
			}
			p.state = idle
			open--
		}
	}
	return ops
}

// Intervals gives ops random intervals; pending of 1000 operations stay open.
func Intervals(rng Rand, ops []rules.Op, pending int) {
	events := make([]int, 0, 2*len(ops))
	for i := range ops {
		events = append(events, i, i)
	}
	rng.Shuffle(len(events), func(a, b int) { events[a], events[b] = events[b], events[a] })
	place(ops, events, func(int) bool { return rng.IntN(1000) < pending })
}

// Move moves one event of the history to another place.
func Move(rng Rand, ops []rules.Op) {
	at, _, why := rules.Events(ops)
	if why != "" {
		panic(why)
	}
	events := make([]int, len(at))
	for p, i := range at {
		events[p] = int(i)
	}
	from, to := rng.IntN(len(events)), rng.IntN(len(events))
	e := events[from]
	events = slices.Insert(slices.Delete(events, from, from+1), to, e)
	pending := make([]bool, len(ops))
	for i := range ops {
		pending[i] = ops[i].Pending()
	}
	place(ops, events, func(i int) bool { return pending[i] })
}

// place gives ops the positions at which they occur in events: first the call, then the return.
func place(ops []rules.Op, events []int, pending func(op int) bool) {
	for i := range ops {
		ops[i].Call, ops[i].Ret = -1, -1
	}
	var pos int32
	for _, i := range events {
		switch op := &ops[i]; {
		case op.Call < 0:
			op.Call = pos
			pos++
			if pending(i) {
				op.Ret = rules.Never
			}
		case op.Ret < 0:
			op.Ret = pos
			pos++
		}
	}
}

// SwapValues exchanges the values of two operations that satisfy which.
func SwapValues(rng Rand, ops []rules.Op, which func(op rules.Op) bool) {
	var all []int
	for i := range ops {
		if which(ops[i]) {
			all = append(all, i)
		}
	}
	if len(all) < 2 {
		return
	}
	a, b := all[rng.IntN(len(all))], all[rng.IntN(len(all))]
	ops[a].Value, ops[b].Value = ops[b].Value, ops[a].Value
}

// Untangle exchanges the intervals of two operations if one ended before the adder of
// its value began, so that less obvious errors remain.
func Untangle(ops []rules.Op, adds rules.Kind) {
	adder := map[int32]int{}
	for i := range ops {
		if ops[i].Kind == adds {
			adder[ops[i].Value] = i
		}
	}
	for i := range ops {
		a, ok := adder[ops[i].Value]
		if x, y := &ops[i], &ops[a]; ok && x.Ret < y.Call && !y.Pending() {
			x.Call, x.Ret, y.Call, y.Ret = y.Call, y.Ret, x.Call, x.Ret
		}
	}
}
