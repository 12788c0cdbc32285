// Package register decides in linear time whether the history of a register
// with read, write and compare-and-set is linearizable, if every value is
// written at most once and the initial value never.
//
// # The rule
//
// A value, the operation that wrote it, and the reads that returned it form a
// cluster: between the write and the last read no operation of another cluster may
// take effect. Let s be the latest call of a cluster and f its earliest return. If
// f < s the register certainly held the value throughout [f, s], its forward zone;
// if not, the whole cluster fits in one instant of [s, f], its backward zone. A
// history is linearizable exactly if no read ended before its write began, no
// two forward zones overlap, and no backward zone is within a forward one
// (Gibbons & Korach, "Testing shared memories", SIAM J. Comput. 1997, section 4).
//
// # What is derived here
//
// A successful compare-and-set from a to b must directly follow the cluster of a.
// So clusters that are joined by compare-and-sets form a chain, which can only move
// as a whole: the zone of a chain is that of all its operations, and its operations
// must also fit the order of the chain. Two successful compare-and-sets from one
// value, or a cycle of them, are violations. A compare-and-set that failed and
// returned the value that it found is a read.
//
// A pending write or compare-and-set whose value was seen took effect, at any
// time after its call. One whose value nobody saw can be removed from every
// linearization, since the next operation overwrites a value that nobody reads. A
// pending read constrains nothing. This part has no published proof: the tests
// compare it with porcupine on hundreds of thousands of histories.
package register

import "simrun/check/rules"

// The operations of a register. In all of them Value is the register's value
// after the operation.
const (
	Read      rules.Kind = iota // returned Value
	Write                       // wrote Value
	CAS                         // found From and wrote Value
	FailedCAS                   // found Value, which is not From, and wrote nothing
)

// Patterns of violation, and the roles in them.
const (
	// ThinAir: "reader" found a value that no operation wrote.
	ThinAir = "value from thin air"
	// RefusedMatch: "reader" is a compare-and-set that failed although it found what it expected.
	RefusedMatch = "compare-and-set refused the value it expected"
	// DoubleCAS: "first" and "second" both replaced the value that "writer" wrote once.
	DoubleCAS = "two compare-and-sets succeeded from one write"
	// Circle: each "link" is a compare-and-set that needs the value of the next, and the last needs that of the first.
	Circle = "compare-and-sets that need each other"
	// Reversed: "early" ended before "late" began, and yet the value of "late" comes before that of "early".
	// If both have the same value, "late" wrote it.
	Reversed = "value seen before it can have been written"
	// Overlap: the register held the first value from the return of "first ended" to the call of
	// "first began", and the second value from "second ended" to "second began"; these times overlap.
	Overlap = "two values at one time"
	// Enclosed: like Overlap, but the second value was written and read between the call of "second began" and
	// the return of "second ended", within the time of the first.
	Enclosed = "value within the time of another"
)

// Check decides the history ops of a register whose initial value is initial, or
// [rules.None] if no operation uses that value. It takes time and memory linear in
// len(ops). It is not applicable if two operations write the same value, or if one
// writes the initial value; it is never undecided.
func Check(ops []rules.Op, initial int32) rules.Result {
	at, n, why := rules.Events(ops)
	if why != "" {
		return rules.Reject(why)
	}
	h := history{ops: ops, at: at, initial: initial, values: make([]value, max(n, initial+1))}
	if why := h.findWriters(); why != "" {
		return rules.Reject(why)
	}
	if bad := h.include(); bad != nil {
		return *bad
	}
	if bad := h.link(); bad != nil {
		return *bad
	}
	if bad := h.measure(); bad != nil {
		return *bad
	}
	return h.arrange()
}

// value is what the history says about one value.
type value struct {
	writer int32 // the operation that wrote it, or None
	next   int32 // the value that a compare-and-set replaced it with, or None
	seer   int32 // an operation that found it, or None
	lo     int32 // the latest call of its reads; before if it has none
	hi     int32 // the earliest return of its reads; Never if it has none
	reads  int32 // how many reads it has
}

// before is the position of the initial value's virtual write, which precedes all events.
const before int32 = -1

type history struct {
	ops     []rules.Op
	at      []int32 // operation by position of event
	initial int32
	values  []value
	zones   []zone  // by root of a chain, which is its first value
	root    []int32 // by position: the root of the chain whose zone starts there, or None
}

// zone is the time of a chain: forward if ended < began, else backward.
type zone struct {
	began int32 // the latest call
	ended int32 // the earliest return
}

func (z zone) forward() bool { return z.ended < z.began }
func (z zone) start() int32  { return min(z.ended, z.began) }

func mutates(k rules.Kind) bool { return k == Write || k == CAS }

// findWriters finds the operation that wrote each value. It returns why the history is
// ambiguous, or "".
func (h *history) findWriters() string {
	for v := range h.values {
		h.values[v] = value{writer: rules.None, next: rules.None, seer: rules.None, lo: before, hi: rules.Never}
	}
	for i := range h.ops {
		op := &h.ops[i]
		if op.Kind > FailedCAS {
			return "an operation has a kind that registers do not have"
		}
		if op.Value == rules.None && (!op.Pending() || mutates(op.Kind)) || op.From == rules.None && op.Kind >= CAS {
			return "an operation has no value"
		}
		if !mutates(op.Kind) {
			continue
		}
		if op.Value == h.initial {
			return "an operation writes the initial value"
		}
		if h.values[op.Value].writer != rules.None {
			return "two operations write the same value"
		}
		h.values[op.Value].writer = int32(i)
	}
	return ""
}

// include finds the pending operations that must have taken effect, and when each
// value was read.
func (h *history) include() *rules.Result {
	for i := range h.ops {
		op := &h.ops[i]
		if op.Pending() {
			continue
		}
		seen := op.Value
		switch op.Kind {
		case Write:
			continue
		case CAS:
			seen = op.From
		case FailedCAS:
			if op.Value == op.From {
				r := rules.Violated(h.ops, RefusedMatch, []rules.Role{{Name: "reader", Op: int32(i)}})
				return &r
			}
			fallthrough
		case Read:
			v := &h.values[op.Value]
			v.lo = max(v.lo, op.Call)
			v.hi = min(v.hi, op.Ret)
			v.reads++
		}
		if bad := h.see(seen, int32(i)); bad != nil {
			return bad
		}
	}
	return nil
}

// see records that an operation found value v, and follows pending compare-and-sets
// from there: one that took effect found its own old value.
func (h *history) see(v, seer int32) *rules.Result {
	for h.values[v].seer == rules.None {
		h.values[v].seer = seer
		if v == h.initial {
			return nil
		}
		w := h.values[v].writer
		if w == rules.None {
			r := rules.Violated(h.ops, ThinAir, []rules.Role{{Name: "reader", Op: seer}}, h.seers(seer)...)
			return &r
		}
		if op := &h.ops[w]; !op.Pending() || op.Kind != CAS {
			return nil
		}
		seer, v = w, h.ops[w].From
	}
	return nil
}

// included reports whether the write or compare-and-set i took effect.
func (h *history) included(i int32) bool {
	op := &h.ops[i]
	return mutates(op.Kind) && (!op.Pending() || h.values[op.Value].seer != rules.None)
}

// link joins the values by compare-and-sets. It checks that these form no cycle and
// that no two of them replaced the same value.
func (h *history) link() *rules.Result {
	visit := make([]int32, len(h.values)) // 1 + the operation from which a value was reached
	for i := range h.ops {
		if h.ops[i].Kind != CAS || !h.included(int32(i)) {
			continue
		}
		for v := h.ops[i].Value; ; {
			w := h.values[v].writer
			if visit[v] != 0 || w == rules.None || h.ops[w].Kind != CAS {
				if visit[v] == int32(i)+1 {
					return h.circle(v)
				}
				break
			}
			visit[v] = int32(i) + 1
			v = h.ops[w].From
		}
	}
	for i := range h.ops {
		op := &h.ops[i]
		if op.Kind != CAS || !h.included(int32(i)) {
			continue
		}
		from := &h.values[op.From]
		if from.next != rules.None {
			first := h.values[from.next].writer
			r := h.violated(DoubleCAS, []rules.Role{{Name: "first", Op: first}, {Name: "second", Op: int32(i)}}, []int32{op.From})
			return &r
		}
		from.next = op.Value
	}
	return nil
}
