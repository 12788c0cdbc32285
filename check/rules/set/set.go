// Package set decides in linear time whether the history of a set with insert,
// remove and contains is linearizable, if every value is inserted at most once.
//
// # The rule
//
// Values are independent, so each is decided alone (linearizability is local:
// Herlihy & Wing, TOPLAS 1990). Let m be the earliest return and M the latest call
// among the operations that saw v in the set: its insert, its remove, and each
// contains that found it. The insert must begin before m, and the remove must end
// after M. If m < M, the value was in the set throughout [m, M], so no operation that
// missed it may be within; if v is never removed, M is the end of time. If m > M, v
// can come and go in one instant, which affects no other operation. (Abdulla et al.,
// "Efficient linearizability monitoring", PLDI 2025; Lee & Mathur, arXiv 2410.04581.)
//
// # What is derived here
//
// A pending insert took effect exactly if somebody saw its value. Of several pending
// removes the earliest is as good as any other, and it only takes effect if an
// operation missed a value that nobody else removed. Both are decided for each value
// alone, and therefore exactly.
package set

import "simrun/check/rules"

// The operations of a set. All have a value. An insert that found its value in the set
// already is a Contains; a remove that did not find its value is a Missing.
const (
	Insert   rules.Kind = iota // added Value, which was not in the set
	Remove                     // removed Value, which was in the set
	Contains                   // saw Value in the set
	Missing                    // saw that Value is not in the set
)

// Patterns of violation, and the roles in them.
const (
	// ThinAir: "reader" saw a value that no operation inserted.
	ThinAir = "value from thin air"
	// TooEarly: "reader" saw the value of "insert" and ended before that began.
	TooEarly = "value seen before its insert"
	// TooLate: "reader" began after "remove" had ended, and saw its value.
	TooLate = "value seen after its remove"
	// RemovedTwice: "first" and "second" both removed a value that was inserted once.
	RemovedTwice = "value removed twice"
	// Missed: "reader" missed the value of "insert", which was in the set from the end of "present" to the
	// beginning of "still present", or forever if no operation has that role.
	Missed = "value missed while it was in the set"
)

// Check decides the history ops of a set that is initially empty. It takes time and
// memory linear in len(ops). It is not applicable if two operations insert the same
// value; it is never undecided.
func Check(ops []rules.Op) rules.Result {
	at, n, why := rules.Events(ops)
	if why != "" {
		return rules.Reject(why)
	}
	h := history{ops: ops, at: at, values: make([]value, n)}
	if why := h.findInserts(); why != "" {
		return rules.Reject(why)
	}
	if bad := h.gather(); bad != nil {
		return *bad
	}
	if bad := h.judge(); bad != nil {
		return *bad
	}
	return h.arrange()
}

// value is what the history says about one value.
type value struct {
	insert, remove int32 // operations, or None
	came           int32 // earliest return of the operations that saw it, including its insert and remove
	went           int32 // latest call of these; Never if nobody removed it
	missed         int32 // latest call of the operations that missed it
	seen           bool  // by an operation other than its insert
}

type history struct {
	ops    []rules.Op
	at     []int32 // operation by position of event
	values []value
}

func (h *history) violated(pattern string, roles []rules.Role, more ...int32) *rules.Result {
	r := rules.Violated(h.ops, pattern, roles, more...)
	return &r
}

func (h *history) findInserts() string {
	for v := range h.values {
		h.values[v] = value{insert: rules.None, remove: rules.None, came: rules.Never, went: -1, missed: -1}
	}
	for i := range h.ops {
		op := &h.ops[i]
		if op.Kind > Missing {
			return "an operation has a kind that sets do not have"
		}
		if op.Value == rules.None {
			return "an operation has no value"
		}
		if op.Kind == Insert {
			if h.values[op.Value].insert != rules.None {
				return "two operations insert the same value"
			}
			h.values[op.Value].insert = int32(i)
		}
	}
	return ""
}

// gather finds the operations that saw and that missed each value.
func (h *history) gather() *rules.Result {
	for i := range h.ops {
		op := &h.ops[i]
		v := &h.values[op.Value]
		if op.Pending() {
			continue
		}
		if op.Kind == Missing {
			v.missed = max(v.missed, op.Call)
			continue
		}
		v.came = min(v.came, op.Ret)
		v.went = max(v.went, op.Call)
		if op.Kind == Insert {
			continue
		}
		v.seen = true
		if v.insert == rules.None {
			return h.violated(ThinAir, []rules.Role{{Name: "reader", Op: int32(i)}})
		}
		if op.Kind == Remove {
			if v.remove != rules.None {
				return h.violated(RemovedTwice, []rules.Role{{Name: "first", Op: v.remove}, {Name: "second", Op: int32(i)}}, v.insert)
			}
			v.remove = int32(i)
		}
	}
	h.removePending()
	return nil
}

// removePending lets the earliest pending remove of a value take effect if somebody
// missed the value after it was inserted, and nobody else removed it.
func (h *history) removePending() {
	for i := range h.ops {
		op := &h.ops[i]
		v := &h.values[op.Value]
		if op.Kind != Remove || !op.Pending() || v.missed <= v.came {
			continue
		}
		if v.remove == rules.None || h.ops[v.remove].Pending() && op.Call < h.ops[v.remove].Call {
			v.remove = int32(i)
		}
	}
}

// judge compares the time in which each value was in the set with its insert, its
// remove, and the operations that missed it.
func (h *history) judge() *rules.Result {
	for i := range h.values {
		v := &h.values[i]
		if !h.included(v) {
			continue
		}
		insert := &h.ops[v.insert]
		v.went = max(v.went, insert.Call)
		if insert.Call > v.came {
			return h.violated(TooEarly, []rules.Role{{Name: "insert", Op: v.insert}, {Name: "reader", Op: h.at[v.came]}})
		}
		if v.remove == rules.None {
			v.went = rules.Never
			continue
		}
		remove := &h.ops[v.remove]
		v.went = max(v.went, remove.Call)
		if remove.Ret < v.went {
			return h.violated(TooLate, []rules.Role{{Name: "remove", Op: v.remove}, {Name: "reader", Op: h.at[v.went]}}, v.insert)
		}
	}
	for i := range h.ops {
		op := &h.ops[i]
		v := &h.values[op.Value]
		if op.Kind == Missing && !op.Pending() && h.included(v) && v.came < op.Call && op.Ret < v.went {
			return h.missed(int32(i), v)
		}
	}
	return nil
}

// included reports whether v was ever in the set.
func (h *history) included(v *value) bool {
	return v.insert != rules.None && (v.seen || !h.ops[v.insert].Pending())
}

// missed returns the violation of reader, which missed v. A remove that began after
// the reader had ended is not part of it; one that began earlier is, together with the
// operation that saw v after the reader.
func (h *history) missed(reader int32, v *value) *rules.Result {
	roles := []rules.Role{{Name: "reader", Op: reader}, {Name: "insert", Op: v.insert}, {Name: "present", Op: h.at[v.came]}}
	if v.remove == rules.None || h.ops[v.remove].Call == v.went {
		return h.violated(Missed, roles)
	}
	return h.violated(Missed, append(roles, rules.Role{Name: "still present", Op: h.at[v.went]}), v.remove)
}

// arrange gives each operation an instant within its time and puts them in order. A
// value comes as late and goes as early as possible; at the same instant inserts come
// before reads, and reads before removes.
func (h *history) arrange() rules.Result {
	instants := make([]int32, len(h.ops))
	first := make([]int32, len(h.at)+1)
	for i := range h.ops {
		t := h.instant(int32(i))
		instants[i] = t
		if t != rules.Never {
			first[t+1]++
		}
	}
	for p := range h.at {
		first[p+1] += first[p]
	}
	order := make([]int32, first[len(h.at)])
	for _, rank := range [...][2]rules.Kind{{Insert, Insert}, {Contains, Missing}, {Remove, Remove}} {
		for i, t := range instants {
			if k := h.ops[i].Kind; t != rules.Never && rank[0] <= k && k <= rank[1] {
				order[first[t]] = int32(i)
				first[t]++
			}
		}
	}
	return rules.Result{Answer: rules.Linearizable, Order: order}
}

// instant returns when an operation takes effect, or Never.
func (h *history) instant(i int32) int32 {
	op := &h.ops[i]
	v := &h.values[op.Value]
	comes := min(v.came, v.went)
	switch {
	case op.Kind == Insert && h.included(v):
		return comes
	case op.Kind == Remove && v.remove == i && h.included(v):
		return v.went
	case op.Pending():
		return rules.Never
	case op.Kind == Contains:
		return max(comes, op.Call)
	}
	if h.included(v) && op.Call > comes { // it missed the value, and began after the value came
		return op.Ret
	}
	return op.Call
}
