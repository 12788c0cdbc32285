package sim_test

import (
	"testing"
	"time"

	"simrun/sim"
)

func TestClockFaults(t *testing.T) {
	offset := func(line string) map[int]time.Duration {
		at := map[int]time.Duration{}
		now := 0
		s := script{
			boot: func(env *sim.Env) {
				if env.ID() == 1 {
					env.SetTimer(0, ms)
				}
			},
			// n1 has the true time, and asks n2 for its own.
			timer: func(env *sim.Env, _ sim.TimerID) {
				env.Send(2, nil)
				env.SetTimer(0, ms)
			},
			recv: func(env *sim.Env, _ sim.NodeID, _ []byte) {
				now++
				at[now] = time.Duration(env.Now()) - time.Duration(now)*ms - 5*ms
			},
		}
		s.play(t, sim.Case{Faults: plan(line)})
		return at
	}
	at := offset("at 100.5ms skew n2 +400ms for 200ms")
	if at[90] != 0 || at[200] != 400*ms || at[400] != 0 {
		t.Errorf("skew: %v, %v, %v", at[90], at[200], at[400])
	}
	at = offset("at 100ms drift n2 +1/100 for 200ms")
	if at[90] != 0 || at[195] != ms || at[400] != 2*ms {
		t.Errorf("drift: %v, %v, %v", at[90], at[195], at[400])
	}
	at = offset("at 100ms strobe n2 20ms every 5ms for 100ms")
	if at[97] != 20*ms || at[102] != 0 || at[107] != 20*ms || at[300] != 0 {
		t.Errorf("strobe: %v, %v, %v, %v", at[97], at[102], at[107], at[300])
	}
}

// A timer follows the node's clock: a step forward makes it fire early, a step back late.
func TestTimersFollowTheClock(t *testing.T) {
	fires := func(lines ...string) (when []time.Duration) {
		s := script{
			boot: func(env *sim.Env) {
				if env.ID() == 1 {
					env.SetTimer(0, 100*ms)
				}
			},
			timer: func(env *sim.Env, _ sim.TimerID) { env.Send(2, nil) },
		}
		r := s.play(t, sim.Case{Faults: plan(lines...)})
		for _, rec := range r.Trace.Records {
			if rec.Kind == sim.TimerRun {
				when = append(when, time.Duration(rec.Time))
			}
		}
		return when
	}
	for _, tc := range []struct {
		lines []string
		want  time.Duration
	}{
		{nil, 100 * ms},
		{[]string{"at 20ms skew n1 +50ms"}, 50 * ms},
		{[]string{"at 20ms skew n1 +500ms"}, 20 * ms},
		{[]string{"at 20ms skew n1 -50ms"}, 150 * ms},
		{[]string{"at 20ms skew n1 -50ms for 10ms"}, 100 * ms},
		{[]string{"at 50ms drift n1 +1/4"}, 90 * ms},
		{[]string{"at 50ms drift n1 -1/2"}, 150 * ms},
		{[]string{"at 20ms pause n1 for 200ms"}, 220 * ms},
	} {
		if got := fires(tc.lines...); len(got) != 1 || got[0] != tc.want {
			t.Errorf("%v: the timer fired at %v, want %v", tc.lines, got, tc.want)
		}
	}
}

// At the heal a clock that drifted is put right, not only stopped from drifting.
func TestHealPutsClocksRight(t *testing.T) {
	before, after := clockAroundHeal(t, "at 0s drift n2 -1/1000")
	if before == 5*ms || after != 5*ms {
		t.Errorf("the clock is %v after the ten before the heal, and %v after it; want 5ms after it alone", before, after)
	}
	if before, after = clockAroundHeal(t, "at 0s drift n2 -1/1000 forever"); before == 5*ms || after == 5*ms {
		t.Errorf("a drift forever: the clock is %v after the ten before the heal, and %v after it; want 5ms nowhere", before, after)
	}
}

// clockAroundHeal is by how much n2's clock is past a multiple of ten milliseconds when true time is by five:
// when last seen before the heal, and after it.
func clockAroundHeal(t *testing.T, line string) (before, after time.Duration) {
	s := script{
		boot: func(env *sim.Env) {
			if env.ID() == 1 {
				env.SetTimer(0, 10*ms)
			}
		},
		timer: func(env *sim.Env, _ sim.TimerID) {
			env.Send(2, nil)
			env.SetTimer(0, 10*ms)
		},
		recv: func(env *sim.Env, _ sim.NodeID, _ []byte) {
			if now := time.Duration(env.Now()); now < time.Second {
				before = now % (10 * ms)
			} else {
				after = now % (10 * ms)
			}
		},
		cli: func(c *sim.Client) {
			for _, ok := c.Next(); ok; _, ok = c.Next() {
				c.Info("nothing to do")
			}
		},
	}
	_, err := sim.Run(s.system(), sim.Case{
		Nodes: 2, Clients: 1, Duration: sim.Duration(time.Second), Recovery: sim.Recovery{Within: sim.Duration(time.Second)},
		Network: sim.Network{Latency: sim.Latency{Dist: sim.Constant, Min: sim.Duration(5 * ms)}}, Faults: plan(line),
	})
	if err != nil {
		t.Fatal(err)
	}
	return before, after
}
