package explore_test

import (
	"strings"
	"testing"

	"simrun/sim"
	"simrun/sim/explore"
	"simrun/sim/fault"
)

// keeper writes data, and then a file that says the data is there. Correct, it syncs the data first. If a node boots with the one and without the other, it dies.
type keeper struct {
	env     *sim.Env
	correct bool
}

func (k *keeper) Receive(sim.NodeID, []byte) {}
func (k *keeper) Request(sim.Caller, []byte) {}
func (k *keeper) Timer(sim.TimerID) {
	k.env.Append("data", []byte("d"))
	if k.correct {
		k.env.Sync("data", 1)
		return
	}
	k.env.Append("done", []byte("!"))
}

func (k *keeper) Synced(id sim.SyncID, _ error) {
	if id == 1 {
		k.env.Append("done", []byte("!"))
		k.env.Sync("done", 2)
	}
}

func keeperSystem(correct bool) sim.System {
	s, _ := toySystem("", true)
	s.Boot = func(env *sim.Env) sim.Node {
		data, _ := env.Read("data")
		done, _ := env.Read("done")
		if len(done) > 0 && len(data) == 0 {
			env.Fatal("done, and there is no data")
		}
		env.SetTimer(0, 1e6)
		return &keeper{env, correct}
	}
	return s
}

// A bug that needs the later of two unsynced writes to survive without the earlier is found at one crash; with the sync in between, no outcome of any crash
// fails. A crash that keeps a prefix, or nothing, does not show it.
func TestEveryOutcomeOfACrash(t *testing.T) {
	for _, tc := range []struct {
		crash   string
		correct bool
		fails   bool
	}{
		{"at 0s crash n1 for 1ms", false, true},
		{"at 0s crash n1 for 1ms", true, false},
		{"at 0s crash n1 keeping prefix for 1ms", false, false},
		{"at 0s crash n1 keeping all for 1ms", false, false},
	} {
		c := toyCase()
		c.Nodes, c.Duration = 1, 10e6
		s := keeperSystem(tc.correct)
		scope := explore.Scope{Faults: []fault.Fault{line(t, tc.crash)}, MaxFaults: 2, Delays: 1}
		r, err := explore.Explore(s, c, scope, func(r *sim.Result) (bool, error) { return len(r.Violations) > 0, nil }, nil)
		if err != nil || r.Partial || (r.Failure != nil) != tc.fails || r.Failure == nil && !r.Complete {
			t.Errorf("%s, correct %v: %+v, %v", tc.crash, tc.correct, r, err)
		}
		if r.Failure != nil {
			if len(r.Failure.Faults) != 1 || !strings.Contains(r.Failure.Faults[0].String(), "keeping state") {
				t.Errorf("%s: found by %v", tc.crash, r.Failure.Faults)
			}
			replays(t, s, *r.Failure)
		}
	}
}

// While a node is paused, part of the state is out of sight: nothing is cut there, and the report says so.
func TestHiddenState(t *testing.T) {
	s, _ := toySystem("", true)
	scope := explore.Scope{Faults: []fault.Fault{line(t, "at 0s pause n3 for 5ms")}, MaxFaults: 1}
	r, err := explore.Explore(s, toyCase(), scope, func(*sim.Result) (bool, error) { return false, nil }, nil)
	if err != nil || r.Hidden == 0 || !r.Complete {
		t.Errorf("%+v, %v", r, err)
	}
}

// A scope or a case that can't be searched is refused in one sentence.
func TestBadScopes(t *testing.T) {
	recovers, planned := toyCase(), toyCase()
	recovers.Recovery.Skip = false
	planned.Faults = []fault.Fault{line(t, "at 1ms crash n1")}
	for want, tc := range map[string]struct {
		c sim.Case
		s explore.Scope
	}{
		"numbers from 0, or -1 for any":  {toyCase(), explore.Scope{Delays: -2}},
		"expected numbers from 0":        {toyCase(), explore.Scope{Depth: -1}},
		"judges safety alone":            {recovers, explore.Scope{}},
		"the search decides them":        {planned, explore.Scope{}},
		"waits for one event of several": {toyCase(), explore.Scope{Faults: []fault.Fault{line(t, "on 2nd crash isolate it")}}},
	} {
		s, _ := toySystem("", true)
		if _, err := explore.Explore(s, tc.c, tc.s, nil, nil); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %q", err, want)
		}
	}
}
