package sim_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"simrun/sim"
	"simrun/sim/disk"
)

// Broadcast reaches every other server, in order.
func TestBroadcast(t *testing.T) {
	var got []string
	s := script{
		boot: func(env *sim.Env) {
			if env.ID() == 2 {
				env.Broadcast([]byte("x"))
			}
		},
		recv: func(env *sim.Env, from sim.NodeID, p []byte) {
			got = append(got, fmt.Sprintf("%v from %v: %s", env.ID(), from, p))
		},
	}
	s.play(t, sim.Case{Nodes: 3})
	if want := []string{"n1 from n2: x", "n3 from n2: x"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

// A call between nodes ends once: with the first answer, with a timeout, or with a refusal; and never after a crash.
func TestCallBetweenNodes(t *testing.T) {
	echo := func(env *sim.Env, from sim.Caller, p []byte) {
		if string(p) != "silence" {
			env.Reply(from, append([]byte("re "), p...))
		}
	}
	for _, tc := range []struct {
		name    string
		payload string
		c       sim.Case
		want    string
	}{
		{"answered", "a", sim.Case{}, `10ms "re a" <nil>`},
		{"unanswered", "silence", sim.Case{}, `100ms "" timeout`},
		{"lost", "a", sim.Case{Faults: plan("at 0s cut n1 > n2")}, `100ms "" timeout`},
		{"answer lost", "a", sim.Case{Faults: plan("at 0s cut n2 > n1")}, `100ms "" timeout`},
		{"doubled", "a", sim.Case{Faults: plan("at 0s duplicate 1/1")}, `10ms "re a" <nil>`},
		{"down, refused", "a", sim.Case{Network: sim.Network{Refuse: true}, Faults: plan("at 1ms crash n2 for 500ms")}, `10ms "" connection refused`},
		{"down, lost", "a", sim.Case{Faults: plan("at 1ms crash n2 for 500ms")}, `100ms "" timeout`},
		{"the caller crashed", "a", sim.Case{Faults: plan("at 1ms crash n1 for 500ms")}, ""},
		{"by the node's clock", "silence", sim.Case{Faults: plan("at 50ms skew n1 +30ms")}, `100ms "" timeout`},
	} {
		var got []string
		asked := false
		s := script{
			req: echo,
			boot: func(env *sim.Env) {
				if env.ID() != 1 || asked {
					return
				}
				asked = true
				env.Call(2, []byte(tc.payload), 100*ms, func(reply []byte, err error) {
					got = append(got, fmt.Sprintf("%v %q %v", env.Now(), reply, err))
				})
			},
		}
		r := s.play(t, tc.c)
		if len(r.Violations) > 0 || strings.Join(got, "; ") != tc.want {
			t.Errorf("%s: got %q, want %q; %v", tc.name, got, tc.want, r.Violations)
		}
	}
}

// A server that answers only the copy of a request that the network doubled has answered the call.
func TestTheCopyOfACallIsTheSameCall(t *testing.T) {
	var got []string
	var asked []sim.Caller
	s := script{
		req: func(env *sim.Env, from sim.Caller, _ []byte) {
			if asked = append(asked, from); len(asked) == 2 {
				env.Reply(from, []byte("second"))
			}
		},
		boot: func(env *sim.Env) {
			if env.ID() == 1 {
				env.Call(2, []byte("a"), 100*ms, func(reply []byte, err error) { got = append(got, fmt.Sprintf("%q %v", reply, err)) })
			}
		},
	}
	s.play(t, sim.Case{Faults: plan("at 0s duplicate 1/1")})
	if len(asked) != 2 || asked[0] != asked[1] || !slices.Equal(got, []string{`"second" <nil>`}) {
		t.Errorf("asked %v, got %q", asked, got)
	}
}

// Calls that time out together end in the order in which they were made, and may make others.
func TestCallsTimeOutInOrder(t *testing.T) {
	var got []string
	s := script{boot: func(env *sim.Env) {
		if env.ID() != 1 {
			return
		}
		for i := range 3 {
			env.Call(2, nil, 20*ms, func([]byte, error) {
				got = append(got, fmt.Sprint(i, " ", env.Now()))
				if i == 0 {
					env.Call(2, nil, 5*ms, func([]byte, error) { got = append(got, fmt.Sprint("again ", env.Now())) })
				}
			})
		}
	}}
	s.play(t, sim.Case{})
	if want := []string{"0 20ms", "1 20ms", "2 20ms", "again 25ms"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

// Whatever operation of a save a crash hits, and whatever it leaves of what was not synced, the file holds
// the old content or the new, and the new if the node was told so.
func TestSaveFileIsAtomic(t *testing.T) {
	contents := map[string]int{}
	for _, keep := range []string{"all", "prefix", "torn", "any"} {
		for at := 0; at <= 40; at++ {
			told, after := false, ""
			s := script{boot: func(env *sim.Env) {
				if env.ID() != 1 {
					return
				}
				switch b, _ := env.Read("f"); env.Boots() {
				case 1:
					env.SaveFile("f", []byte(strings.Repeat("old", 300)), func(err error) {
						env.SaveFile("f", []byte(strings.Repeat("new!", 300)), func(err error) { told = err == nil })
					})
				default:
					after = string(b)
				}
			}}
			c := sim.Case{Seed: sim.Seed(at), Faults: plan(fmt.Sprintf("at %dus crash n1 keeping %s for 10ms", 500+at*100, keep))}
			s.play(t, c)
			switch {
			case after == strings.Repeat("new!", 300):
				contents["new"]++
			case told:
				t.Fatalf("keeping %s, crash %d: the node was told, and the file holds %.20q", keep, at, after)
			case after == strings.Repeat("old", 300):
				contents["old"]++
			case after == "":
				contents["none"]++
			default:
				t.Fatalf("keeping %s, crash %d: the file holds %d bytes: %.20q", keep, at, len(after), after)
			}
		}
	}
	if contents["new"] == 0 || contents["old"] == 0 || contents["none"] == 0 {
		t.Errorf("not every outcome was met: %v", contents)
	}
}

func TestSaveFileTellsErrors(t *testing.T) {
	var got []string
	s := script{boot: func(env *sim.Env) {
		if env.ID() == 1 {
			env.SetTimer(0, 20*ms)
		}
	}, timer: func(env *sim.Env, _ sim.TimerID) {
		for _, name := range []string{"a", "a", "b"} {
			env.SaveFile(name, []byte("x"), func(err error) {
				if !errors.Is(err, disk.ErrIO) {
					t.Errorf("%s: %v", name, err)
				}
				got = append(got, name)
			})
		}
	}}
	s.play(t, sim.Case{Faults: plan("at 10ms io-error n1 1/1")})
	if want := []string{"a", "b", "a"}; !slices.Equal(got, want) {
		t.Errorf("told of %q, want %q", got, want)
	}
}

// A node that sets a timer or syncs a file, and can't handle the end of it, is told which method it lacks.
func TestMissingHandlers(t *testing.T) {
	for want, do := range map[string]func(env *sim.Env){
		"no method Timer(sim.TimerID)":         func(env *sim.Env) { env.SetTimer(0, ms) },
		"no method Synced(sim.SyncID, error)":  func(env *sim.Env) { env.Append("f", []byte("x")); env.Sync("f", 1) },
		"no method Timer(sim.TimerID) ":        nil,
		"no method Synced(sim.SyncID, error) ": nil,
	} {
		system := sim.System{
			Name:      "bare",
			Boot:      func(env *sim.Env) sim.Node { return bare{env, do, strings.HasPrefix(want, "no method Timer")} },
			Client:    func(c *sim.Client) { c.Call(1, nil, ms) },
			Workloads: []sim.WorkloadKind{{Name: "none", Rate: 1, Next: func(*sim.Turn) sim.Op { return sim.Op{F: "nothing"} }}},
		}
		if do == nil { // the same at boot
			system.Boot = func(env *sim.Env) sim.Node {
				if strings.HasPrefix(want, "no method Timer") {
					env.SetTimer(0, ms)
				} else {
					env.Append("f", []byte("x"))
					env.Sync("f", 1)
				}
				return bare{env: env}
			}
		}
		r, err := sim.Run(system, sim.Case{Nodes: 1, Clients: 1})
		if err != nil {
			t.Fatal(err)
		}
		if len(r.Violations) == 0 || r.Violations[0].Check != "panic" || !strings.Contains(r.Violations[0].Detail, strings.TrimSpace(want)) {
			t.Errorf("%q: %v", want, r.Violations)
		}
	}
}

// bare is a node without timers and syncs.
type bare struct {
	env   *sim.Env
	do    func(env *sim.Env)
	timer bool
}

func (bare) Receive(sim.NodeID, []byte) {}
func (b bare) Request(sim.Caller, []byte) {
	if b.do != nil {
		b.do(b.env)
	}
}

// keeper keeps what it receives, which it must not, and sends it on later.
type keeper struct {
	env  *sim.Env
	kept []byte
	copy bool
}

func (k *keeper) Receive(_ sim.NodeID, p []byte) {
	if k.kept = p; k.copy {
		k.kept = append([]byte(nil), p...)
	}
	k.env.SetTimer(0, ms)
}
func (k *keeper) Request(sim.Caller, []byte) {}
func (k *keeper) Timer(sim.TimerID) {
	if k.kept == nil {
		k.kept = []byte{byte(k.env.ID())}
		k.env.SetTimer(0, 10*ms)
	}
	k.env.Broadcast(k.kept)
}

// Verify finds a payload that is kept after its handler has returned, and says so.
func TestVerifyFindsKeptPayloads(t *testing.T) {
	for _, copies := range []bool{false, true} {
		system := (&script{}).system()
		system.Boot = func(env *sim.Env) sim.Node {
			env.SetTimer(0, 10*ms)
			return &keeper{env: env, copy: copies}
		}
		d, err := sim.Verify(system, sim.Case{Nodes: 3, Clients: 1, Duration: sim.Duration(100 * ms), Recovery: sim.Recovery{Skip: true}})
		if err != nil {
			t.Fatal(err)
		}
		if (d == nil) != copies || d != nil && (!d.Kept || !strings.Contains(d.String(), "keeps a payload")) {
			t.Errorf("copies %v: %v", copies, d)
		}
	}
}

// A client may have several calls open, and is given each end once, in order of time.
func TestStartedCalls(t *testing.T) {
	var got []string
	s := script{
		req: func(env *sim.Env, from sim.Caller, p []byte) {
			if env.ID() == 1 {
				env.Work(30 * ms)
			}
			if env.ID() != 3 {
				env.Reply(from, p)
			}
		},
		cli: func(c *sim.Client) {
			c.Sleep(ms)
			ids := map[sim.CallID]string{}
			for n := sim.NodeID(1); n <= 4; n++ {
				ids[c.Start(n, []byte(n.String()), 50*ms)] = n.String()
			}
			reply, err := c.Call(2, []byte("plain"), 50*ms) // a plain call in between
			got = append(got, fmt.Sprintf("%s %v", reply, err))
			c.Sleep(10 * ms)
			for {
				id, reply, err := c.Wait()
				if id == 0 {
					break
				}
				got = append(got, fmt.Sprintf("%s %q %v at %v", ids[id], reply, err, c.Now()))
			}
			c.Start(2, nil, 50*ms)
			c.Forget()
			if id, _, _ := c.Wait(); id != 0 {
				t.Errorf("a call that was given up came back: %d", id)
			}
			c.Note("done")
		},
	}
	r := s.play(t, sim.Case{Nodes: 4, Network: sim.Network{Refuse: true, Latency: sim.Latency{Dist: sim.Constant, Min: sim.Duration(5 * ms)}}, Faults: plan("at 0s crash n4")})
	want := []string{`plain <nil>`, `n2 "n2" <nil> at 11ms`, `n4 "" connection refused at 11ms`, `n1 "n1" <nil> at 31ms`, `n3 "" timeout at 51ms`}
	slices.Sort(got[1:3])
	if !slices.Equal(got, want) {
		t.Errorf("got %q\nwant %q", got, want)
	}
	if !slices.ContainsFunc(r.Trace.Records, func(rec sim.Record) bool { return rec.Kind == sim.Note && rec.Node == -1 && rec.Text == "done" }) {
		t.Error("the client's note is not in the trace")
	}
}
