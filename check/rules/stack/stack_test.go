package stack_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"simrun/check/rules"
	"simrun/check/rules/rulestest"
	"simrun/check/rules/stack"
)

const (
	never = rules.Never
	none  = rules.None
)

func TestPatterns(t *testing.T) {
	suite.Decide(t, []rulestest.Case{
		{Name: "nothing happened"},
		{
			Name:    "a value that nobody pushed",
			Ops:     []rules.Op{{Call: 0, Ret: 1, Value: 0, From: none, Kind: stack.Pop}},
			Pattern: stack.ThinAir, Core: []int32{0},
		},
		{
			Name: "the first pushed comes out first",
			Ops: []rules.Op{
				{Call: 0, Ret: 1, Value: 0, From: none, Kind: stack.Push},
				{Call: 2, Ret: 3, Value: 1, From: none, Kind: stack.Push},
				{Call: 4, Ret: 5, Value: 0, From: none, Kind: stack.Pop},
				{Call: 6, Ret: 7, Value: 1, From: none, Kind: stack.Pop},
			},
			Pattern: stack.Crossed, Core: []int32{0, 1, 2, 3},
		},
		{
			Name: "the upper value is lost",
			Ops: []rules.Op{
				{Call: 0, Ret: 1, Value: 0, From: none, Kind: stack.Push},
				{Call: 2, Ret: 3, Value: 1, From: none, Kind: stack.Push},
				{Call: 4, Ret: 5, Value: 0, From: none, Kind: stack.Pop},
			},
			Pattern: stack.Crossed, Core: []int32{0, 1, 2},
		},
		{
			Name: "pushes at the same time may have come in either order",
			Ops: []rules.Op{
				{Call: 0, Ret: 2, Value: 0, From: none, Kind: stack.Push},
				{Call: 1, Ret: 3, Value: 1, From: none, Kind: stack.Push},
				{Call: 4, Ret: 5, Value: 0, From: none, Kind: stack.Pop},
				{Call: 6, Ret: 7, Value: 1, From: none, Kind: stack.Pop},
			},
		},
		{
			Name: "a pending pop may have taken the upper value",
			Ops: []rules.Op{
				{Call: 0, Ret: 1, Value: 0, From: none, Kind: stack.Push},
				{Call: 2, Ret: 3, Value: 1, From: none, Kind: stack.Push},
				{Call: 4, Ret: never, Value: none, From: none, Kind: stack.Pop},
				{Call: 5, Ret: 6, Value: 0, From: none, Kind: stack.Pop},
			},
		},
		{
			Name: "one pending pop cannot have taken two",
			Ops: []rules.Op{
				{Call: 0, Ret: 1, Value: 0, From: none, Kind: stack.Push},
				{Call: 2, Ret: 3, Value: 1, From: none, Kind: stack.Push},
				{Call: 4, Ret: 5, Value: 2, From: none, Kind: stack.Push},
				{Call: 6, Ret: never, Value: none, From: none, Kind: stack.Pop},
				{Call: 7, Ret: 8, Value: 0, From: none, Kind: stack.Pop},
			},
			Pattern: stack.Unexplained, Core: []int32{0, 1, 2, 3, 4},
		},
		{
			Name: "empty in spite of two values that follow one another",
			Ops: []rules.Op{
				{Call: 0, Ret: 1, Value: 0, From: none, Kind: stack.Push},
				{Call: 2, Ret: 9, Value: none, From: none, Kind: stack.Empty},
				{Call: 3, Ret: 4, Value: 1, From: none, Kind: stack.Push},
				{Call: 5, Ret: 7, Value: 0, From: none, Kind: stack.Pop},
				{Call: 6, Ret: 11, Value: 1, From: none, Kind: stack.Pop},
				{Call: 8, Ret: 10, Value: 2, From: none, Kind: stack.Push},
			},
		},
		{
			Name: "a row of three of which any two could be nested",
			Ops: []rules.Op{
				{Call: 0, Ret: 2, Value: 0, From: none, Kind: stack.Push},
				{Call: 1, Ret: 4, Value: 1, From: none, Kind: stack.Push},
				{Call: 3, Ret: 6, Value: 2, From: none, Kind: stack.Push},
				{Call: 5, Ret: 8, Value: 0, From: none, Kind: stack.Pop},
				{Call: 7, Ret: 9, Value: 1, From: none, Kind: stack.Pop},
				{Call: 10, Ret: 11, Value: 2, From: none, Kind: stack.Pop},
			},
			Pattern: stack.Crossed, Core: []int32{0, 1, 2, 3, 4, 5},
		},
	})
}

func TestNotApplicable(t *testing.T) {
	suite.Reject(t, []rulestest.Rejected{
		{Why: "two operations push the same value", Ops: []rules.Op{
			{Call: 0, Ret: 1, Value: 1, From: none, Kind: stack.Push},
			{Call: 2, Ret: never, Value: 1, From: none, Kind: stack.Push},
		}},
		{Why: "an operation has no value", Ops: []rules.Op{{Call: 0, Ret: 1, Value: none, From: none, Kind: stack.Pop}}},
		{Why: "an operation has a kind that stacks do not have", Ops: []rules.Op{{Call: 0, Ret: 1, Kind: 77}}},
	})
}

// TestLarge makes long histories of a correct stack, whose orders must replay, and then
// plants one error in each, which the rule must find.
func TestLarge(t *testing.T) {
	for _, processes := range []int{3, 20, 200} {
		for _, crash := range []int{0, 5} {
			t.Run(fmt.Sprint(processes, " processes ", crash, " ‰ pending"), func(t *testing.T) {
				t.Parallel()
				rng := rand.New(rand.NewPCG(uint64(processes), uint64(crash)))
				ops := rulestest.Simulate(rng, workload(processes, 20_000, crash, 50), &object{})
				r := stack.Check(ops)
				if r.Answer != rules.Linearizable {
					t.Fatalf("%v: %s %v", r.Answer, r.Pattern, r.Why)
				}
				if err := rulestest.Replay(ops, r.Order, &object{}); err != nil {
					t.Fatal(err)
				}
				if crash == 0 {
					for range 10 {
						plant(t, rng, ops)
					}
				}
			})
		}
	}
}

// plant exchanges the pops of two values that were certainly nested, so that the inner
// value, which was pushed long after the outer one, is popped long after it.
func plant(t *testing.T, rng *rand.Rand, ops []rules.Op) {
	t.Helper()
	ops = slices.Clone(ops)
	push, pop := map[int32]rules.Op{}, map[int32]int{}
	for i, op := range ops {
		switch op.Kind {
		case stack.Push:
			push[op.Value] = op
		case stack.Pop:
			pop[op.Value] = i
		}
	}
	for { // an inner and an outer value that are certainly nested
		a, b := rng.IntN(len(ops)), rng.IntN(len(ops))
		inner, outer := ops[a], ops[b]
		if inner.Kind != stack.Pop || outer.Kind != stack.Pop || inner.Ret > outer.Call ||
			push[outer.Value].Ret > push[inner.Value].Call || push[inner.Value].Ret > inner.Call {
			continue
		}
		ops[a].Value, ops[b].Value = outer.Value, inner.Value
		break
	}
	r := stack.Check(ops)
	if r.Answer != rules.Violation {
		t.Fatalf("two pops exchanged: %v", r.Answer)
	}
	if len(r.Core) <= 14 { // the model holds no more values
		suite.JudgeCore(t, ops, r)
	}
}

func BenchmarkStack(b *testing.B) {
	for _, clients := range []int{5, 50, 500} {
		b.Run(fmt.Sprintf("clients=%d", clients), func(b *testing.B) {
			rng := rand.New(rand.NewPCG(1, 2))
			ops := rulestest.Simulate(rng, workload(clients, 1_000_000, 0, 50), &object{})
			b.ReportAllocs()
			b.ResetTimer()
			for b.Loop() {
				if r := stack.Check(ops); r.Answer != rules.Linearizable {
					b.Fatal(r.Answer)
				}
			}
			b.ReportMetric(float64(len(ops))*float64(b.N)/b.Elapsed().Seconds(), "ops/s")
		})
	}
}
