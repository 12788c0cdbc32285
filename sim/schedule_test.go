package sim_test

import (
	"strings"
	"testing"
	"time"

	"simrun/sim"
)

// A schedule without picks, and one whose picks name nothing that is pending, give the same run; a pick that does changes it.
func TestPicks(t *testing.T) {
	digest := func(picks ...sim.Pick) sim.Digest {
		c := sim.Case{Seed: 3, Nodes: 3, Clients: 1, Duration: sim.Duration(100 * time.Millisecond), Schedule: &sim.Schedule{Picks: picks}}
		r, err := sim.Run(toySystem, c)
		if err != nil || r.Events == 0 {
			t.Fatal(err)
		}
		if d, err := sim.Verify(toySystem, c); d != nil || err != nil {
			t.Error(d, err)
		}
		return r.Digest
	}
	plain := digest()
	if digest(sim.Pick{Step: 5, Event: "timer n9 0"}, sim.Pick{Step: 6, Event: "#1000"}) != plain {
		t.Error("picks of nothing change the run")
	}
	if digest(sim.Pick{Step: 5, Event: "timer n3 0"}) == plain {
		t.Error("a timer out of turn changes nothing")
	}
}

// Faults begin where they are picked, and nowhere else.
func TestPickedFaults(t *testing.T) {
	c := sim.Case{Seed: 3, Nodes: 3, Clients: 1, Duration: sim.Duration(100 * time.Millisecond), Faults: plan("at 1ms crash n2 for 5ms", "at 1ms crash n3 for 5ms"),
		Schedule: &sim.Schedule{Picks: []sim.Pick{{Step: 20, Event: "fault 2"}}}}
	r, err := sim.Run(toySystem, c)
	if err != nil {
		t.Fatal(err)
	}
	if len(r.Resolved) != 1 || !strings.Contains(r.Resolved[0].String(), "crash n3") || len(r.Unfired) != 1 {
		t.Errorf("resolved %v, unfired %v", r.Resolved, r.Unfired)
	}
}

// A schedule that can't be followed is refused in one sentence.
func TestBadSchedules(t *testing.T) {
	for want, c := range map[string]sim.Case{
		"expected a step after 4":           {Schedule: &sim.Schedule{Picks: []sim.Pick{{Step: 4, Event: "#1"}, {Step: 4, Event: "#2"}}}},
		"expected the name of an event":     {Schedule: &sim.Schedule{Picks: []sim.Pick{{Step: 4}}}},
		"the plan has no faults":            {Schedule: &sim.Schedule{Picks: []sim.Pick{{Step: 4, Event: "fault 1"}}}},
		"expected fault 1 to fault 1":       {Schedule: &sim.Schedule{Picks: []sim.Pick{{Step: 4, Event: "fault 2"}}}, Faults: plan("at 1ms crash n2")},
		`did you mean "fault"?`:             {Schedule: &sim.Schedule{Picks: []sim.Pick{{Step: 4, Event: "fualt 1"}}}},
		"expected a number from 1":          {Schedule: &sim.Schedule{Picks: []sim.Pick{{Step: 4, Event: "#0"}}}},
		"begin where they are picked":       {Schedule: &sim.Schedule{}, Faults: plan("on ack crash n2")},
		"has no schedule, so there are no ": {},
	} {
		_, err := sim.Watch(toySystem, c, nil)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %q", err, want)
		}
	}
}
