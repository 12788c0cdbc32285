package sweep_test

import (
	"context"
	"fmt"
	"reflect"
	"runtime"
	"testing"

	"simrun/sim"
	"simrun/sim/sweep"
)

// report is what the tests keep of a seed.
type report struct {
	seed   sim.Seed
	failed bool
	detail string
}

// toy is a system in one line: seeds that end in 7 fail, and some are slower than others.
func toy(seed sim.Seed) report {
	for range seed % 5 {
		runtime.Gosched()
	}
	return report{seed: seed, failed: seed%10 == 7}
}

// run sweeps, and returns the reports in the order in which they came.
func run(p sweep.Plan[report]) (s sweep.Summary, order []sim.Seed, reports []report) {
	p.Failed = func(r report) bool { return r.failed }
	p.Each = func(r report) { order, reports = append(order, r.seed), append(reports, r) }
	return sweep.Sweep(context.Background(), p), order, reports
}

func TestReportsComeInOrderWhateverTheWorkers(t *testing.T) {
	for _, workers := range []int{0, 1, 2, 3, 16} {
		s, order, _ := run(sweep.Plan[report]{First: 1, Last: 3000, Workers: workers, Run: toy})
		for i, seed := range order {
			if seed != sim.Seed(i+1) {
				t.Fatalf("%d workers: report %d is of seed %d", workers, i, seed)
			}
		}
		if s != (sweep.Summary{Done: 3000, Failures: 300, Complete: true}) || len(order) != 3000 {
			t.Errorf("%d workers: %+v, %d reports", workers, s, len(order))
		}
	}
}

func TestMaxFailuresStopsAfterTheSameSeed(t *testing.T) {
	for _, workers := range []int{1, 4, 16} {
		s, order, _ := run(sweep.Plan[report]{First: 1, Last: 3000, Workers: workers, MaxFailures: 3, Run: toy})
		if s.Complete || s.Next != 28 || s.Done != 27 || len(order) != 27 || s.Failures != 3 {
			t.Errorf("%d workers: complete %v, next %d, done %d, failures %v", workers, s.Complete, s.Next, s.Done, s.Failures)
		}
	}
}

func TestShardsPartTheSeeds(t *testing.T) {
	by := map[sim.Seed]int{}
	for shard := uint64(1); shard <= 3; shard++ {
		_, order, _ := run(sweep.Plan[report]{First: 5, Last: 104, Shard: shard, Shards: 3, Workers: 4, Run: toy})
		for _, seed := range order {
			by[seed]++
		}
		// One that goes on from the middle takes the same seeds.
		_, rest, _ := run(sweep.Plan[report]{First: 50, Last: 104, Shard: shard, Shards: 3, Workers: 4, Run: toy})
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
		s, order, _ := run(sweep.Plan[report]{First: tc.first, Last: tc.last, Shard: tc.shard, Shards: tc.shards, Workers: 2, Run: toy})
		if !reflect.DeepEqual(order, tc.want) || !s.Complete {
			t.Errorf("seeds %d-%d, shard %d/%d: ran %v, want %v (complete %v)", tc.first, tc.last, tc.shard, tc.shards, order, tc.want, s.Complete)
		}
	}
}

func TestInterruptSaysWhereToGoOn(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	var last sim.Seed
	s := sweep.Sweep(ctx, sweep.Plan[report]{First: 1, Last: 1 << 60, Workers: 4, Run: toy, Each: func(r report) {
		last = r.seed
		if r.seed == 500 {
			cancel()
		}
	}})
	if s.Complete || s.Done != uint64(last) || s.Next != last+1 || last < 500 {
		t.Errorf("complete %v, done %d, last %d, next %d", s.Complete, s.Done, last, s.Next)
	}
}

func TestDroppedSeedIsTheNext(t *testing.T) {
	for _, workers := range []int{1, 4} {
		s, order, _ := run(sweep.Plan[report]{First: 1, Last: 100, Workers: workers, Run: toy, Dropped: func(r report) bool { return r.seed == 42 }})
		if s.Complete || s.Next != 42 || s.Done != 41 || len(order) != 41 {
			t.Errorf("%d workers: %+v, %d reports", workers, s, len(order))
		}
	}
}

func TestPanicIsTheReportOfItsSeed(t *testing.T) {
	s, _, reports := run(sweep.Plan[report]{
		First: 1, Last: 100, Workers: 4,
		Run: func(seed sim.Seed) report {
			if seed == 42 {
				panic("no answer")
			}
			return toy(seed)
		},
		Panicked: func(seed sim.Seed, x any) report { return report{seed, true, fmt.Sprint(x)} },
	})
	if s.Failures != 11 || s.Done != 100 || reports[41] != (report{42, true, "no answer"}) {
		t.Errorf("%+v; seed 42: %+v", s, reports[41])
	}
}

// Sweep toy seeds until the second failure.
func ExampleSweep() {
	s := sweep.Sweep(context.Background(), sweep.Plan[bool]{
		First: 1, Last: 1000, Workers: 4, MaxFailures: 2,
		Run:    func(seed sim.Seed) bool { return seed%100 != 0 },
		Failed: func(ok bool) bool { return !ok },
	})
	fmt.Println("done", s.Done, "failed", s.Failures, "go on with", s.Next)
	// Output:
	// done 200 failed 2 go on with 201
}

func BenchmarkSweepOverhead(b *testing.B) {
	b.ReportAllocs()
	sweep.Sweep(context.Background(), sweep.Plan[bool]{First: 1, Last: sim.Seed(b.N), Workers: runtime.GOMAXPROCS(0),
		Run: func(sim.Seed) bool { return true }})
}
