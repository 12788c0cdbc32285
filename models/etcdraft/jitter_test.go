package etcdraft_test

import (
	"sync"
	"testing"

	"simrun/models/etcdraft"
	"simrun/sim"
	"simrun/sim/fault"
)

// The library draws election timeouts from a generator that all servers of the process share. Runs side by side, in which leaders come and go, are
// equal all the same.
func TestElectionsAreEqualSideBySide(t *testing.T) {
	system := etcdraft.Model().System()
	var plan []fault.Fault
	for _, line := range []string{"at 1s isolate leader for 800ms", "at 2.5s crash leader for 500ms", "at 4s crash all for 100ms", "at 5s isolate leader for 800ms"} {
		f, err := fault.Parse(line)
		if err != nil {
			t.Fatal(err)
		}
		plan = append(plan, f)
	}
	const runs = 8
	results := make([]*sim.Result, runs)
	var all sync.WaitGroup
	for i := range runs {
		all.Go(func() {
			results[i], _ = sim.Run(system, sim.Case{Seed: 7, Faults: plan})
		})
	}
	all.Wait()
	for i, r := range results {
		if r == nil || r.Digest != results[0].Digest {
			t.Fatalf("run %d differs from the first", i)
		}
	}
	if n := results[0].Activity.Leaders; n < 4 {
		t.Errorf("%d leaders, expected one after each fault", n)
	}
}
