package pqueue_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"simrun/check/rules"
	"simrun/check/rules/pqueue"
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
			Name:    "a value that nobody inserted",
			Ops:     []rules.Op{{Call: 0, Ret: 1, Value: 0, From: none, Kind: pqueue.Poll}},
			Pattern: pqueue.ThinAir, Core: []int32{0},
		},
		{
			Name: "a smaller value is polled first",
			Ops: []rules.Op{
				{Call: 0, Ret: 1, Value: 0, From: none, Kind: pqueue.Insert},
				{Call: 2, Ret: 3, Value: 1, From: none, Kind: pqueue.Insert},
				{Call: 4, Ret: 5, Value: 0, From: none, Kind: pqueue.Poll},
				{Call: 6, Ret: 7, Value: 1, From: none, Kind: pqueue.Poll},
			},
			Pattern: pqueue.Surpassed, Core: []int32{0, 1, 2, 3},
		},
		{
			Name: "the greater value came later",
			Ops: []rules.Op{
				{Call: 0, Ret: 1, Value: 0, From: none, Kind: pqueue.Insert},
				{Call: 2, Ret: 5, Value: 1, From: none, Kind: pqueue.Insert},
				{Call: 3, Ret: 4, Value: 0, From: none, Kind: pqueue.Poll},
				{Call: 6, Ret: 7, Value: 1, From: none, Kind: pqueue.Poll},
			},
		},
		{
			Name: "a pending poll may have taken the greater value",
			Ops: []rules.Op{
				{Call: 0, Ret: 1, Value: 0, From: none, Kind: pqueue.Insert},
				{Call: 2, Ret: 3, Value: 1, From: none, Kind: pqueue.Insert},
				{Call: 4, Ret: never, Value: none, From: none, Kind: pqueue.Poll},
				{Call: 5, Ret: 6, Value: 0, From: none, Kind: pqueue.Poll},
			},
		},
		{
			Name: "one pending poll cannot have taken two",
			Ops: []rules.Op{
				{Call: 0, Ret: 1, Value: 0, From: none, Kind: pqueue.Insert},
				{Call: 2, Ret: 3, Value: 1, From: none, Kind: pqueue.Insert},
				{Call: 4, Ret: 5, Value: 2, From: none, Kind: pqueue.Insert},
				{Call: 6, Ret: never, Value: none, From: none, Kind: pqueue.Poll},
				{Call: 7, Ret: 8, Value: 0, From: none, Kind: pqueue.Poll},
			},
			Pattern: pqueue.Unexplained, Core: []int32{0, 1, 2, 3, 4},
		},
		{
			Name: "two greater values that follow one another",
			Ops: []rules.Op{
				{Call: 0, Ret: 1, Value: 0, From: none, Kind: pqueue.Insert},
				{Call: 2, Ret: 3, Value: 2, From: none, Kind: pqueue.Insert},
				{Call: 4, Ret: 11, Value: 0, From: none, Kind: pqueue.Poll},
				{Call: 5, Ret: 6, Value: 1, From: none, Kind: pqueue.Insert},
				{Call: 7, Ret: 8, Value: 2, From: none, Kind: pqueue.Poll},
				{Call: 9, Ret: 10, Value: 1, From: none, Kind: pqueue.Peek},
				{Call: 12, Ret: 13, Value: 1, From: none, Kind: pqueue.Poll},
			},
			Pattern: pqueue.Surpassed, Core: []int32{0, 1, 2, 3, 4, 6},
		},
	})
}

// TestPollAfterPeek checks histories in which an earlier version of the rule allowed a
// value to be seen after its poll.
func TestPollAfterPeek(t *testing.T) {
	ops := []rules.Op{
		{Call: 1, Ret: 4, Value: 4, From: none, Kind: pqueue.Insert},
		{Call: 0, Ret: 5, Value: 3, From: none, Kind: pqueue.Insert},
		{Call: 3, Ret: 7, Value: 3, From: none, Kind: pqueue.Poll},
		{Call: 2, Ret: 11, Value: 1, From: none, Kind: pqueue.Insert},
		{Call: 6, Ret: 10, Value: 3, From: none, Kind: pqueue.Peek},
		{Call: 8, Ret: 9, Value: 4, From: none, Kind: pqueue.Poll},
	}
	r := pqueue.Check(ops)
	if r.Answer != rules.Violation {
		t.Fatal(r.Answer)
	}
	suite.JudgeCore(t, ops, r)
}

func TestNotApplicable(t *testing.T) {
	suite.Reject(t, []rulestest.Rejected{
		{Why: "two operations insert the same value", Ops: []rules.Op{
			{Call: 0, Ret: 1, Value: 1, From: none, Kind: pqueue.Insert},
			{Call: 2, Ret: never, Value: 1, From: none, Kind: pqueue.Insert},
		}},
		{Why: "an operation has no value", Ops: []rules.Op{{Call: 0, Ret: 1, Value: none, From: none, Kind: pqueue.Poll}}},
		{Why: "an operation has a kind that priority queues do not have", Ops: []rules.Op{{Call: 0, Ret: 1, Kind: 77}}},
	})
}

// TestLarge makes long histories of a correct priority queue, whose orders must replay,
// and then plants one error in each, which the rule must find.
func TestLarge(t *testing.T) {
	for _, processes := range []int{3, 20, 200} {
		for _, peek := range []int{0, 10} {
			for _, crash := range []int{0, 5} {
				t.Run(fmt.Sprint(processes, " processes ", peek, " % peeks ", crash, " ‰ pending"), func(t *testing.T) {
					t.Parallel()
					rng := rand.New(rand.NewPCG(uint64(processes), uint64(peek)))
					ops := rulestest.Simulate(rng, workload(rng, processes, 20_000, crash, 50-peek/2, peek), &object{})
					r := pqueue.Check(ops)
					if r.Answer != rules.Linearizable {
						t.Fatalf("%v: %s %v", r.Answer, r.Pattern, r.Roles)
					}
					if err := rulestest.Replay(ops, r.Order, &object{}); err != nil {
						t.Fatal(err)
					}
					for range 20 {
						if crash == 0 {
							plant(t, rng, ops, processes)
						}
					}
				})
			}
		}
	}
}

// plant exchanges the values of two polls that are far apart, the smaller one first.
func plant(t *testing.T, rng *rand.Rand, ops []rules.Op, processes int) {
	t.Helper()
	ops = slices.Clone(ops)
	var polls []int
	for i := range ops {
		if ops[i].Kind == pqueue.Poll {
			polls = append(polls, i)
		}
	}
	a := rng.IntN(len(polls) - 4*processes)
	x, y := &ops[polls[a]], &ops[polls[a+4*processes]]
	x.Value, y.Value = y.Value, x.Value
	r := pqueue.Check(ops)
	if r.Answer != rules.Violation {
		t.Fatalf("polls %d and %d exchanged: %v", a, a+4*processes, r.Answer)
	}
	if len(r.Core) <= 14 { // the model holds no more values
		suite.JudgeCore(t, ops, r)
	}
}

func BenchmarkPriorityQueue(b *testing.B) {
	for _, clients := range []int{5, 50, 500} {
		b.Run(fmt.Sprintf("clients=%d", clients), func(b *testing.B) {
			rng := rand.New(rand.NewPCG(1, 2))
			ops := rulestest.Simulate(rng, workload(rng, clients, 1_000_000, 0, 50, 0), &object{})
			b.ReportAllocs()
			b.ResetTimer()
			for b.Loop() {
				if r := pqueue.Check(ops); r.Answer != rules.Linearizable {
					b.Fatal(r.Answer)
				}
			}
			b.ReportMetric(float64(len(ops))*float64(b.N)/b.Elapsed().Seconds(), "ops/s")
		})
	}
}
