package sweep_test

import (
	"context"
	"fmt"
	"reflect"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"

	"simrun/sim"
	"simrun/sim/sweep"
)

// toy is a system in one line: seeds that end in 7 fail, 13 does not know, and
// some are slower than others.
func toy(seed sim.Seed) sweep.Report {
	for range seed % 5 {
		runtime.Gosched()
	}
	r := sweep.Report{Events: uint64(seed), Simulated: sim.Time(seed), Marks: []sim.Mark{{Name: "ran", Count: 2}}}
	switch {
	case seed%10 == 7:
		r.Outcome, r.Detail = sweep.Violation, fmt.Sprintf("%d ends in seven", seed)
	case seed == 13:
		r.Outcome, r.Detail = sweep.Unknown, "thirteen"
	case seed%2 == 0:
		r.Marks = append(r.Marks, sim.Mark{Name: "even", Count: 1})
	}
	return r
}

func run(p sweep.Plan) (sweep.Summary, []sim.Seed) {
	var order []sim.Seed
	p.Each = func(r sweep.Report) { order = append(order, r.Seed) }
	return sweep.Sweep(context.Background(), p), order
}

func TestReportsComeInOrderWhateverTheWorkers(t *testing.T) {
	var first sweep.Summary
	for _, workers := range []int{1, 2, 3, 16} {
		s, order := run(sweep.Plan{First: 1, Last: 3000, Workers: workers, Run: toy})
		for i, seed := range order {
			if seed != sim.Seed(i+1) {
				t.Fatalf("%d workers: report %d is of seed %d", workers, i, seed)
			}
		}
		if workers == 1 {
			first = s
		} else if !reflect.DeepEqual(s, first) {
			t.Errorf("%d workers: %+v\none worker: %+v", workers, s, first)
		}
	}
	want := [4]uint64{2699, 1, 300, 0}
	if first.Done != 3000 || first.Counts != want || len(first.Failures) != 300 || !first.Complete || first.Events != 3000*3001/2 {
		t.Errorf("got %d done, counts %v, %d failures, complete %v, %d events", first.Done, first.Counts, len(first.Failures), first.Complete, first.Events)
	}
	marks := []sweep.MarkCount{{Name: "even", Seeds: 1500, Count: 1500}, {Name: "ran", Seeds: 3000, Count: 6000}}
	if !reflect.DeepEqual(first.Marks, marks) {
		t.Errorf("marks %v, want %v", first.Marks, marks)
	}
}

func TestMaxFailuresStopsAfterTheSameSeed(t *testing.T) {
	for _, workers := range []int{1, 4, 16} {
		s, order := run(sweep.Plan{First: 1, Last: 3000, Workers: workers, MaxFailures: 3, Run: toy})
		if s.Complete || s.Next != 28 || s.Done != 27 || len(order) != 27 || len(s.Failures) != 3 || s.Failures[2].Seed != 27 {
			t.Errorf("%d workers: complete %v, next %d, done %d, failures %v", workers, s.Complete, s.Next, s.Done, s.Failures)
		}
	}
}

func TestShardsPartTheSeeds(t *testing.T) {
	by := map[sim.Seed]int{}
	for shard := uint64(1); shard <= 3; shard++ {
		_, order := run(sweep.Plan{First: 5, Last: 104, Shard: shard, Shards: 3, Workers: 4, Run: toy})
		for _, seed := range order {
			by[seed]++
		}
		// One that goes on from the middle takes the same seeds.
		_, rest := run(sweep.Plan{First: 50, Last: 104, Shard: shard, Shards: 3, Workers: 4, Run: toy})
		if tail := order[len(order)-len(rest):]; !reflect.DeepEqual(tail, rest) {
			t.Errorf("shard %d: goes on with %v instead of %v", shard, rest, tail)
		}
	}
	for seed := sim.Seed(5); seed <= 104; seed++ {
		if by[seed] != 1 {
			t.Errorf("seed %d ran %d times", seed, by[seed])
		}
	}
	if len(by) != 100 {
		t.Errorf("%d seeds ran", len(by))
	}
}

func TestEndsOfTheRange(t *testing.T) {
	const top = ^sim.Seed(0)
	for _, tc := range []struct {
		first, last   sim.Seed
		shard, shards uint64
		want          []sim.Seed
	}{
		{0, 0, 0, 0, []sim.Seed{0}},
		{top - 1, top, 0, 0, []sim.Seed{top - 1, top}},
		{5, 4, 0, 0, nil},
		{top - 1, top, 1, 100, nil},
		{0, 9, 4, 4, []sim.Seed{0, 4, 8}},
	} {
		s, order := run(sweep.Plan{First: tc.first, Last: tc.last, Shard: tc.shard, Shards: tc.shards, Workers: 2, Run: toy})
		if !reflect.DeepEqual(order, tc.want) || !s.Complete {
			t.Errorf("seeds %d-%d, shard %d/%d: ran %v, want %v (complete %v)", tc.first, tc.last, tc.shard, tc.shards, order, tc.want, s.Complete)
		}
	}
}

func TestInterruptSaysWhereToGoOn(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	var last sim.Seed
	s := sweep.Sweep(ctx, sweep.Plan{First: 1, Last: 1 << 60, Workers: 4, Run: toy, Each: func(r sweep.Report) {
		last = r.Seed
		if r.Seed == 500 {
			cancel()
		}
	}})
	if s.Complete || s.Done != uint64(last) || s.Next != last+1 || last < 500 {
		t.Errorf("complete %v, done %d, last %d, next %d", s.Complete, s.Done, last, s.Next)
	}
}

func TestPanicIsAnInternalErrorOfItsSeed(t *testing.T) {
	s, _ := run(sweep.Plan{First: 1, Last: 100, Workers: 4, Run: func(seed sim.Seed) sweep.Report {
		if seed == 42 {
			panic("no answer")
		}
		return toy(seed)
	}})
	if s.Counts[sweep.Internal] != 1 || s.Worst() != sweep.Internal || s.Done != 100 {
		t.Errorf("counts %v, worst %v, done %d", s.Counts, s.Worst(), s.Done)
	}
	for _, f := range s.Failures {
		if f.Outcome == sweep.Internal && (f.Seed != 42 || !strings.Contains(f.Detail, "no answer")) {
			t.Errorf("got %+v", f)
		}
	}
}

func TestVerifiesAShare(t *testing.T) {
	var calls atomic.Int64
	plan := sweep.Plan{First: 1, Last: 4000, Workers: 4, VerifyOneIn: 20, Run: toy, Verify: func(seed sim.Seed) string {
		calls.Add(1)
		if seed > 3900 {
			return "event 17 differs"
		}
		return ""
	}}
	s, _ := run(plan)
	if s.Verified != uint64(calls.Load()) || s.Verified < 100 || s.Verified > 400 {
		t.Errorf("verified %d, called %d", s.Verified, calls.Load())
	}
	if s.Worst() != sweep.Internal || s.Counts[sweep.Internal] == 0 {
		t.Errorf("a divergence was not an internal error: %v", s.Counts)
	}
	plan.Workers = 1
	if again, _ := run(plan); !reflect.DeepEqual(again, s) {
		t.Error("the choice of seeds to verify depends on the workers")
	}
}

func TestWorst(t *testing.T) {
	for counts, want := range map[[4]uint64]sweep.Outcome{
		{}:           sweep.Valid,
		{9, 0, 0, 0}: sweep.Valid,
		{9, 1, 0, 0}: sweep.Unknown,
		{9, 5, 1, 0}: sweep.Violation,
		{9, 5, 1, 1}: sweep.Internal,
	} {
		if got := (&sweep.Summary{Counts: counts}).Worst(); got != want {
			t.Errorf("%v: worst is %v, want %v", counts, got, want)
		}
	}
}

// Sweep toy seeds until the second failure.
func ExampleSweep() {
	s := sweep.Sweep(context.Background(), sweep.Plan{
		First: 1, Last: 1000, Workers: 4, MaxFailures: 2,
		Run: func(seed sim.Seed) sweep.Report {
			if seed%100 == 0 {
				return sweep.Report{Outcome: sweep.Violation, Detail: "divisible by a hundred"}
			}
			return sweep.Report{}
		},
	})
	for _, f := range s.Failures {
		fmt.Println(f.Seed, f.Outcome, f.Detail)
	}
	fmt.Println("done", s.Done, "go on with", s.Next)
	// Output:
	// 100 violation divisible by a hundred
	// 200 violation divisible by a hundred
	// done 200 go on with 201
}

func BenchmarkSweepOverhead(b *testing.B) {
	b.ReportAllocs()
	sweep.Sweep(context.Background(), sweep.Plan{First: 1, Last: sim.Seed(b.N), Workers: runtime.GOMAXPROCS(0),
		Run: func(sim.Seed) sweep.Report { return sweep.Report{} }})
}
