package raft

import (
	"testing"
	"time"

	"simrun/sim"
	"simrun/sim/fault"
)

// Each site fires under a plan in which a follower falls behind, and the model, with all of them on, stays silent.
func TestSitesFire(t *testing.T) {
	plan, err := fault.ParsePlan("", "at 500ms isolate n2 for 1s\nat 1s crash leader for 300ms\nat 2s isolate n3 for 1s\nat 2s crash n2 for 100ms")
	if err != nil {
		t.Fatal(err)
	}
	c := sim.Case{Faults: plan, Duration: sim.Duration(4 * time.Second), Options: map[sim.OptionName]string{optionCompaction: on}}
	fired := map[sim.SiteName]uint64{}
	for c.Seed = 1; c.Seed <= 3; c.Seed++ {
		c.Buggify = nil
		for _, s := range Sites() {
			c.Buggify = append(c.Buggify, s.Name)
		}
		r, err := sim.Run(Model().System(), c)
		if err != nil {
			t.Fatal(err)
		}
		for _, v := range r.Violations {
			t.Errorf("seed %d: %s: %s", c.Seed, v.Check, v.Detail)
		}
		for _, u := range r.Sites {
			fired[u.Site] += u.Fired
		}
	}
	for _, s := range Sites() {
		if fired[s.Name] == 0 {
			t.Errorf("%s never fired", s.Name)
		}
	}
}
