package shrink_test

import (
	"fmt"
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

// strict is a server that reports a call which comes twice, or after a later one of the same client.
type strict struct {
	answerer
	last map[sim.NodeID]uint64
}

func (s *strict) Request(from sim.Caller, payload []byte) {
	switch last := s.last[from.Client]; {
	case from.Call == last:
		s.env.Report(missed{s.env.ID(), from.Client, "came twice"})
	case from.Call < last:
		s.env.Report(missed{s.env.ID(), from.Client, "came late"})
	}
	s.last[from.Client] = max(s.last[from.Client], from.Call)
	s.answerer.Request(from, payload)
}

// Of requests that are late and come twice, the one is left that must be, as an override; and no phase of the mix.
func TestShrinkLeavesOneRequest(t *testing.T) {
	s := countingSystem()
	s.Boot = func(env *sim.Env) sim.Node { return &strict{answerer{env}, map[sim.NodeID]uint64{}} }
	s.Workloads[0].Mix = []sim.Weight{{F: "ask", Weight: 1}, {F: "look", Weight: 1}}
	for how, want := range map[string]string{"came twice": "twice c", "came late": "late c"} {
		c := sim.Case{Seed: 4, Nodes: 1, Duration: sim.Duration(3 * time.Second), Network: sim.Network{Requests: sim.Requests{
			Late: sim.Ratio{Num: 1, Den: 5}, Twice: sim.Ratio{Num: 1, Den: 9}, By: sim.Duration(80 * time.Millisecond)}}}
		if how == "came late" {
			c.Network.Requests.Twice = sim.Ratio{}
		}
		c.Workload.Phases = []sim.MixPhase{{From: sim.Duration(time.Second), Mix: []sim.Weight{{F: "look", Weight: 0}}}}
		got, err := shrink.Shrink(t.Context(), s, c, shows(how), shrink.Options{})
		if err != nil {
			t.Fatal(err)
		}
		k := got.Case
		if len(k.Overrides) != 1 || !strings.HasPrefix(k.Overrides[0].Key, want) || k.Network.Requests.Late.Num+k.Network.Requests.Twice.Num > 0 || len(k.Workload.Phases) > 0 {
			t.Errorf("%s became %v, %+v, phases %v", how, k.Overrides, k.Network.Requests, fmt.Sprint(k.Workload.Phases))
		}
	}
}
