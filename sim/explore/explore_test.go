package explore_test

import (
	"maps"
	"slices"
	"strconv"
	"testing"

	"simrun/sim"
	"simrun/sim/disk"
	"simrun/sim/explore"
	"simrun/sim/fault"
)

// everyOrder is the dumb oracle: from each step it goes on with each pending event, and with each crash of n3 unless there was one, cutting
// nothing. It returns what runs came to, each with the fewest departures that lead there, and counts the runs.
func everyOrder(t *testing.T, s sim.System, last *outcome, crash *fault.Fault) (map[string]int, int) {
	found, runs := map[string]int{}, 0
	var follow func(c sim.Case, departures int)
	follow = func(c sim.Case, departures int) {
		type branch struct {
			event string
			crash *fault.Fault
		}
		var branches []branch
		step := len(c.Schedule.Picks)
		result, err := sim.Watch(s, c, func(m *sim.Moment) bool {
			if m.Step() < step || !m.Begun() {
				if m.Step() == step { // the start is the same for all
					branches = append(branches, branch{event: "#1"})
					return false
				}
				return true
			}
			for i := range m.Pending() {
				if i == 0 || m.CanPick(i) {
					branches = append(branches, branch{event: "#" + strconv.Itoa(i+1)})
				}
			}
			if crash != nil && len(c.Faults) == 0 && m.Up(3) {
				states, _ := m.CrashStates(3, 1<<10)
				for _, state := range states {
					f := *crash
					f.Keep, f.State = disk.Chosen, state
					branches = append(branches, branch{"fault 1", &f})
				}
			}
			return false
		})
		if err != nil {
			t.Fatal(err)
		}
		if len(branches) == 0 {
			end := ends(last, result)
			if least, known := found[end]; !known || departures < least {
				found[end] = departures
			}
			runs++
		}
		for _, b := range branches {
			next, more := c, 1
			next.Schedule = &sim.Schedule{Picks: append(slices.Clone(c.Schedule.Picks), sim.Pick{Step: step, Event: b.event})}
			if b.crash != nil {
				next.Faults = []fault.Fault{*b.crash}
			}
			if b.event == "#1" {
				more = 0
			}
			follow(next, departures+more)
		}
	}
	c := toyCase()
	c.Schedule = &sim.Schedule{}
	follow(c, 0)
	return found, runs
}

// The reduced search comes to exactly the same ends as every order of all events, in fewer runs: also where the order among nodes is all that a
// monitor cares for, and with all that a crash leaves at every step. The first run that the monitor dislikes has as few departures as
// any, and if there is none, the search says so.
func TestReductionLosesNothing(t *testing.T) {
	crash := line(t, "at 0s crash n3 for 1ms")
	for _, tc := range []struct {
		name     string
		quiet    bool
		dislikes string
		crash    *fault.Fault
		least    int // departures of a run that the monitor dislikes; -1: there is none
	}{
		{"one listener", true, "n32 n31 n33 n3! n3! n3!", nil, 1},
		{"order among nodes", false, "n31 n2x n32 n3! n3!", nil, 1},
		{"impossible", true, "n3! n31", nil, -1},
		{"impossible with a crash", true, "n32 n31 n3! n3! n32", &crash, -1},
		{"crash", false, "n32 n3!", &crash, 2},
	} {
		s, last := toySystem(tc.dislikes, tc.quiet)
		scope := explore.Scope{Delays: explore.Any}
		if tc.crash != nil {
			scope.Faults, scope.MaxFaults = []fault.Fault{crash}, 1
		}
		search := func(fails func(*sim.Result) bool) explore.Result {
			r, err := explore.Explore(s, toyCase(), scope, func(r *sim.Result) (bool, error) { return fails(r), nil }, nil)
			if err != nil || r.Hidden > 0 || r.Failure == nil && (!r.Complete || r.Partial) {
				t.Fatal(r.Report, err)
			}
			return r
		}
		if tc.least >= 0 || tc.crash == nil {
			want, all := everyOrder(t, s, last, tc.crash)
			got := map[string]int{}
			r := search(func(r *sim.Result) bool { got[ends(last, r)]++; return false })
			if g, w := slices.Sorted(maps.Keys(got)), slices.Sorted(maps.Keys(want)); !slices.Equal(g, w) {
				t.Errorf("%s: the search came to %d ends: %q\nevery order to %d: %q", tc.name, len(g), g, len(w), w)
			}
			if fewest(want) != tc.least || r.Runs >= all || r.Cut == 0 {
				t.Errorf("%s: %d runs of %d, a failure by %d departures: the toy shows little", tc.name, r.Runs, all, fewest(want))
			}
			t.Logf("%s: %d ends, %d of %d runs, %d states", tc.name, len(want), r.Runs, all, r.States)
		}
		r := search(func(r *sim.Result) bool { return len(r.Violations) > 0 })
		switch {
		case (r.Failure == nil) != (tc.least < 0):
			t.Errorf("%s: found %v, and the fewest departures are %d", tc.name, r.Failure, tc.least)
		case r.Failure != nil && len(r.Failure.Schedule.Picks) != tc.least:
			t.Errorf("%s: found by %v, and the fewest departures are %d", tc.name, r.Failure.Schedule.Picks, tc.least)
		case r.Failure != nil:
			replays(t, s, *r.Failure)
		}
	}
}

// fewest is the number of departures that it takes to an end which the monitor dislikes; -1 if there is none.
func fewest(ends map[string]int) int {
	least := -1
	for end, departures := range ends {
		if end[len(end)-1] != '0' && (least < 0 || departures < least) {
			least = departures
		}
	}
	return least
}

// replays checks that a case fails again when it is read from its text, and is the same run twice.
func replays(t *testing.T, s sim.System, c sim.Case) {
	t.Helper()
	text, err := sim.FormatCase(c)
	if err != nil {
		t.Fatal(err)
	}
	again, err := sim.ParseCase("case", text)
	if err != nil {
		t.Fatal(err)
	}
	r, err := sim.Run(s, again)
	if err != nil || len(r.Violations) == 0 {
		t.Errorf("replayed, it does not fail: %v\n%s", err, text)
	}
	if d, err := sim.Verify(s, again); d != nil || err != nil {
		t.Error(d, err)
	}
}
