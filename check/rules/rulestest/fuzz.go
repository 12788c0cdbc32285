package rulestest

import (
	"fmt"
	"runtime/debug"
	"slices"
	"sync"
	"testing"

	"github.com/anishathalye/porcupine"

	"simrun/check/rules"
	"simrun/internal/soak"
)

// Suite compares a rule with porcupine.
type Suite struct {
	Check func(ops []rules.Op) rules.Result
	New   func() Object
	// Model is the object for porcupine. Inputs have the type rules.Op. A pending
	// operation is always legal if it has no effect.
	Model porcupine.Model
	// Generate draws a small history.
	Generate func(rng Rand) []rules.Op
	// Seed returns the source of a shard's randomness.
	Seed func(shard uint64) Rand
	// Relax returns what a core needs of a relaxed member.
	Relax func(op rules.Op) rules.Op

	Histories     int // per shard
	MaxUndecided  int // per 10,000 histories
	MinViolations int // per 100 histories that the rule decides
}

const shards = 8

// Count holds the counts of a comparison.
type Count struct {
	Histories, Pending, Linearizable, Violations, NotApplicable, Undecided int
	Patterns                                                               map[string]int
	Core                                                                   map[int]int // violations by size of core
}

func (c *Count) add(d Count) {
	c.Histories += d.Histories
	c.Pending += d.Pending
	c.Linearizable += d.Linearizable
	c.Violations += d.Violations
	c.NotApplicable += d.NotApplicable
	c.Undecided += d.Undecided
	for k, n := range d.Patterns {
		c.Patterns[k] += n
	}
	for k, n := range d.Core {
		c.Core[k] += n
	}
}

// Run compares the rule with porcupine, checks every certificate, and logs the counts.
// It fails if there are too few violations or pending operations, or too many histories
// that the rule can't decide. It returns the counts.
func (s Suite) Run(t *testing.T) Count {
	t.Helper()
	total := Count{Patterns: map[string]int{}, Core: map[int]int{}}
	// Histories become garbage at once, and the heap is small, so collect less often.
	defer debug.SetGCPercent(debug.SetGCPercent(2000))
	var mu sync.Mutex
	t.Run("shards", func(t *testing.T) {
		for shard := range shards {
			t.Run(fmt.Sprint(shard), func(t *testing.T) {
				t.Parallel()
				c := s.shard(t, uint64(shard))
				mu.Lock()
				defer mu.Unlock()
				total.add(c)
			})
		}
	})
	t.Logf("%d histories, %d with pending operations: %d linearizable, %d violations, %d not applicable, %d undecided",
		total.Histories, total.Pending, total.Linearizable, total.Violations, total.NotApplicable, total.Undecided)
	t.Logf("patterns: %v", total.Patterns)
	t.Logf("violations by size of core: %v", total.Core)
	decided := total.Linearizable + total.Violations
	if total.Histories < soak.N(20_000, 300_000) {
		t.Errorf("only %d histories", total.Histories)
	}
	if total.Pending*100 < total.Histories*20 {
		t.Errorf("too few histories with pending operations: %d of %d", total.Pending, total.Histories)
	}
	if total.Violations*100 < decided*s.MinViolations {
		t.Errorf("too few violations: %d of %d", total.Violations, decided)
	}
	if total.Undecided*10_000 > total.Histories*s.MaxUndecided {
		t.Errorf("too many undecided: %d of %d", total.Undecided, total.Histories)
	}
	if total.NotApplicable*100 > total.Histories*10 {
		t.Errorf("too many not applicable: %d of %d", total.NotApplicable, total.Histories)
	}
	return total
}

func (s Suite) shard(t *testing.T, seed uint64) Count {
	rng := s.Seed(seed)
	c := Count{Patterns: map[string]int{}, Core: map[int]int{}}
	for range s.Histories {
		ops := s.Generate(rng)
		c.Histories++
		if slices.ContainsFunc(ops, func(op rules.Op) bool { return op.Pending() }) {
			c.Pending++
		}
		r := s.Check(ops)
		if !s.judge(t, ops, r) {
			return c
		}
		switch r.Answer {
		case rules.Linearizable:
			c.Linearizable++
		case rules.Violation:
			c.Violations++
			c.Patterns[r.Pattern]++
			c.Core[len(r.Core)]++
		case rules.Undecided:
			c.Undecided++
		case rules.NotApplicable:
			c.NotApplicable++
		}
	}
	return c
}

// judge compares one result with porcupine's and checks its certificate.
func (s Suite) judge(t *testing.T, ops []rules.Op, r rules.Result) bool {
	t.Helper()
	switch r.Answer {
	case rules.Linearizable:
		if err := Replay(ops, r.Order, s.New()); err != nil {
			t.Errorf("the order %v of a linearizable history is wrong: %v\n%s", r.Order, err, Format(ops))
			return false
		}
		if !s.Linearizable(ops) {
			t.Errorf("porcupine finds a violation, the rule a valid order: the object and the model differ\n%s", Format(ops))
			return false
		}
	case rules.Violation:
		if s.Linearizable(ops) {
			t.Errorf("porcupine finds the history linearizable, the rule says %q\n%s", r.Pattern, Format(ops))
			return false
		}
		return s.JudgeCore(t, ops, r)
	}
	return true
}

// JudgeCore checks that the core of a violation is one by itself.
func (s Suite) JudgeCore(t *testing.T, ops []rules.Op, r rules.Result) bool {
	t.Helper()
	var core []rules.Op
	for _, i := range r.Core {
		op := ops[i]
		if slices.Contains(r.Relaxed, i) {
			op = s.Relax(op)
		}
		core = append(core, op)
	}
	for _, role := range r.Roles {
		if !slices.Contains(r.Core, role.Op) {
			t.Errorf("%q: the role %+v is not in the core %v\n%s", r.Pattern, role, r.Core, Format(ops))
			return false
		}
	}
	rename(core)
	if s.Linearizable(core) {
		t.Errorf("%q: the core is linearizable\n%s\nof\n%s", r.Pattern, Format(core), Format(ops))
		return false
	}
	return true
}

// rename gives ops the least values in the same order. 0, which is the initial value of
// a register, stays.
func rename(ops []rules.Op) {
	values := []int32{0}
	for _, op := range ops {
		values = append(values, op.Value, op.From)
	}
	slices.Sort(values)
	values = slices.Compact(values)
	if values[0] == rules.None {
		values = values[1:]
	}
	name := func(v int32) int32 {
		k, ok := slices.BinarySearch(values, v)
		if !ok {
			return rules.None
		}
		return int32(k)
	}
	for i := range ops {
		ops[i].Value, ops[i].From = name(ops[i].Value), name(ops[i].From)
	}
}

// Linearizable reports whether porcupine finds ops linearizable.
func (s Suite) Linearizable(ops []rules.Op) bool {
	all := make([]porcupine.Operation, len(ops))
	for i, op := range ops {
		all[i] = porcupine.Operation{Input: op, Call: int64(op.Call), Return: int64(op.Ret)}
	}
	return porcupine.CheckOperations(s.Model, all)
}

// Model returns the porcupine model of a step function over states of 64 bits.
func Model(step func(state uint64, op rules.Op) (bool, uint64)) porcupine.Model {
	return porcupine.Model{
		Init: func() any { return uint64(0) },
		Step: func(state, input, _ any) (bool, any) {
			return step(state.(uint64), input.(rules.Op))
		},
		Equal: func(a, b any) bool { return a.(uint64) == b.(uint64) },
		Hash:  func(state any) uint64 { return state.(uint64) * 0x9e3779b97f4a7c15 },
	}
}

// Format writes a history as the source of a regression test.
func Format(ops []rules.Op) string {
	var b []byte
	for _, op := range ops {
		b = fmt.Appendf(b, "\t{Call: %d, Ret: %d, Value: %d, From: %d, Kind: %d},\n", op.Call, op.Ret, op.Value, op.From, op.Kind)
	}
	return string(b)
}
