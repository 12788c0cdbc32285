package sim_test

import (
	"testing"
	"time"

	"simrun/sim"
	"simrun/sim/fault"
)

// healed plays a script for a second, and then ten more without faults.
func healed(t *testing.T, s script, c sim.Case) {
	t.Helper()
	c.Nodes, c.Clients, c.Duration = 2, 1, sim.Duration(time.Second)
	if c.Network.Latency.Dist == "" {
		c.Network.Latency = sim.Latency{Dist: sim.Constant, Min: sim.Duration(5 * ms)}
	}
	if _, err := sim.Run(s.system(), c); err != nil {
		t.Fatal(err)
	}
}

// A system makes progress after faults of any size: what they delayed does not outlive them.
func TestNoFaultOutlivesTheHeal(t *testing.T) {
	for _, line := range []string{
		"at 100ms slow n1 by 24h", "at 100ms slow all by 1h", "at 100ms slow-sync all by 1h", "at 100ms skew all +1h", "at 100ms skew all -1h",
		"at 100ms strobe all 1h every 7ms", "at 100ms latency constant 1h", "at 100ms reorder 1/1 by 1h", "at 100ms bandwidth 1B/s",
	} {
		for seed := range sim.Seed(5) {
			c := quiet(seed)
			c.Faults = plan(line)
			c.Network.Bandwidth = 1_000_000
			r := run(t, c)
			if len(r.Violations) > 0 || r.End > sim.Time(1500*ms) {
				t.Errorf("%s: seed %d: the run ended at %v, violations %v", line, seed, r.End, r.Violations)
			}
		}
	}
}

// What a node does while it is slow takes as long as if it had not been, when that ends.
func TestEndOfSlow(t *testing.T) {
	var received, rung []time.Duration
	s := script{
		boot: func(env *sim.Env) {
			if env.ID() == 1 {
				env.SetTimer(0, 10*ms)
			}
		},
		timer: func(env *sim.Env, id sim.TimerID) {
			if id == 1 {
				rung = append(rung, time.Duration(env.Now()))
				return
			}
			env.Work(30 * ms)
			env.Send(2, nil) // leaves at 40 ms, by itself
			env.Work(200 * ms)
			env.Send(2, nil)      // at 240 ms
			env.SetTimer(1, 7*ms) // and rings at 247 ms
		},
		recv: func(env *sim.Env, _ sim.NodeID, _ []byte) { received = append(received, time.Duration(env.Now())) },
	}
	s.play(t, sim.Case{Faults: plan("at 5ms slow n1 by 24h for 100ms")})
	if len(received) != 2 || received[0] != 110*ms || received[1] != 245*ms {
		t.Errorf("messages arrived at %v, want 110 ms, when the node is no longer slow, and 245 ms", received)
	}
	if len(rung) != 1 || rung[0] != 247*ms {
		t.Errorf("the timer rang at %v, want 247 ms", rung)
	}
}

// Of two faults that make a node slow, each takes away its own part when it ends.
func TestSlowTwice(t *testing.T) {
	got, _, _ := stream(t, sim.Case{Faults: plan("at 100.5ms slow n2 by 50ms for 20ms", "at 100.7ms slow n2 by 200µs for 100ms")})
	if at := got[97]; len(at) != 1 || at[0] != 120*ms+700*time.Microsecond {
		t.Errorf("number 97 was handled at %v, want 200 µs after the end of the longer delay", at)
	}
}

// A sync that is under way when slow-sync ends takes its own time alone.
func TestEndOfSlowSync(t *testing.T) {
	var synced []time.Duration
	s := script{
		boot: func(env *sim.Env) {
			if env.ID() == 1 {
				env.Append("a", []byte("x"))
				env.SetTimer(0, 10*ms)
				env.SetTimer(1, 90*ms)
			}
		},
		timer: func(env *sim.Env, id sim.TimerID) { env.Sync("a", sim.SyncID(id)) },
		sync: func(env *sim.Env, _ sim.SyncID, err error) {
			synced = append(synced, time.Duration(env.Now()))
		},
	}
	c := sim.Case{Faults: plan("at 5ms slow-sync n1 by 1h for 95ms", "at 80ms slow-sync n1 by 3ms for 50ms")}
	c.Disk.Sync = sim.Latency{Dist: sim.Constant, Min: sim.Duration(20 * ms)}
	s.play(t, c)
	if len(synced) != 2 || synced[0] != 100*ms || synced[1] != 113*ms {
		t.Errorf("the syncs ended at %v, want 100 ms, when the longer fault ends, and 113 ms", synced)
	}
}

// What is under way at the heal arrives no later than what is sent then; until
// then, faults may delay it beyond their own end.
func TestMessagesUnderWayAtTheHeal(t *testing.T) {
	for _, tc := range []struct {
		faults []fault.Fault
		rate   int64
		want   []time.Duration
	}{
		{nil, 0, []time.Duration{505 * ms, 1003 * ms}},
		{plan("at 400ms latency constant 1h"), 0, []time.Duration{1005 * ms, 1005 * ms}},
		{plan("at 400ms latency constant 1h forever"), 0, nil},
		{plan("at 400ms latency constant 300ms for 200ms"), 0, []time.Duration{800 * ms, 1003 * ms}},
		{plan("at 400ms latency constant 1h", "at 450ms clog"), 0, []time.Duration{1005 * ms, 1005 * ms}},
		{plan("at 400ms reorder 1/1 by 24h"), 0, []time.Duration{1005 * ms, 1005 * ms}},
		{plan("at 400ms bandwidth 1B/s"), 0, []time.Duration{1005 * ms, 1005 * ms}},
		{plan("at 400ms bandwidth 1B/s"), 1_000_000, []time.Duration{1005 * ms, 1005 * ms}},
		{nil, 1_000, []time.Duration{605 * ms, 1103 * ms}}, // a narrow link that no fault made stays narrow
	} {
		var received []time.Duration
		s := script{
			boot: func(env *sim.Env) {
				if env.ID() == 1 {
					env.SetTimer(0, 500*ms)
					env.SetTimer(1, 998*ms)
				}
			},
			timer: func(env *sim.Env, _ sim.TimerID) { env.Send(2, make([]byte, 100)) },
			recv:  func(env *sim.Env, _ sim.NodeID, _ []byte) { received = append(received, time.Duration(env.Now())) },
		}
		healed(t, s, sim.Case{Faults: tc.faults, Network: sim.Network{Bandwidth: tc.rate}})
		if len(received) != len(tc.want) || len(received) == 2 && (received[0] != tc.want[0] || received[1] != tc.want[1]) {
			t.Errorf("%v, bandwidth %d: messages arrived at %v, want %v", tc.faults, tc.rate, received, tc.want)
		}
	}
}

// A timer that a clock which was ahead put off rings, once the clock is right, no later than if it were set then.
func TestTimersAtTheHeal(t *testing.T) {
	var rung []time.Duration
	s := script{
		boot: func(env *sim.Env) {
			if env.ID() == 1 {
				env.SetTimer(0, 200*ms)
			}
		},
		timer: func(env *sim.Env, id sim.TimerID) {
			if id == 0 {
				env.SetTimer(1, 2*time.Second)
				return
			}
			rung = append(rung, time.Duration(env.Now()))
		},
	}
	healed(t, s, sim.Case{Faults: plan("at 100ms skew n1 +1h")})
	if len(rung) != 1 || rung[0] != 3*time.Second {
		t.Errorf("the timer rang at %v, want 2 s after the heal", rung)
	}
}
