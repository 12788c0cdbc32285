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
	suite.Decide(t, []rulestest.Case{
		{Name: "nothing happened"},
		{
			Name: "the initial value is read",
			Ops:  []rules.Op{{Call: 0, Ret: 1, Value: 0, From: none}},
		},
		{
			Name:    "a value that nobody wrote",
			Ops:     []rules.Op{{Call: 0, Ret: 1, Value: 1, From: none}},
			Pattern: register.ThinAir, Core: []int32{0},
		},
		{
			Name: "a stale read",
			Ops: []rules.Op{
				{Call: 0, Ret: 1, Value: 1, From: none, Kind: register.Write},
				{Call: 2, Ret: 3, Value: 2, From: none, Kind: register.Write},
				{Call: 4, Ret: 5, Value: 1, From: none},
			},
			Pattern: register.Enclosed, Core: []int32{0, 1, 2},
		},
		{
			Name: "two writes that two clients read in different order",
			Ops: []rules.Op{
				{Call: 0, Ret: never, Value: 1, From: none, Kind: register.Write},
				{Call: 1, Ret: never, Value: 2, From: none, Kind: register.Write},
				{Call: 2, Ret: 3, Value: 1, From: none},
				{Call: 4, Ret: 5, Value: 2, From: none},
				{Call: 6, Ret: 7, Value: 1, From: none},
				{Call: 8, Ret: 9, Value: 2, From: none},
			},
			Pattern: register.Overlap, Core: []int32{0, 1, 2, 3, 4, 5},
		},
		{
			Name: "a pending compare-and-set that a read proves",
			Ops: []rules.Op{
				{Call: 0, Ret: never, Value: 1, From: 0, Kind: register.CAS},
				{Call: 1, Ret: 2, Value: 1, From: none},
				{Call: 3, Ret: 4, Value: 0, From: none},
			},
			Pattern: register.Reversed, Core: []int32{0, 1, 2},
		},
		{
			Name: "the unread pending write is not an obstacle",
			Ops: []rules.Op{
				{Call: 0, Ret: never, Value: 1, From: none, Kind: register.Write},
				{Call: 1, Ret: 2, Value: 0, From: none},
			},
		},
		{
			Name: "a failed compare-and-set reads",
			Ops: []rules.Op{
				{Call: 0, Ret: 1, Value: 1, From: none, Kind: register.Write},
				{Call: 2, Ret: 3, Value: 0, From: 2, Kind: register.FailedCAS},
			},
			Pattern: register.Enclosed, Core: []int32{0, 1},
		},
		{
			Name:    "a failed compare-and-set that should have succeeded",
			Ops:     []rules.Op{{Call: 0, Ret: 1, Value: 0, From: 0, Kind: register.FailedCAS}},
			Pattern: register.RefusedMatch, Core: []int32{0},
		},
		{
			Name: "the lower part of a chain is not part of the core",
			Ops: []rules.Op{
				{Call: 0, Ret: 1, Value: 1, From: 0, Kind: register.CAS},
				{Call: 2, Ret: 3, Value: 2, From: 1, Kind: register.CAS},
				{Call: 4, Ret: 5, Value: 3, From: 2, Kind: register.CAS},
				{Call: 6, Ret: 7, Value: 2, From: none},
			},
			Pattern: register.Reversed, Core: []int32{1, 2, 3}, Relaxed: []int32{1},
		},
		{
			Name: "regression: a pending compare-and-set that only a circle proves",
			Ops: []rules.Op{
				{Call: 0, Ret: 3, Value: 1, From: 3, Kind: register.CAS},
				{Call: 1, Ret: 4, Value: 2, From: 1, Kind: register.CAS},
				{Call: 2, Ret: never, Value: 3, From: 1, Kind: register.CAS},
			},
			Pattern: register.Circle, Core: []int32{0, 2},
		},
	})
}

func TestNotApplicable(t *testing.T) {
	suite.Reject(t, []rulestest.Rejected{
		{Why: "two operations write the same value", Ops: []rules.Op{
			{Call: 0, Ret: 1, Value: 1, From: none, Kind: register.Write},
			{Call: 2, Ret: never, Value: 1, From: 0, Kind: register.CAS},
		}},
		{Why: "an operation writes the initial value", Ops: []rules.Op{{Call: 0, Ret: 1, Value: 0, From: none, Kind: register.Write}}},
		{Why: "two events share a position", Ops: []rules.Op{
			{Call: 0, Ret: 3, Value: 1, From: none, Kind: register.Write},
			{Call: 0, Ret: 1, Value: 2, From: none, Kind: register.Write},
		}},
		{Why: "a position of an event is outside the history", Ops: []rules.Op{{Call: 1, Ret: 2, Value: 1, From: none, Kind: register.Write}}},
		{Why: "the values are not dense", Ops: []rules.Op{{Call: 0, Ret: 1, Value: 1 << 30, From: none, Kind: register.Write}}},
		{Why: "a value is negative", Ops: []rules.Op{{Call: 0, Ret: 1, Value: -2, From: none, Kind: register.Write}}},
		{Why: "an operation has no value", Ops: []rules.Op{{Call: 0, Ret: 1, Value: none, From: none}}},
		{Why: "an operation has a kind that registers do not have", Ops: []rules.Op{{Call: 0, Ret: 1, Kind: 77}}},
	})
}

// TestLarge makes long histories of a correct register, whose orders must replay, and
// then plants one stale read in each, which the rule must find.
func TestLarge(t *testing.T) {
	for _, processes := range []int{3, 20, 200} {
		for _, cas := range []int{0, 50} {
			t.Run(fmt.Sprint(processes, " processes ", cas, " % cas"), func(t *testing.T) {
				t.Parallel()
				rng := rand.New(rand.NewPCG(uint64(processes), uint64(cas)))
				ops := rulestest.Simulate(rng, workload(processes, 50_000, 10, cas), &object{})
				r := register.Check(ops, 0)
				if r.Answer != rules.Linearizable {
					t.Fatalf("%v: %s %v", r.Answer, r.Pattern, r.Roles)
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

// plantStaleRead lets one read return the value of a much earlier read.
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
	if r.Answer != rules.Violation {
		t.Fatalf("read %d returns the value of read %d: %v", reads[late], reads[early], r.Answer)
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
					if r := register.Check(ops, 0); r.Answer != rules.Linearizable {
						b.Fatal(r.Answer)
					}
				}
				b.ReportMetric(float64(len(ops))*float64(b.N)/b.Elapsed().Seconds(), "ops/s")
			})
		}
	}
}
