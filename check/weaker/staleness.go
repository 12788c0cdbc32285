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
	// Time bounds the age of what reads returned. It is the smallest t for which
	// the history is linearizable if every read is taken to have begun t earlier:
	// what a read returned was current at most t before it began, or later
	// (Δ-atomicity: Golab, Li and Shah: Analyzing Consistency Properties for Fun and
	// Profit, PODC 2011). Zero if the history is linearizable. A compare-and-set
	// that succeeded is not a read here: it acted on what it found, and is not moved.
	Time Bound
	// Versions bounds how many writes reads were behind. It is the smallest k for
	// which the operations have an order, in real time as for linearizability, in
	// which every read returns one of the k latest writes before it (k-atomicity:
	// Aiyer, Alvisi and Bazzi: On the Availability of Non-strict Quorum Systems, DISC 2005). One if the
	// history is linearizable; the initial value counts as a write. A
	// compare-and-set that succeeded must find the latest.
	Versions Bound
}

// Bound is a smallest figure.
type Bound struct {
	Outcome check.Outcome // Valid: Least is it. Violation: there is none. Unknown: Reason says why
	Least   int64         // nanoseconds of Stale.Time, versions of Stale.Versions
	Reason  string        // why there is none, or it is not known; else, if not linearizable, what demands it
	Key     string        // the register that demands it
	Core    []int         // operations that no smaller figure allows, as indices of invocations; nil if the history is linearizable
}

// maxVersions bounds k: the search for larger ones would take too long.
const maxVersions = 8

// Staleness finds out how old were the values that reads returned. The
// specification must be register, cas-register or kv.
//
// Time is exact where every value is written once, in n log n steps for each
// halving of the time; else it is Unknown. Versions is decided by a search, up to
// k = 8 and within the budget of Options for each k and register, as no fast way is
// known beyond k = 2 (Golab, Hurwitz and Li: On the k-Atomicity-Verification Problem,
// ICDCS 2013); where it is above one, Core is the operation whose end left no
// way with fewer.
func Staleness(spec check.Spec, events []history.Event, opts Options) (Stale, error) {
	budget, err := opts.budget()
	if err != nil {
		return Stale{}, err
	}
	l, err := languageOf(spec)
	if err != nil || spec.Name() == "multi-register" {
		return Stale{}, fmt.Errorf("%s has no reads of one version each: staleness is for register, cas-register and kv", spec.Name())
	}
	ops, err := check.Explainable(spec, events)
	if err != nil {
		return Stale{}, err
	}
	s := Stale{Time: Bound{Outcome: check.Valid}, Versions: Bound{Outcome: check.Valid, Least: 1}}
	for i := range ops {
		if _, ok := l(&ops[i]); !ok {
			b := Bound{Outcome: check.Unknown, Reason: opts.says(spec, &ops[i]) + " tells no version", Key: ops[i].Key}
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
		case time.Outcome == check.Violation: // what no age explains, no number of versions does, as reads are all that moves
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

// worst is the bound that holds for two registers together.
func worst(a, b Bound) Bound {
	rank := func(b Bound) int {
		return slices.Index([]check.Outcome{check.Valid, check.Unknown, check.Violation}, b.Outcome)
	}
	if rank(b) > rank(a) || rank(b) == rank(a) && b.Least > a.Least {
		return b
	}
	return a
}

// age is the question for Stale.Time of one register.
type age struct {
	ops      []history.Operation
	language language
	spec     check.Spec
	opts     Options
}

// time halves the possible times: a history that is linearizable with reads begun t
// earlier is so with any greater t.
func (a *age) time(key string) Bound {
	most := history.Time(0)
	for i := range a.ops {
		most = max(most, a.ops[i].Call+1) // then every read begins before everything else
	}
	h := a.intervals()
	r := h.check(0)
	switch r.Answer {
	case rules.Linearizable:
		return Bound{Outcome: check.Valid}
	case rules.NotApplicable, rules.Undecided:
		return Bound{Outcome: check.Unknown, Reason: "the age of reads is not known, as " + r.Why, Key: key}
	}
	low, high := history.Time(0), most // a violation, and perhaps none
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

// demands names the operations that a violation is made of.
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

// shifted is a register's history whose reads can be moved to an earlier time.
type shifted struct {
	ops   []rules.Op
	from  []int32 // for each: its position in the operations
	calls []moment
	rets  []moment
	read  []bool
}

// moment is an event of a history: of those at one time the index decides.
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
