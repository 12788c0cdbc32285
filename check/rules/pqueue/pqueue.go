// Package pqueue decides in nearly linear time whether the history of a
// priority queue, which always returns its greatest value, is linearizable, if
// every value is inserted at most once.
//
// # The rule
//
// A value can only block smaller values. The greatest value is therefore decided
// first: it is certainly in the queue from the return of its insert to the call of its
// poll, exclusive. Every smaller value then needs an instant within its poll at
// which no greater one is certainly in the queue. It takes the earliest, so that it
// blocks others as briefly as possible, and so on down to the smallest value. A poll
// that found the queue empty needs an instant at which no value is certainly in the
// queue. (Lee & Mathur, arXiv 2410.04581, use a segment tree for this rule. Since free
// instants are only ever taken, union-find over neighbours that are taken works as
// well, and is nearly linear.)
//
// # What is derived here
//
// A peek that saw a value needs an instant like its poll, and keeps the value in the
// queue: from the earliest of the latest instants of its operations to the latest of
// their earliest instants.
//
// A pending insert took effect exactly if its value was seen. A pending poll may
// have taken any value that no other operation took. If no pending poll is needed, or
// if all of them together are not enough even when each may take any number of
// values, the answer is certain. In between, a search gives pending polls to values
// that block others: first by the times by which these must be gone, then in every
// possible way, until its budget is spent and the history is undecided.
package pqueue

import "simrun/check/rules"

// The operations of a priority queue. Values are ranks: the greatest comes first.
const (
	Insert rules.Kind = iota // put Value in
	Poll                     // took the greatest value, which is Value; if pending, Value is rules.None
	Peek                     // saw that Value is the greatest
	Empty                    // found nothing
)

// Patterns of violation, and the roles in them.
const (
	// ThinAir: "reader" got a value that nobody inserted.
	ThinAir = "value from thin air"
	// PolledTwice: "first" and "second" both took a value that was inserted once.
	PolledTwice = "value polled twice"
	// TooEarly: "reader" got the value of "insert" and ended before that began.
	TooEarly = "value seen before its insert"
	// TooLate: "reader" began after "poll" had ended, and saw its value.
	TooLate = "value seen after its poll"
	// Surpassed: at each instant at which "reader" can have got its value, a greater value of an "in" was there.
	Surpassed = "value polled while a greater one was there"
	// NotEmpty: "reader" found nothing, though at each instant of its time some value of an "in" was there.
	NotEmpty = "found empty while it was not"
	// Unexplained: no choice of values for the pending polls explains all results of "reader"s.
	Unexplained = "no choice of values for the pending polls fits"
)

// Check decides the history ops of a priority queue that is initially empty. It
// takes nearly linear time in len(ops). It is not applicable if two operations insert
// the same value. The package comment says when it is undecided.
func Check(ops []rules.Op) rules.Result {
	at, n, why := rules.Events(ops)
	if why != "" {
		return rules.Reject(why)
	}
	h := &history{ops: ops, at: at, values: make([]value, n)}
	if why := h.findInserts(); why != "" {
		return rules.Reject(why)
	}
	if bad := h.findFronts(); bad != nil {
		return *bad
	}
	h.prepare()
	bad := h.place()
	if bad == nil {
		return h.arrange()
	}
	if len(h.pending) > 0 {
		return h.choose(bad)
	}
	return h.explain(bad)
}

// value is what the history says about one value.
type value struct {
	insert, poll int32 // operations, or None; poll is a completed one
	peeks        int32 // how many
	seen         int32 // latest call of peeks and poll, or -1
	gone         int32 // earliest return of peeks and poll, or Never
	taken        int32 // what took it: poll, or the pending poll that was chosen for it, or None

	comes, goes int32 // it is certainly in the queue between these; goes is Never if it stays
}

type history struct {
	ops    []rules.Op
	at     []int32 // operation by position of event
	values []value

	peeks, firstPeek []int32 // completed peeks; those of value v begin at firstPeek[v]
	instants         []int32 // by operation, where known
	pending          []int32 // pending polls, in order of call
	free             freed
}

// there reports whether v was certainly in the queue at some time.
func (h *history) there(v *value) bool {
	return v.insert != rules.None && (!h.ops[v.insert].Pending() || v.seen >= 0)
}

func (h *history) violated(pattern string, roles []rules.Role, more ...int32) *rules.Result {
	r := rules.Violated(h.ops, pattern, roles, more...)
	return &r
}

func (h *history) findInserts() string {
	for v := range h.values {
		h.values[v] = value{insert: rules.None, poll: rules.None, taken: rules.None, seen: -1, gone: rules.Never}
	}
	for i := range h.ops {
		op := &h.ops[i]
		switch {
		case op.Kind > Empty:
			return "an operation has a kind that priority queues do not have"
		case op.Kind == Empty || op.Pending() && op.Kind != Insert:
			continue
		case op.Value == rules.None:
			return "an operation has no value"
		case op.Kind == Insert:
			if h.values[op.Value].insert != rules.None {
				return "two operations insert the same value"
			}
			h.values[op.Value].insert = int32(i)
		}
	}
	return ""
}

// findFronts finds the completed peeks and polls of each value, and returns a
// violation that concerns one value alone, or nil.
func (h *history) findFronts() *rules.Result {
	for i := range h.ops {
		op := &h.ops[i]
		if op.Pending() || op.Kind != Poll && op.Kind != Peek {
			continue
		}
		v := &h.values[op.Value]
		reader := rules.Role{Name: "reader", Op: int32(i)}
		if v.insert == rules.None {
			return h.violated(ThinAir, []rules.Role{reader})
		}
		if op.Ret < h.ops[v.insert].Call {
			return h.violated(TooEarly, []rules.Role{{Name: "insert", Op: v.insert}, reader})
		}
		v.seen = max(v.seen, op.Call)
		v.gone = min(v.gone, op.Ret)
		if op.Kind == Peek {
			v.peeks++
			continue
		}
		if v.poll != rules.None {
			return h.violated(PolledTwice, []rules.Role{{Name: "first", Op: v.poll}, {Name: "second", Op: int32(i)}}, v.insert)
		}
		v.poll, v.taken = int32(i), int32(i)
	}
	for i := range h.values {
		v := &h.values[i]
		if v.poll != rules.None && h.ops[v.poll].Ret < v.seen {
			return h.violated(TooLate, []rules.Role{{Name: "poll", Op: v.poll}, {Name: "reader", Op: h.at[v.seen]}}, v.insert)
		}
	}
	return nil
}

// prepare sorts the peeks by value and finds the pending polls.
func (h *history) prepare() {
	var n int32
	h.firstPeek = make([]int32, len(h.values))
	for v := range h.values {
		h.firstPeek[v] = n
		n += h.values[v].peeks
	}
	h.peeks = make([]int32, n)
	h.instants = make([]int32, len(h.ops))
	fill := append([]int32(nil), h.firstPeek...)
	for p, i := range h.at {
		op := &h.ops[i]
		switch {
		case op.Call != int32(p):
		case op.Kind == Peek && !op.Pending():
			h.peeks[fill[op.Value]] = i
			fill[op.Value]++
		case op.Kind == Poll && op.Pending():
			h.pending = append(h.pending, i)
		}
	}
}
