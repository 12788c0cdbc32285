package register_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"simrun/check/rules"
	"simrun/check/rules/register"
	"simrun/check/rules/rulestest"
)

const (
	never = rules.Never
	none  = rules.None
)

func TestPatterns(t *testing.T) {
	for _, tt := range []struct {
		name    string
		ops     []rules.Op
		pattern string // empty: linearizable
		core    []int32
		relaxed []int32
	}{
		{name: "nothing happened"},
		{
			name: "the initial value is read",
			ops:  []rules.Op{{Call: 0, Ret: 1, Value: 0, From: none}},
		},
		{
			name:    "a value that nobody wrote",
			ops:     []rules.Op{{Call: 0, Ret: 1, Value: 1, From: none}},
			pattern: register.ThinAir, core: []int32{0},
		},
		{
			name: "a stale read",
			ops: []rules.Op{
				{Call: 0, Ret: 1, Value: 1, From: none, Kind: register.Write},
				{Call: 2, Ret: 3, Value: 2, From: none, Kind: register.Write},
				{Call: 4, Ret: 5, Value: 1, From: none},
			},
			pattern: register.Enclosed, core: []int32{0, 1, 2},
		},
		{
			name: "two writes that two clients read in different order",
			ops: []rules.Op{
				{Call: 0, Ret: never, Value: 1, From: none, Kind: register.Write},
				{Call: 1, Ret: never, Value: 2, From: none, Kind: register.Write},
				{Call: 2, Ret: 3, Value: 1, From: none},
				{Call: 4, Ret: 5, Value: 2, From: none},
				{Call: 6, Ret: 7, Value: 1, From: none},
				{Call: 8, Ret: 9, Value: 2, From: none},
			},
			pattern: register.Overlap, core: []int32{0, 1, 2, 3, 4, 5},
		},
		{
			name: "a pending compare-and-set that a read proves",
			ops: []rules.Op{
				{Call: 0, Ret: never, Value: 1, From: 0, Kind: register.CAS},
				{Call: 1, Ret: 2, Value: 1, From: none},
				{Call: 3, Ret: 4, Value: 0, From: none},
			},
			pattern: register.Reversed, core: []int32{0, 1, 2},
		},
		{
			name: "the unread pending write is no obstacle",
			ops: []rules.Op{
				{Call: 0, Ret: never, Value: 1, From: none, Kind: register.Write},
				{Call: 1, Ret: 2, Value: 0, From: none},
			},
		},
		{
			name: "a failed compare-and-set reads",
			ops: []rules.Op{
				{Call: 0, Ret: 1, Value: 1, From: none, Kind: register.Write},
				{Call: 2, Ret: 3, Value: 0, From: 2, Kind: register.FailedCAS},
			},
			pattern: register.Enclosed, core: []int32{0, 1},
		},
		{
			name:    "a failed compare-and-set that should have succeeded",
			ops:     []rules.Op{{Call: 0, Ret: 1, Value: 0, From: 0, Kind: register.FailedCAS}},
			pattern: register.RefusedMatch, core: []int32{0},
		},
		{
			name: "the lower part of a chain is no part of the core",
			ops: []rules.Op{
				{Call: 0, Ret: 1, Value: 1, From: 0, Kind: register.CAS},
				{Call: 2, Ret: 3, Value: 2, From: 1, Kind: register.CAS},
				{Call: 4, Ret: 5, Value: 3, From: 2, Kind: register.CAS},
				{Call: 6, Ret: 7, Value: 2, From: none},
			},
			pattern: register.Reversed, core: []int32{1, 2, 3}, relaxed: []int32{1},
		},
		{
			name: "regression: a pending compare-and-set that only a circle proves",
			ops: []rules.Op{
				{Call: 0, Ret: 3, Value: 1, From: 3, Kind: register.CAS},
				{Call: 1, Ret: 4, Value: 2, From: 1, Kind: register.CAS},
				{Call: 2, Ret: never, Value: 3, From: 1, Kind: register.CAS},
			},
			pattern: register.Circle, core: []int32{0, 2},
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := register.Check(tt.ops, 0)
			if tt.pattern == "" {
				if r.Outcome != rules.Linearizable {
					t.Fatalf("%v (%s)", r.Outcome, r.Pattern)
				}
				return
			}
			if r.Outcome != rules.Violation || r.Pattern != tt.pattern || !slices.Equal(r.Core, tt.core) || !slices.Equal(r.Relaxed, tt.relaxed) {
				t.Errorf("%v %q core %v relaxed %v", r.Outcome, r.Pattern, r.Core, r.Relaxed)
			}
			suite.JudgeCore(t, tt.ops, r)
		})
	}
}

func TestNotApplicable(t *testing.T) {
	for _, tt := range []struct {
		why string
		ops []rules.Op
	}{
		{"two operations write the same value", []rules.Op{
			{Call: 0, Ret: 1, Value: 1, From: none, Kind: register.Write},
			{Call: 2, Ret: never, Value: 1, From: 0, Kind: register.CAS},
		}},
		{"an operation writes the initial value", []rules.Op{{Call: 0, Ret: 1, Value: 0, From: none, Kind: register.Write}}},
		{"two events share a position", []rules.Op{
			{Call: 0, Ret: 3, Value: 1, From: none, Kind: register.Write},
			{Call: 0, Ret: 1, Value: 2, From: none, Kind: register.Write},
		}},
		{"a position of an event lies outside the history", []rules.Op{{Call: 1, Ret: 2, Value: 1, From: none, Kind: register.Write}}},
		{"the values are not dense", []rules.Op{{Call: 0, Ret: 1, Value: 1 << 30, From: none, Kind: register.Write}}},
		{"a value is negative", []rules.Op{{Call: 0, Ret: 1, Value: -2, From: none, Kind: register.Write}}},
		{"an operation has no value", []rules.Op{{Call: 0, Ret: 1, Value: none, From: none}}},
		{"an operation is none of a register's", []rules.Op{{Call: 0, Ret: 1, Kind: 77}}},
	} {
		if r := register.Check(tt.ops, 0); r.Outcome != rules.NotApplicable || r.Why != tt.why {
			t.Errorf("%v %q, want %q", r.Outcome, r.Why, tt.why)
		}
	}
}

// TestLarge makes long histories of a correct register, whose orders must
// stand, and then plants one stale read in each, which must be found.
func TestLarge(t *testing.T) {
	for _, processes := range []int{3, 20, 200} {
		for _, cas := range []int{0, 50} {
			t.Run(fmt.Sprint(processes, " processes ", cas, " % cas"), func(t *testing.T) {
				t.Parallel()
				rng := rand.New(rand.NewPCG(uint64(processes), uint64(cas)))
				ops := rulestest.Simulate(rng, workload(processes, 50_000, 10, cas), &object{})
				r := register.Check(ops, 0)
				if r.Outcome != rules.Linearizable {
					t.Fatalf("%v: %s %v", r.Outcome, r.Pattern, r.Roles)
				}
				if err := rulestest.Replay(ops, r.Order, &object{}); err != nil {
					t.Fatal(err)
				}
				for range 20 {
					plantStaleRead(t, rng, ops)
				}
			})
		}
	}
}

// plantStaleRead lets one read return what another read returned long before it.
func plantStaleRead(t *testing.T, rng *rand.Rand, ops []rules.Op) {
	t.Helper()
	ops = slices.Clone(ops)
	var reads []int
	for i := range ops {
		if completedReader(ops[i]) {
			reads = append(reads, i)
		}
	}
	early := rng.IntN(len(reads) / 2)
	late := early + len(reads)/4
	a, b := &ops[reads[early]], &ops[reads[late]]
	b.Kind, b.From, b.Value = register.Read, none, a.Value
	r := register.Check(ops, 0)
	if r.Outcome != rules.Violation {
		t.Fatalf("read %d returns the value of read %d: %v", reads[late], reads[early], r.Outcome)
	}
	if len(r.Core) < 1000 { // a long chain of compare-and-sets is its own core
		suite.JudgeCore(t, ops, r)
	}
}

func BenchmarkRegister(b *testing.B) {
	for _, cas := range []int{0, 25} {
		for _, clients := range []int{5, 50, 500} {
			b.Run(fmt.Sprintf("clients=%d/cas=%d%%", clients, cas), func(b *testing.B) {
				rng := rand.New(rand.NewPCG(1, 2))
				ops := rulestest.Simulate(rng, workload(clients, 1_000_000, 10, cas), &object{})
				b.ReportAllocs()
				b.ResetTimer()
				for b.Loop() {
					if r := register.Check(ops, 0); r.Outcome != rules.Linearizable {
						b.Fatal(r.Outcome)
					}
				}
				b.ReportMetric(float64(len(ops))*float64(b.N)/b.Elapsed().Seconds(), "ops/s")
			})
		}
	}
}
