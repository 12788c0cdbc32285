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
	for _, tt := range []struct {
		name    string
		ops     []rules.Op
		pattern string // empty: linearizable
		core    []int32
	}{
		{name: "nothing happened"},
		{
			name: "missed what was never inserted",
			ops:  []rules.Op{{Call: 0, Ret: 1, Value: 0, From: none, Kind: set.Missing}},
		},
		{
			name:    "saw what was never inserted",
			ops:     []rules.Op{{Call: 0, Ret: 1, Value: 0, From: none, Kind: set.Contains}},
			pattern: set.ThinAir, core: []int32{0},
		},
		{
			name: "an acknowledged insert is lost",
			ops: []rules.Op{
				{Call: 0, Ret: 1, Value: 0, From: none, Kind: set.Insert},
				{Call: 2, Ret: 3, Value: 0, From: none, Kind: set.Missing},
			},
			pattern: set.Missed, core: []int32{0, 1},
		},
		{
			name: "a pending remove explains what was missed",
			ops: []rules.Op{
				{Call: 0, Ret: 1, Value: 0, From: none, Kind: set.Insert},
				{Call: 2, Ret: never, Value: 0, From: none, Kind: set.Remove},
				{Call: 3, Ret: 4, Value: 0, From: none, Kind: set.Missing},
			},
		},
		{
			name: "a pending remove does not, if the value is seen again",
			ops: []rules.Op{
				{Call: 0, Ret: 1, Value: 0, From: none, Kind: set.Insert},
				{Call: 2, Ret: never, Value: 0, From: none, Kind: set.Remove},
				{Call: 3, Ret: 4, Value: 0, From: none, Kind: set.Missing},
				{Call: 5, Ret: 6, Value: 0, From: none, Kind: set.Contains},
			},
			pattern: set.Missed, core: []int32{0, 1, 2, 3},
		},
		{
			name: "removed twice",
			ops: []rules.Op{
				{Call: 0, Ret: 1, Value: 0, From: none, Kind: set.Insert},
				{Call: 2, Ret: 4, Value: 0, From: none, Kind: set.Remove},
				{Call: 3, Ret: 5, Value: 0, From: none, Kind: set.Remove},
			},
			pattern: set.RemovedTwice, core: []int32{0, 1, 2},
		},
		{
			name: "an unseen pending insert is no obstacle",
			ops: []rules.Op{
				{Call: 0, Ret: never, Value: 0, From: none, Kind: set.Insert},
				{Call: 1, Ret: 2, Value: 0, From: none, Kind: set.Missing},
			},
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := set.Check(tt.ops)
			if tt.pattern == "" {
				if r.Outcome != rules.Linearizable {
					t.Fatalf("%v (%s)", r.Outcome, r.Pattern)
				}
				return
			}
			if r.Outcome != rules.Violation || r.Pattern != tt.pattern || !slices.Equal(r.Core, tt.core) {
				t.Errorf("%v %q core %v", r.Outcome, r.Pattern, r.Core)
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
		{"two operations insert the same value", []rules.Op{
			{Call: 0, Ret: 1, Value: 1, From: none, Kind: set.Insert},
			{Call: 2, Ret: never, Value: 1, From: none, Kind: set.Insert},
		}},
		{"an operation has no value", []rules.Op{{Call: 0, Ret: 1, Value: none, From: none, Kind: set.Remove}}},
		{"an operation is none of a set's", []rules.Op{{Call: 0, Ret: 1, Kind: 77}}},
	} {
		if r := set.Check(tt.ops); r.Outcome != rules.NotApplicable || r.Why != tt.why {
			t.Errorf("%v %q, want %q", r.Outcome, r.Why, tt.why)
		}
	}
}

// TestLarge makes long histories of a correct set, whose orders must stand,
// and then plants one error in each, which must be found.
func TestLarge(t *testing.T) {
	for _, processes := range []int{3, 20, 200} {
		t.Run(fmt.Sprint(processes), func(t *testing.T) {
			t.Parallel()
			rng := rand.New(rand.NewPCG(uint64(processes), 6))
			ops := rulestest.Simulate(rng, workload(processes, 50_000, 10), &object{in: map[int32]bool{}})
			r := set.Check(ops)
			if r.Outcome != rules.Linearizable {
				t.Fatalf("%v: %s %v", r.Outcome, r.Pattern, r.Roles)
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

// plant lets somebody miss, at the end, a value that was never removed.
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
	if r.Outcome != rules.Violation || r.Pattern != set.Missed || r.Core[len(r.Core)-1] != int32(len(ops)) {
		t.Fatalf("value %d is missed at the end: %v %s %v", v, r.Outcome, r.Pattern, r.Core)
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
				if r := set.Check(ops); r.Outcome != rules.Linearizable {
					b.Fatal(r.Outcome)
				}
			}
			b.ReportMetric(float64(len(ops))*float64(b.N)/b.Elapsed().Seconds(), "ops/s")
		})
	}
}
