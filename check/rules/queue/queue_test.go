package queue_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"simrun/check/rules"
	"simrun/check/rules/queue"
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
			Name:    "a value that nobody enqueued",
			Ops:     []rules.Op{{Call: 0, Ret: 1, Value: 0, From: none, Kind: queue.Dequeue}},
			Pattern: queue.ThinAir, Core: []int32{0},
		},
		{
			Name: "the second comes out first",
			Ops: []rules.Op{
				{Call: 0, Ret: 1, Value: 0, From: none, Kind: queue.Enqueue},
				{Call: 2, Ret: 3, Value: 1, From: none, Kind: queue.Enqueue},
				{Call: 4, Ret: 5, Value: 1, From: none, Kind: queue.Dequeue},
				{Call: 6, Ret: 7, Value: 0, From: none, Kind: queue.Dequeue},
			},
			Pattern: queue.Overtaken, Core: []int32{0, 1, 2, 3},
		},
		{
			Name: "the first is lost",
			Ops: []rules.Op{
				{Call: 0, Ret: 1, Value: 0, From: none, Kind: queue.Enqueue},
				{Call: 2, Ret: 3, Value: 1, From: none, Kind: queue.Enqueue},
				{Call: 4, Ret: 5, Value: 1, From: none, Kind: queue.Dequeue},
			},
			Pattern: queue.Overtaken, Core: []int32{0, 1, 2},
		},
		{
			Name: "a pending dequeue may have taken the first",
			Ops: []rules.Op{
				{Call: 0, Ret: 1, Value: 0, From: none, Kind: queue.Enqueue},
				{Call: 2, Ret: 3, Value: 1, From: none, Kind: queue.Enqueue},
				{Call: 4, Ret: never, Value: none, From: none, Kind: queue.Dequeue},
				{Call: 5, Ret: 6, Value: 1, From: none, Kind: queue.Dequeue},
			},
		},
		{
			Name: "one pending dequeue cannot have taken two",
			Ops: []rules.Op{
				{Call: 0, Ret: 1, Value: 0, From: none, Kind: queue.Enqueue},
				{Call: 2, Ret: 3, Value: 1, From: none, Kind: queue.Enqueue},
				{Call: 4, Ret: 5, Value: 2, From: none, Kind: queue.Enqueue},
				{Call: 6, Ret: never, Value: none, From: none, Kind: queue.Dequeue},
				{Call: 7, Ret: 8, Value: 2, From: none, Kind: queue.Dequeue},
				{Call: 9, Ret: never, Value: none, From: none, Kind: queue.Dequeue},
			},
			Pattern: queue.Overtaken, Core: []int32{0, 1, 2, 3, 4},
		},
		{
			Name: "empty in spite of two values that follow one another",
			Ops: []rules.Op{
				{Call: 0, Ret: 1, Value: 0, From: none, Kind: queue.Enqueue},
				{Call: 2, Ret: 9, Value: none, From: none, Kind: queue.Empty},
				{Call: 3, Ret: 4, Value: 1, From: none, Kind: queue.Enqueue},
				{Call: 5, Ret: 6, Value: 0, From: none, Kind: queue.Dequeue},
				{Call: 10, Ret: 11, Value: 1, From: none, Kind: queue.Dequeue},
				{Call: 7, Ret: 8, Value: 2, From: none, Kind: queue.Enqueue},
			},
			Pattern: queue.NotEmpty, Core: []int32{0, 1, 2, 3, 4},
		},
		{
			Name: "three values whose turns do not fit, though any two do",
			Ops: []rules.Op{
				{Call: 0, Ret: 20, Value: 0, From: none, Kind: queue.Enqueue},
				{Call: 1, Ret: 2, Value: 1, From: none, Kind: queue.Enqueue},
				{Call: 3, Ret: 4, Value: 2, From: none, Kind: queue.Enqueue},
				{Call: 5, Ret: 7, Value: 0, From: none, Kind: queue.Peek},
				{Call: 6, Ret: 9, Value: 2, From: none, Kind: queue.Dequeue},
				{Call: 8, Ret: 12, Value: 1, From: none, Kind: queue.Dequeue},
				{Call: 10, Ret: 13, Value: 0, From: none, Kind: queue.Peek},
				{Call: 11, Ret: 14, Value: 3, From: none, Kind: queue.Enqueue},
				{Call: 15, Ret: 16, Value: 0, From: none, Kind: queue.Dequeue},
				{Call: 17, Ret: 18, Value: 3, From: none, Kind: queue.Dequeue},
				{Call: 19, Ret: 21, Value: none, From: none, Kind: queue.Empty},
			},
			Pattern: queue.Interleaved, Core: []int32{0, 1, 2, 3, 4, 5, 8},
		},
		{
			Name: "regression: a peek proves that a value was still there",
			Ops: []rules.Op{
				{Call: 0, Ret: 3, Value: 0, From: none, Kind: queue.Enqueue},
				{Call: 1, Ret: 8, Value: none, From: none, Kind: queue.Empty},
				{Call: 2, Ret: 11, Value: 0, From: none, Kind: queue.Dequeue},
				{Call: 4, Ret: 7, Value: none, From: none, Kind: queue.Empty},
				{Call: 5, Ret: 10, Value: none, From: none, Kind: queue.Empty},
				{Call: 6, Ret: 12, Value: 1, From: none, Kind: queue.Enqueue},
				{Call: 9, Ret: 13, Value: 0, From: none, Kind: queue.Peek},
			},
			Pattern: queue.NotEmpty, Core: []int32{0, 2, 3, 6},
		},
		{
			Name: "regression: a peek holds back the pending dequeue of its value",
			Ops: []rules.Op{
				{Call: 0, Ret: 1, Value: 0, From: none, Kind: queue.Enqueue},
				{Call: 2, Ret: 3, Value: 1, From: none, Kind: queue.Enqueue},
				{Call: 4, Ret: never, Value: none, From: none, Kind: queue.Dequeue},
				{Call: 5, Ret: 6, Value: 1, From: none, Kind: queue.Dequeue},
				{Call: 7, Ret: 8, Value: 0, From: none, Kind: queue.Peek},
			},
			Pattern: queue.Overtaken, Core: []int32{0, 1, 2, 3, 4},
		},
	})
}

// TestUndecided shows the one kind of history that the rule does not decide: here both
// values were peeked at, and the pending dequeue must have taken the one that arrived
// later.
func TestUndecided(t *testing.T) {
	ops := []rules.Op{
		{Call: 0, Ret: 4, Value: 0, From: none, Kind: queue.Enqueue},
		{Call: 1, Ret: 5, Value: 1, From: none, Kind: queue.Enqueue},
		{Call: 2, Ret: 9, Value: 1, From: none, Kind: queue.Peek},
		{Call: 3, Ret: 7, Value: 1, From: none, Kind: queue.Peek},
		{Call: 6, Ret: 10, Value: 0, From: none, Kind: queue.Peek},
		{Call: 8, Ret: never, Value: none, From: none, Kind: queue.Dequeue},
	}
	if r := queue.Check(ops); r.Answer != rules.Undecided || r.Why == "" {
		t.Errorf("%v %q", r.Answer, r.Why)
	}
	if !suite.Linearizable(ops) {
		t.Error("porcupine finds a violation")
	}
}

func TestNotApplicable(t *testing.T) {
	suite.Reject(t, []rulestest.Rejected{
		{Why: "two operations enqueue the same value", Ops: []rules.Op{
			{Call: 0, Ret: 1, Value: 1, From: none, Kind: queue.Enqueue},
			{Call: 2, Ret: never, Value: 1, From: none, Kind: queue.Enqueue},
		}},
		{Why: "an operation has no value", Ops: []rules.Op{{Call: 0, Ret: 1, Value: none, From: none, Kind: queue.Dequeue}}},
		{Why: "an operation has a kind that queues do not have", Ops: []rules.Op{{Call: 0, Ret: 1, Kind: 77}}},
	})
}

// TestLarge makes long histories of a correct queue, whose orders must replay, and then
// plants one error in each, which the rule must find.
func TestLarge(t *testing.T) {
	for _, processes := range []int{3, 20, 200} {
		for _, peek := range []int{0, 10} {
			t.Run(fmt.Sprint(processes, " processes ", peek, " % peeks"), func(t *testing.T) {
				t.Parallel()
				rng := rand.New(rand.NewPCG(uint64(processes), uint64(peek)))
				ops := rulestest.Simulate(rng, workload(processes, 50_000, 2*(10-peek), 50-peek/2, peek), &object{})
				r := queue.Check(ops)
				if r.Answer != rules.Linearizable {
					t.Fatalf("%v: %s %v", r.Answer, r.Pattern, r.Roles)
				}
				if err := rulestest.Replay(ops, r.Order, &object{}); err != nil {
					t.Fatal(err)
				}
				for range 20 {
					plant(t, rng, ops, processes)
				}
			})
		}
	}
}

// plant exchanges the values of two dequeues that are far apart.
func plant(t *testing.T, rng *rand.Rand, ops []rules.Op, processes int) {
	t.Helper()
	ops = slices.Clone(ops)
	var dequeues []int
	for i := range ops {
		if ops[i].Kind == queue.Dequeue && !ops[i].Pending() {
			dequeues = append(dequeues, i)
		}
	}
	a := rng.IntN(len(dequeues) - 4*processes)
	x, y := &ops[dequeues[a]], &ops[dequeues[a+4*processes]]
	x.Value, y.Value = y.Value, x.Value
	r := queue.Check(ops)
	if r.Answer != rules.Violation {
		t.Fatalf("dequeues %d and %d exchanged: %v", a, a+4*processes, r.Answer)
	}
	if len(r.Core) <= 14 { // the model holds no more values
		suite.JudgeCore(t, ops, r)
	}
}

func BenchmarkQueue(b *testing.B) {
	for _, clients := range []int{5, 50, 500} {
		b.Run(fmt.Sprintf("clients=%d", clients), func(b *testing.B) {
			rng := rand.New(rand.NewPCG(1, 2))
			ops := rulestest.Simulate(rng, workload(clients, 1_000_000, 2, 50, 0), &object{})
			b.ReportAllocs()
			b.ResetTimer()
			for b.Loop() {
				if r := queue.Check(ops); r.Answer != rules.Linearizable {
					b.Fatal(r.Answer)
				}
			}
			b.ReportMetric(float64(len(ops))*float64(b.N)/b.Elapsed().Seconds(), "ops/s")
		})
	}
}
