package shrink_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"simrun/sim"
	"simrun/sim/shrink"
)

// hasty is counting, which at its site sends a number twice.
type hasty struct{ counting }

func (h *hasty) Timer(t sim.TimerID) {
	h.counting.Timer(t)
	if h.env.Buggify("twice") {
		h.next--
	}
	h.env.Buggify("idle")
}

// Of sites that the seed chose, one firing is left, and no fault.
func TestShrinkLeavesOneFiring(t *testing.T) {
	s := countingSystem()
	s.Sites = []sim.SiteName{"twice", "idle"}
	s.Boot = func(env *sim.Env) sim.Node {
		env.SetTimer(0, 20*time.Millisecond)
		return &hasty{counting{env: env, last: map[sim.NodeID]uint64{}}}
	}
	for _, sites := range [][]sim.SiteName{{sim.EverySite}, {"twice", "idle"}} {
		c := sim.Case{Nodes: 3, Duration: sim.Duration(time.Second), Buggify: sites, Faults: plan(t, "at 300ms crash n2 for 100ms")}
		fails := shows("came twice")
		for ; ; c.Seed++ {
			if r, err := sim.Run(s, c); err != nil {
				t.Fatal(err)
			} else if fails(r) {
				break
			}
		}
		got, err := shrink.Shrink(t.Context(), s, c, fails, shrink.Options{})
		if err != nil {
			t.Fatal(err)
		}
		k := got.Case
		if !slices.ContainsFunc(k.Overrides, func(o sim.Override) bool { return strings.HasPrefix(o.Key, "buggify twice n") }) || len(k.Overrides) != 1 || len(k.Faults)+len(k.Buggify) > 0 {
			t.Errorf("%v became %v, faults %v, overrides %v", sites, k.Buggify, k.Faults, k.Overrides)
		}
	}
}
