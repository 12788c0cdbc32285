package set_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"simrun/check/rules"
	"simrun/check/rules/rulestest"
	"simrun/check/rules/set"
)

const (
	never = rules.Never
	none  = rules.None
)

func TestPatterns(t *testing.T) {
	suite.Decide(t, []rulestest.Case{
		{Name: "nothing happened"},
		{
			Name: "missed what was never inserted",
			Ops:  []rules.Op{{Call: 0, Ret: 1, Value: 0, From: none, Kind: set.Missing}},
		},
		{
			Name:    "saw what was never inserted",
			Ops:     []rules.Op{{Call: 0, Ret: 1, Value: 0, From: none, Kind: set.Contains}},
			Pattern: set.ThinAir, Core: []int32{0},
		},
		{
			Name: "an acknowledged insert is lost",
			Ops: []rules.Op{
				{Call: 0, Ret: 1, Value: 0, From: none, Kind: set.Insert},
				{Call: 2, Ret: 3, Value: 0, From: none, Kind: set.Missing},
			},
			Pattern: set.Missed, Core: []int32{0, 1},
		},
		{
			Name: "a pending remove explains what was missed",
			Ops: []rules.Op{
				{Call: 0, Ret: 1, Value: 0, From: none, Kind: set.Insert},
				{Call: 2, Ret: never, Value: 0, From: none, Kind: set.Remove},
				{Call: 3, Ret: 4, Value: 0, From: none, Kind: set.Missing},
			},
		},
		{
			Name: "a pending remove does not, if the value is seen again",
			Ops: []rules.Op{
				{Call: 0, Ret: 1, Value: 0, From: none, Kind: set.Insert},
				{Call: 2, Ret: never, Value: 0, From: none, Kind: set.Remove},
				{Call: 3, Ret: 4, Value: 0, From: none, Kind: set.Missing},
				{Call: 5, Ret: 6, Value: 0, From: none, Kind: set.Contains},
			},
			Pattern: set.Missed, Core: []int32{0, 1, 2, 3},
		},
		{
			Name: "removed twice",
			Ops: []rules.Op{
				{Call: 0, Ret: 1, Value: 0, From: none, Kind: set.Insert},
				{Call: 2, Ret: 4, Value: 0, From: none, Kind: set.Remove},
				{Call: 3, Ret: 5, Value: 0, From: none, Kind: set.Remove},
			},
			Pattern: set.RemovedTwice, Core: []int32{0, 1, 2},
		},
		{
			Name: "an unseen pending insert is not an obstacle",
			Ops: []rules.Op{
				{Call: 0, Ret: never, Value: 0, From: none, Kind: set.Insert},
				{Call: 1, Ret: 2, Value: 0, From: none, Kind: set.Missing},
			},
		},
	})
}

func TestNotApplicable(t *testing.T) {
	suite.Reject(t, []rulestest.Rejected{
		{Why: "two operations insert the same value", Ops: []rules.Op{
			{Call: 0, Ret: 1, Value: 1, From: none, Kind: set.Insert},
			{Call: 2, Ret: never, Value: 1, From: none, Kind: set.Insert},
		}},
		{Why: "an operation has no value", Ops: []rules.Op{{Call: 0, Ret: 1, Value: none, From: none, Kind: set.Remove}}},
		{Why: "an operation has a kind that sets do not have", Ops: []rules.Op{{Call: 0, Ret: 1, Kind: 77}}},
	})
}

// TestLarge makes long histories of a correct set, whose orders must replay, and then
// plants one error in each, which the rule must find.
func TestLarge(t *testing.T) {
	for _, processes := range []int{3, 20, 200} {
		t.Run(fmt.Sprint(processes), func(t *testing.T) {
			t.Parallel()
			rng := rand.New(rand.NewPCG(uint64(processes), 6))
			ops := rulestest.Simulate(rng, workload(processes, 50_000, 10), &object{in: map[int32]bool{}})
			r := set.Check(ops)
			if r.Answer != rules.Linearizable {
				t.Fatalf("%v: %s %v", r.Answer, r.Pattern, r.Roles)
			}
			if err := rulestest.Replay(ops, r.Order, &object{in: map[int32]bool{}}); err != nil {
				t.Fatal(err)
			}
			for range 20 {
				plant(t, rng, ops)
			}
		})
	}
}

// plant adds an operation at the end that misses a value that was never removed.
func plant(t *testing.T, rng *rand.Rand, ops []rules.Op) {
	t.Helper()
	var kept []int32
	removed := map[int32]bool{}
	for _, op := range ops {
		if op.Kind == set.Remove {
			removed[op.Value] = true
		}
	}
	var end int32
	for _, op := range ops {
		end = max(end, op.Call+1)
		if !op.Pending() {
			end = max(end, op.Ret+1)
		}
		if op.Kind == set.Insert && !op.Pending() && !removed[op.Value] {
			kept = append(kept, op.Value)
		}
	}
	v := kept[rng.IntN(len(kept))]
	r := set.Check(append(slices.Clip(ops), rules.Op{Call: end, Ret: end + 1, Value: v, From: none, Kind: set.Missing}))
	if r.Answer != rules.Violation || r.Pattern != set.Missed || r.Core[len(r.Core)-1] != int32(len(ops)) {
		t.Fatalf("value %d is missed at the end: %v %s %v", v, r.Answer, r.Pattern, r.Core)
	}
}

func BenchmarkSet(b *testing.B) {
	for _, clients := range []int{5, 50, 500} {
		b.Run(fmt.Sprintf("clients=%d", clients), func(b *testing.B) {
			rng := rand.New(rand.NewPCG(1, 2))
			ops := rulestest.Simulate(rng, workload(clients, 1_000_000, 10), &object{in: map[int32]bool{}})
			b.ReportAllocs()
			b.ResetTimer()
			for b.Loop() {
				if r := set.Check(ops); r.Answer != rules.Linearizable {
					b.Fatal(r.Answer)
				}
			}
			b.ReportMetric(float64(len(ops))*float64(b.N)/b.Elapsed().Seconds(), "ops/s")
		})
	}
}
