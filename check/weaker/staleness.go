package weaker

import (
	"fmt"
	"slices"

	"simrun/check"
	"simrun/check/rules"
	zones "simrun/check/rules/register"
	"simrun/history"
)

// Stale says how far a history of registers is from a linearizable one.
type Stale struct {
	// Time bounds the age of the values that reads returned. It is the smallest t for
	// which the history is linearizable if every read began t earlier: the value that a
	// read returned was current at most t before the read began, or later (Δ-atomicity:
	// Golab, Li and Shah: Analyzing Consistency Properties for Fun and Profit, PODC
	// 2011). It is zero if the history is linearizable. A compare-and-set that succeeded
	// is not a read here: it acted on the value that it found, and is not moved.
	Time Bound
	// Versions bounds by how many writes reads were behind. It is the smallest k for
	// which the operations have an order, in real time as for linearizability, in
	// which every read returns one of the k latest writes before it (k-atomicity:
	// Aiyer, Alvisi and Bazzi: On the Availability of Non-strict Quorum Systems, DISC
	// 2005). It is one if the history is linearizable; the initial value counts as a
	// write. A compare-and-set that succeeded must find the latest value.
	Versions Bound
}

// Bound is the smallest number that explains a history.
type Bound struct {
	Outcome check.Outcome // Valid: Least is the number. Violation: no number explains the history. Unknown: see Reason
	Least   int64         // in nanoseconds for Stale.Time, in versions for Stale.Versions
	Reason  string        // why there is no number, or why it is unknown; if valid, the operations that need it, or "" if linearizable
	Key     string        // key of the register that needs it
	Core    []int         // operations that no smaller number explains, as indices of invocations; nil if the history is linearizable
}

// maxVersions bounds k: a search for larger ones would take too long.
const maxVersions = 8

// Staleness finds out how old the values were that reads returned. The specification
// must be register, cas-register or kv.
//
// Time is exact if every value is written once, and takes n log n steps for each step
// of its binary search; otherwise it is Unknown. Versions is decided by a search, up to
// k = 8 and within the budget of Options for each k and register, since no fast
// algorithm is known beyond k = 2 (Golab, Hurwitz and Li: On the
// k-Atomicity-Verification Problem, ICDCS 2013). If it is more than one, Core is the
// operation that has no explanation with fewer versions.
func Staleness(spec check.Spec, events []history.Event, opts Options) (Stale, error) {
	budget, err := opts.budget()
	if err != nil {
		return Stale{}, err
	}
	l, err := languageOf(spec)
	if err != nil || spec.Name() == "multi-register" {
		return Stale{}, fmt.Errorf("expected the specification register, cas-register or kv, got %s: its reads are not of one version each", spec.Name())
	}
	ops, err := check.Explainable(spec, events)
	if err != nil {
		return Stale{}, err
	}
	s := Stale{Time: Bound{Outcome: check.Valid}, Versions: Bound{Outcome: check.Valid, Least: 1}}
	for i := range ops {
		if _, ok := l(&ops[i]); !ok {
			b := Bound{Outcome: check.Unknown, Reason: opts.says(spec, &ops[i]) + " has no known version", Key: ops[i].Key}
			return Stale{b, b}, nil
		}
	}
	keys, parts := byKey(ops)
	for i, key := range keys {
		a := &age{ops: parts[i], language: l, spec: spec, opts: opts}
		time := a.time(key)
		s.Time = worst(s.Time, time)
		switch {
		case time.Outcome == check.Valid && time.Least == 0:
		case time.Outcome == check.Violation: // if no age explains it, no number of versions does: both only relax reads
			s.Versions = worst(s.Versions, time)
		default:
			s.Versions = worst(s.Versions, a.versions(key, budget))
		}
	}
	return s, nil
}

// byKey splits operations by register, in order of first invocation.
func byKey(ops []history.Operation) (keys []string, parts [][]history.Operation) {
	number := make(map[string]int)
	for i := range ops {
		n, ok := number[ops[i].Key]
		if !ok {
			n = len(keys)
			number[ops[i].Key] = n
			keys, parts = append(keys, ops[i].Key), append(parts, nil)
		}
		parts[n] = append(parts[n], ops[i])
	}
	return keys, parts
}

// worst returns the bound for two registers together.
func worst(a, b Bound) Bound {
	rank := func(b Bound) int {
		return slices.Index([]check.Outcome{check.Valid, check.Unknown, check.Violation}, b.Outcome)
	}
	if rank(b) > rank(a) || rank(b) == rank(a) && b.Least > a.Least {
		return b
	}
	return a
}

// age is the history of one register, for both bounds.
type age struct {
	ops      []history.Operation
	language language
	spec     check.Spec
	opts     Options
}

// time finds Stale.Time by binary search: a history that is linearizable if reads began
// t earlier is also linearizable for any greater t.
func (a *age) time(key string) Bound {
	most := history.Time(0)
	for i := range a.ops {
		most = max(most, a.ops[i].Call+1) // enough for every read to begin before all other events
	}
	h := a.intervals()
	r := h.check(0)
	switch r.Answer {
	case rules.Linearizable:
		return Bound{Outcome: check.Valid}
	case rules.NotApplicable, rules.Undecided:
		return Bound{Outcome: check.Unknown, Reason: "the age of reads is unknown: " + r.Why, Key: key}
	}
	low, high := history.Time(0), most // low is a violation, high may be none
	if last := h.check(most); last.Answer != rules.Linearizable {
		b := a.demands(h, last, key)
		b.Outcome = check.Violation
		b.Reason = "no age of reads explains " + b.Reason
		return b
	}
	for high-low > 1 {
		mid := low + (high-low)/2
		if again := h.check(mid); again.Answer == rules.Linearizable {
			high = mid
		} else {
			low, r = mid, again
		}
	}
	b := a.demands(h, r, key)
	b.Outcome, b.Least = check.Valid, int64(high)
	return b
}

// demands returns a bound with the operations of a violation as its reason and core.
func (a *age) demands(h *shifted, r rules.Result, key string) Bound {
	b := Bound{Key: key}
	for k, n := range r.Core {
		op := &a.ops[h.from[n]]
		b.Core = append(b.Core, op.Invoke)
		switch {
		case k == 6:
			b.Reason += fmt.Sprintf("; and %d more", len(r.Core)-k)
		case k < 6:
			if k > 0 {
				b.Reason += "; "
			}
			b.Reason += a.opts.says(a.spec, op)
		}
	}
	return b
}

// shifted is the history of a register whose reads can be moved to an earlier time.
type shifted struct {
	ops   []rules.Op
	from  []int32 // for each: its position in the operations
	calls []moment
	rets  []moment
	read  []bool
}

// moment is an event of a history. Events at the same time are in order of index.
type moment struct {
	time  history.Time
	index int
}

// intervals translates the operations for the rule.
func (a *age) intervals() *shifted {
	h := &shifted{}
	number := map[history.Value]int32{history.Null: 0}
	value := func(v history.Value) int32 {
		n, ok := number[v]
		if !ok {
			n = int32(len(number))
			number[v] = n
		}
		return n
	}
	for i := range a.ops {
		op := &a.ops[i]
		all, _ := a.language(op)
		if len(all) == 0 {
			continue // a read that never completed
		}
		m := rules.Op{Kind: zones.Read, Value: value(all[0].value), From: rules.None}
		switch {
		case len(all) == 2:
			m.Kind, m.From, m.Value = zones.CAS, m.Value, value(all[1].value)
		case all[0].write:
			m.Kind = zones.Write
		}
		h.ops, h.from, h.read = append(h.ops, m), append(h.from, int32(i)), append(h.read, m.Kind == zones.Read)
		h.calls = append(h.calls, moment{op.Call, op.Invoke})
		ret := moment{op.Return, op.Complete}
		if op.Outcome == history.Info {
			ret = moment{history.Never, -1}
		}
		h.rets = append(h.rets, ret)
	}
	return h
}
