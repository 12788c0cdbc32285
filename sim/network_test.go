package sim_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"simrun/sim"
)

// A message of a node to itself arrives at once, whatever befalls the network.
func TestMessageToItself(t *testing.T) {
	var got []string
	s := script{
		boot: func(env *sim.Env) {
			if env.ID() == 1 {
				env.SetTimer(0, 10*ms)
			}
		},
		timer: func(env *sim.Env, _ sim.TimerID) { env.Send(1, []byte("me")) },
		recv: func(env *sim.Env, from sim.NodeID, p []byte) {
			got = append(got, fmt.Sprintf("%v from %v: %s", time.Duration(env.Now()), from, p))
		},
	}
	s.play(t, sim.Case{Faults: plan("at 0s isolate n1", "at 0s loss 1/1", "at 0s clog")})
	if want := []string{"10ms from n1: me"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

// A message that waits for its node's work is under way from when it leaves: a cut before that does not lose it.
func TestCutBeforeAMessageLeaves(t *testing.T) {
	for _, tc := range []struct {
		plan string
		want int
	}{
		{"at 50ms cut n1 > n2 dropping in-flight for 10ms", 1},  // the node works
		{"at 111ms cut n1 > n2 dropping in-flight for 10ms", 0}, // the message is under way
		{"at 116ms cut n1 > n2 dropping in-flight for 10ms", 1}, // it has arrived
	} {
		got := 0
		s := script{
			boot: func(env *sim.Env) {
				if env.ID() == 1 {
					env.SetTimer(0, 10*ms)
				}
			},
			timer: func(env *sim.Env, _ sim.TimerID) {
				env.Work(100 * ms)
				env.Send(2, []byte("x"))
			},
			recv: func(*sim.Env, sim.NodeID, []byte) { got++ },
		}
		if s.play(t, sim.Case{Faults: plan(tc.plan)}); got != tc.want {
			t.Errorf("%s: %d messages arrive, want %d", tc.plan, got, tc.want)
		}
	}
}

// The trace says of each message what became of it, and of a lost one why.
func TestTraceOfMessages(t *testing.T) {
	for _, tc := range []struct {
		plan string
		size int
		want string // of three messages that leave together at 10 ms
	}{
		{"at 0s heal", 1, "deliver, deliver, deliver"},
		{"at 0s cut n1 > n2", 1, "drop partition, drop partition, drop partition"},
		{"at 0s loss 1/1", 1, "drop loss, drop loss, drop loss"},
		{"at 12ms cut n1 > n2 dropping in-flight", 1, "drop cut in flight, drop cut in flight, drop cut in flight"},
		{"at 0s bandwidth 1kB/s queue 1", 1, "deliver, deliver, drop queue full"},
		{"at 12ms crash n2", 1, "drop down, drop down, drop down"},
		{"at 0s corrupt 1/1", 1, "corrupt deliver, corrupt deliver, corrupt deliver"},
		{"at 0s corrupt 1/1", 0, "deliver, deliver, deliver"}, // there is nothing to damage
	} {
		s := script{
			boot: func(env *sim.Env) {
				if env.ID() == 1 {
					env.SetTimer(0, 10*ms)
				}
			},
			timer: func(env *sim.Env, _ sim.TimerID) {
				for range 3 {
					env.Send(2, make([]byte, tc.size))
				}
			},
		}
		r := s.play(t, sim.Case{Faults: plan(tc.plan)})
		fates := make([]string, 3)
		for _, x := range r.Trace.Records {
			switch x.Kind {
			case sim.Deliver, sim.Drop, sim.Corrupted:
				fates[x.Message-1] = strings.TrimSpace(fmt.Sprintf("%s %s %s", fates[x.Message-1], x.Kind, x.Text))
			}
		}
		if got := strings.Join(fates, ", "); got != tc.want || len(r.Violations) > 0 {
			t.Errorf("%s: the messages of %d bytes: %s, want %s; %v", tc.plan, tc.size, got, tc.want, r.Violations)
		}
	}
}

// A reply goes to a client or a server of the case; to whom else is a mistake of the node.
func TestReplyToWhom(t *testing.T) {
	for to, fine := range map[sim.NodeID]bool{0: false, 1: true, 2: true, 3: false, -1: true, -2: false} {
		s := script{boot: func(env *sim.Env) {
			if env.ID() == 1 && env.Boots() == 1 {
				env.Reply(sim.Caller{Client: to}, nil)
			}
		}}
		r := s.play(t, sim.Case{})
		if said := fmt.Sprint(r.Violations); len(r.Violations) == 0 != fine || !fine && !strings.Contains(said, "which is not in the case") {
			t.Errorf("a reply to %d: violations %s", to, said)
		}
	}
}
