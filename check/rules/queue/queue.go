// Package queue decides in linear time whether the history of a FIFO queue is
// linearizable, if every value is enqueued at most once.
//
// # The rule
//
// Value a comes before b if a's enqueue, or the first operation that saw a, ended
// before b's enqueue began. Value a goes before b if a was dequeued before b's
// dequeue began. Values must leave in the order in which they came, so these two
// relations together must have no cycle; and a dequeue that found the queue empty
// needs an instant at which no value was certainly in it. Nothing else is needed
// (Henzinger, Sezgin & Vafeiadis, "Aspect-oriented linearizability proofs", CONCUR
// 2013; Abdulla et al., PLDI 2025; Lee & Mathur, arXiv 2410.04581).
//
// # What is derived here
//
// The rule decides by topological order. A dequeue that found the queue empty is
// treated as a value that comes and goes in one instant at which no value is
// certainly in the queue; it then adds no cycle. Each order of the values that
// respects both relations gives a linearization: each enqueue and dequeue takes effect
// as early as its call and the operations before it in that order allow.
//
// A peek that saw v needs v at the front: all peeks and the dequeue of one value are
// next to each other, between those of its neighbours.
//
// A pending enqueue took effect exactly if its value was seen. A pending dequeue may
// have taken any value that nobody else did, at any time after its call. Such values
// leave in the order of their arrival: if one must leave, all that came before it must
// leave too. Giving the earliest pending dequeues to the earliest values is therefore
// as good as any other choice, and the answer stays exact. It can only be undecided if
// a value was peeked at and no completed operation took it.
package queue

import "simrun/check/rules"

// The operations of a queue.
const (
	Enqueue rules.Kind = iota // put Value at the end
	Dequeue                   // took Value from the front; if pending, Value is rules.None
	Peek                      // saw Value at the front
	Empty                     // found nothing in the queue
)

// Patterns of violation, and the roles in them.
const (
	// ThinAir: "reader" got a value that nobody enqueued.
	ThinAir = "value from thin air"
	// DequeuedTwice: "first" and "second" both took a value that was enqueued once.
	DequeuedTwice = "value dequeued twice"
	// TooEarly: "reader" got the value of "enqueue" and ended before that began.
	TooEarly = "value seen before its enqueue"
	// TooLate: "reader" began after "dequeue" had ended, and saw its value at the front.
	TooLate = "value seen after its dequeue"
	// Overtaken: "came first" ended before "came second" began, and yet the value of "came second" was at the
	// front in "left first", which ended before "left second" began to take the other value. No operation has
	// the last role if nobody took that value.
	Overtaken = "values left in another order than they came"
	// Interleaved: each of two or three values had to come ("came first", "came second") or leave ("left first",
	// "left second") before the next, and the last before the first.
	Interleaved = "no order of values fits"
	// NotEmpty: "reader" found nothing, though at each instant of its time some value of an "in" was in the queue.
	NotEmpty = "found empty while it was not"
)

// Check decides the history ops of a queue that is initially empty. It takes time
// and memory linear in len(ops). It is not applicable if two operations enqueue the
// same value. The package comment says when it is undecided.
func Check(ops []rules.Op) rules.Result {
	at, n, why := rules.Events(ops)
	if why != "" {
		return rules.Reject(why)
	}
	h := &history{ops: ops, at: at, values: make([]value, n)}
	if why := h.findEnqueues(); why != "" {
		return rules.Reject(why)
	}
	if bad := h.findFronts(); bad != nil {
		return *bad
	}
	h.selectValues()
	h.assign(false)
	order, bad := h.decide()
	if bad != nil && h.doubtful {
		return h.decideDoubtful()
	}
	if bad != nil {
		return h.explain(bad)
	}
	return h.arrange(order)
}

// history is the state of the rule. Nodes are the values that were in the queue, and
// after them the dequeues that found it empty.
type history struct {
	ops    []rules.Op
	at     []int32 // operation by position of event
	values []value

	node  []int32 // the value of a node, or the operation that found the queue empty
	kept  int     // how many nodes are values
	queue times   // by node

	left     []int32 // nodes whose value no completed operation took, in order of arrival
	pending  []int32 // pending dequeues, in order of call
	taken    []int32 // by node: the dequeue, pending or not, or None
	doubtful bool    // another choice in taken may be better
	relaxed  bool    // one pending dequeue takes any number of values
}

// times are the bounds of the instants at which a node comes and goes. A node comes
// before another if its came is less than the other's comes, and goes before another
// if its gone is less than the other's goes.
type times struct {
	comes []int32 // call of the enqueue
	came  []int32 // earliest return of any operation that had the value
	goes  []int32 // latest call of operations that had the value at the front; Never if it stays
	gone  []int32 // earliest return of these; Never if there are none
}

// value is what the history says about one value.
type value struct {
	enqueue, dequeue int32 // operations, or None
	peeks            int32 // how many
	front            int32 // latest call of peeks and dequeue, or -1
	gone             int32 // earliest return of peeks and dequeue, or Never
}

func (h *history) violated(pattern string, roles []rules.Role, more ...int32) *rules.Result {
	r := rules.Violated(h.ops, pattern, roles, more...)
	return &r
}

// decide decides the history with pending dequeues that take values as in taken. It
// returns an order of the nodes, or the reason why there is none.
func (h *history) decide() (order []int32, bad *refutation) {
	instants, reader := h.findInstants()
	if reader != rules.None {
		return nil, &refutation{reader: reader}
	}
	h.addInstants(instants)
	order, circle := h.sort()
	if circle != nil {
		return nil, &refutation{circle: circle}
	}
	return order, nil
}

// decideDoubtful decides a history in which pending dequeues may have taken values
// that were peeked at: it tries another choice of values, and then two histories that
// are easier to linearize, so that a violation of these is one of the history.
func (h *history) decideDoubtful() rules.Result {
	h.assign(true)
	if order, bad := h.decide(); bad == nil {
		return h.arrange(order)
	}
	h.assignAll()
	if _, bad := h.decide(); bad != nil {
		return h.explain(bad)
	}
	h.forgetPeeks()
	if _, bad := h.decide(); bad != nil {
		return h.explain(bad)
	}
	return rules.Result{Answer: rules.Undecided, Why: "a value that was peeked at may have been taken by one of several pending dequeues"}
}
