package sim_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"simrun/history"
	"simrun/sim"
)

// calls makes a client's calls of n1, and returns how each ended and when.
func calls(t *testing.T, c sim.Case, n int) (ends []string, r *sim.Result) {
	s := script{
		req: func(env *sim.Env, from sim.Caller, p []byte) { env.Reply(from, append([]byte("re: "), p...)) },
		cli: func(c *sim.Client) {
			for i := range n {
				reply, err := c.Call(1, fmt.Appendf(nil, "%d", i), 20*ms)
				ends = append(ends, fmt.Sprintf("%v %s%v", c.Now(), reply, errText(err)))
				c.Sleep(10 * ms)
			}
		},
	}
	return ends, s.play(t, c)
}

func errText(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

func TestCalls(t *testing.T) {
	const client = sim.Duration(2 * ms)
	for _, tc := range []struct {
		c    sim.Case
		want string
	}{
		{sim.Case{}, "0s re: 0, 10ms re: 1, 20ms re: 2"},
		{sim.Case{Network: sim.Network{Client: client}}, "4ms re: 0, 18ms re: 1, 32ms re: 2"},
		{sim.Case{Faults: plan("at 5ms crash n1 for 10ms")}, "0s re: 0, 30ms timeout, 40ms re: 2"},
		{sim.Case{Faults: plan("at 5ms crash n1 for 10ms"), Network: sim.Network{Refuse: true}}, "0s re: 0, 10ms connection refused, 20ms re: 2"},
		{sim.Case{Faults: plan("at 5ms crash n1 for 10ms"), Network: sim.Network{Refuse: true, Client: client}}, "4ms re: 0, 18ms re: 1, 32ms re: 2"},
		{sim.Case{Faults: plan("at 5ms pause n1 for 10ms")}, "0s re: 0, 15ms re: 1, 25ms re: 2"},
		{sim.Case{Faults: plan("at 5ms pause n1 for 40ms")}, "0s re: 0, 30ms timeout, 45ms re: 2"},
		{sim.Case{Faults: plan("at 5ms isolate n1")}, "0s re: 0, 10ms re: 1, 20ms re: 2"},
	} {
		ends, r := calls(t, tc.c, 3)
		if got := strings.Join(ends, ", "); got != tc.want {
			t.Errorf("%v %v: got %s\nwant %s", tc.c.Faults, tc.c.Network, got, tc.want)
		}
		if len(r.Violations) > 0 {
			t.Error(r.Violations)
		}
	}
}

// A late reply must not be taken for the answer to the next call.
func TestLateReplyIsDropped(t *testing.T) {
	var got []string
	s := script{
		req: func(env *sim.Env, from sim.Caller, p []byte) {
			env.Work(25 * ms)
			env.Reply(from, p)
		},
		cli: func(c *sim.Client) {
			for _, p := range []string{"a", "b", "c"} {
				reply, err := c.Call(1, []byte(p), 30*ms)
				got = append(got, string(reply)+errText(err))
				if p == "a" {
					c.Call(1, []byte("lost"), ms)
				}
			}
		},
	}
	r := s.play(t, sim.Case{})
	if strings.Join(got, " ") != "a timeout timeout" {
		t.Errorf("got %q", got)
	}
	late := 0
	for _, rec := range r.Trace.Records {
		if rec.Kind == sim.Drop && rec.Text == "late" {
			late++
		}
	}
	if late != 3 {
		t.Errorf("%d late replies dropped, want 3", late)
	}
}

// A node that works sends, replies and syncs when its work is done, and handles nothing meanwhile.
func TestWork(t *testing.T) {
	var log []string
	note := func(env *sim.Env, what string) { log = append(log, fmt.Sprintf("%v %s", env.Now(), what)) }
	s := script{
		boot: func(env *sim.Env) {
			if env.ID() == 1 {
				env.SetTimer(0, 10*ms)
			}
		},
		timer: func(env *sim.Env, timer sim.TimerID) {
			note(env, fmt.Sprintf("timer %d", timer))
			if timer == 0 {
				env.SetTimer(1, 2*ms)
				env.Send(2, []byte("first"))
				env.Work(20 * ms)
				note(env, "worked")
				env.Send(2, []byte("second"))
				env.Append("f", []byte{1})
				env.Sync("f", 1)
				env.SetTimer(2, 3*ms)
			}
		},
		recv: func(env *sim.Env, _ sim.NodeID, p []byte) { note(env, "received "+string(p)) },
		sync: func(env *sim.Env, _ sim.SyncID, _ error) { note(env, "synced") },
	}
	c := sim.Case{}
	c.Disk.Sync = sim.Latency{Dist: sim.Constant, Min: sim.Duration(ms)}
	s.play(t, c)
	want := "10ms timer 0, 30ms worked, 15ms received first, 30ms timer 1, 31ms synced, 33ms timer 2, 35ms received second"
	if got := strings.Join(log, ", "); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	log = nil
	c.Faults = plan("at 20ms crash n1")
	s.play(t, c)
	if got := strings.Join(log, ", "); got != "10ms timer 0, 30ms worked, 15ms received first" {
		t.Errorf("a crash during the work: %s", got)
	}
}

// works runs the toy's clients against a node that lets a test decide how operations end.
func workload(t *testing.T, w sim.Workload, end func(c *sim.Client, n int), overrides ...sim.Override) *sim.Result {
	t.Helper()
	s := toySystem
	n := 0
	s.Client = func(c *sim.Client) {
		for {
			if _, ok := c.Next(); !ok {
				return
			}
			end(c, n)
			n++
		}
	}
	r, err := sim.RunTraced(s, sim.Case{
		Clients: 2, Workload: w, Duration: sim.Duration(time.Second), Overrides: overrides,
		Recovery: sim.Recovery{Within: sim.Duration(2 * time.Second)},
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := history.Validate(r.History); err != nil {
		t.Error(err)
	}
	return r
}

func ok(c *sim.Client, _ int) { c.OK(history.Int(1)) }

// invocations lists the ordinals of one client's operations in the fault phase.
func invocations(r *sim.Result, client string) (list []string) {
	for _, rec := range r.Trace.Records {
		if rec.Kind == sim.Called && strings.HasPrefix(rec.Key, client+"#") && rec.Time < sim.Time(time.Second) {
			list = append(list, rec.Key)
		}
	}
	return list
}

func TestRate(t *testing.T) {
	r := workload(t, sim.Workload{Rate: 100}, ok)
	ops := invocations(r, "c1")
	if len(ops) != 100 || ops[0] != "c1#0" || ops[99] != "c1#99" {
		t.Errorf("%d operations, %v", len(ops), ops)
	}
	slow := workload(t, sim.Workload{Rate: 100}, func(c *sim.Client, n int) {
		c.Sleep(35 * ms)
		c.OK(history.Null)
	})
	if ops := invocations(slow, "c1"); len(ops) < 24 || len(ops) > 29 {
		t.Errorf("a slow client did %d operations in a second, want one in 35 to 45 ms: %v", len(ops), ops)
	}
	if ops := invocations(workload(t, sim.Workload{Rate: 100, Ops: 10}, ok), "c2"); len(ops) != 10 || ops[9] != "c2#9" {
		t.Errorf("with ops 10: %v", ops)
	}
}

// After the faults healed each client completes an operation, even if its own are spent; one
// that is told of failure goes on.
func TestRecoveryPhase(t *testing.T) {
	count := func(r *sim.Result) (after, okAfter int) {
		for _, e := range r.History {
			if e.Time < sim.Time(time.Second) {
				continue
			}
			switch e.Type {
			case history.Invoke:
				after++
			case history.OK:
				okAfter++
			}
		}
		return
	}
	r := workload(t, sim.Workload{Rate: 100, Ops: 10}, ok)
	if after, okAfter := count(r); after != 2 || okAfter != 2 || len(r.Violations) > 0 {
		t.Errorf("%d invoked and %d ok after the heal, violations %v", after, okAfter, r.Violations)
	}
	r = workload(t, sim.Workload{Rate: 100, Ops: 10}, func(c *sim.Client, n int) {
		if n < 30 {
			c.Fail("not yet")
		} else {
			c.OK(history.Null)
		}
	})
	if after, okAfter := count(r); after < 10 || okAfter != 2 || len(r.Violations) > 0 {
		t.Errorf("%d invoked and %d ok after the heal, violations %v", after, okAfter, r.Violations)
	}
	r = workload(t, sim.Workload{Rate: 100}, func(c *sim.Client, n int) { c.Fail("never") })
	only(t, r, "progress", 0, "2s after the faults healed, c1 has completed no operation; c2 has completed no operation")
}

// An info ends a process, and the client goes on as another, as Jepsen counts them.
func TestProcesses(t *testing.T) {
	r := workload(t, sim.Workload{Rate: 10}, func(c *sim.Client, n int) {
		switch n % 3 {
		case 0:
			c.Info("who knows")
		case 1:
			c.Fail("no")
		default:
			ok(c, n)
		}
	})
	next := map[int64]int64{0: 2, 1: 1}
	for _, e := range r.History {
		p := int64(e.Process)
		if next[p%2] != p {
			t.Fatalf("event %d is of process %d, want %d", e.Index, p, next[p%2])
		}
		if e.Type == history.Info {
			next[p%2] += 2
		}
	}
	if next[1] < 5 {
		t.Errorf("only %d processes of c1", next[1]/2)
	}
}

func TestOpenOperationsBecomeInfo(t *testing.T) {
	r := workload(t, sim.Workload{Rate: 10}, func(c *sim.Client, n int) {
		if n > 3 {
			ok(c, n)
		}
	})
	if e := r.History[1]; e.Type != history.Info || e.Error != "left open" {
		t.Errorf("event 1 is %+v", e)
	}
	s := toySystem
	s.Client = func(c *sim.Client) {
		c.Next()
		if c.ID() == sim.ClientID(2) {
			c.Sleep(time.Hour)
		}
	}
	r, err := sim.Run(s, sim.Case{Clients: 2, Recovery: sim.Recovery{Skip: true}, Duration: sim.Duration(time.Second)})
	if err != nil {
		t.Fatal(err)
	}
	reasons := map[string]bool{}
	for _, e := range r.History {
		reasons[e.Error] = e.Type == history.Info
	}
	if !reasons["the client returned"] || !reasons["the run ended"] || r.End != sim.Time(time.Second) {
		t.Errorf("history %+v to %v", r.History, r.End)
	}
}

func TestDropOperation(t *testing.T) {
	r := workload(t, sim.Workload{Rate: 100, Ops: 10}, ok, sim.Override{Key: "drop c1#5"}, sim.Override{Key: "drop c2#0"})
	if got := strings.Join(invocations(r, "c1"), " "); got != "c1#0 c1#1 c1#2 c1#3 c1#4 c1#6 c1#7 c1#8 c1#9" {
		t.Errorf("c1 invoked %s", got)
	}
	if got := invocations(r, "c2"); len(got) != 9 || got[0] != "c2#1" {
		t.Errorf("c2 invoked %s", got)
	}
}

// A workload without a rate goes on at once; an operation that takes no time is followed by a
// pause, so that time goes on.
func TestWithoutPause(t *testing.T) {
	for _, tc := range []struct {
		takes      time.Duration
		ops        int
		low, high  int // operations in the fault phase
		afterwards int
	}{
		{takes: 0, low: 1000, high: 1000, afterwards: 1},
		{takes: 10 * ms, low: 100, high: 100, afterwards: 1},
		{takes: 10 * ms, ops: 7, low: 7, high: 7, afterwards: 1},
	} {
		s := toySystem
		s.Workloads = []sim.WorkloadKind{{Name: "eager", Next: func(*sim.Turn) sim.Op { return sim.Op{F: "read"} }}}
		s.Client = func(c *sim.Client) {
			for {
				if _, ok := c.Next(); !ok {
					return
				}
				if tc.takes > 0 {
					c.Sleep(tc.takes)
				}
				c.OK(history.Null)
			}
		}
		r, err := sim.RunTraced(s, sim.Case{Clients: 1, Workload: sim.Workload{Ops: tc.ops}, Duration: sim.Duration(time.Second)})
		if err != nil {
			t.Fatal(err)
		}
		during, after := len(invocations(r, "c1")), 0
		for _, e := range r.History {
			if e.Type == history.Invoke && e.Time >= sim.Time(time.Second) {
				after++
			}
		}
		if during < tc.low || during > tc.high || after != tc.afterwards || len(r.Violations) > 0 {
			t.Errorf("%+v: %d operations, %d after the heal, %v", tc, during, after, r.Violations)
		}
	}
}

// None alone keeps no operation of the fault phase.
func TestOnlyNone(t *testing.T) {
	r := workload(t, sim.Workload{Rate: 100, Only: []string{sim.NoOperation}}, ok)
	for _, e := range r.History {
		if e.Time < sim.Time(r.Case.Duration) {
			t.Errorf("%v was invoked in the fault phase", e)
		}
	}
	if len(r.History) == 0 {
		t.Error("nothing was invoked in the recovery phase")
	}
}

// Only keeps some operations of the fault phase; the recovery phase has its own.
func TestOnly(t *testing.T) {
	r := workload(t, sim.Workload{Rate: 100, Only: []string{"c1#5", "c2#7", "c1#90"}}, ok)
	if got := strings.Join(append(invocations(r, "c1"), invocations(r, "c2")...), " "); got != "c1#5 c1#90 c2#7" {
		t.Errorf("invoked %s", got)
	}
	if len(r.Violations) > 0 {
		t.Error(r.Violations)
	}
}

// An answer that says no is an answer: the client has recovered.
func TestFailWith(t *testing.T) {
	r := workload(t, sim.Workload{Rate: 100}, func(c *sim.Client, _ int) { c.FailWith(history.Int(3)) })
	if len(r.Violations) > 0 {
		t.Error(r.Violations)
	}
	if e := r.History[1]; e.Type != history.Fail || e.Value != history.Int(3) || e.Error != "" {
		t.Errorf("completion %+v", e)
	}
}

// What was refused had no effect: nobody ever reads it.
func TestRefusedMeansNoEffect(t *testing.T) {
	refused := 0
	for seed := range sim.Seed(30) {
		c := busy(seed)
		c.Network.Refuse = true
		ops, err := history.Pair(run(t, c).History)
		if err != nil {
			t.Fatal(err)
		}
		never := map[history.Value]bool{}
		for _, op := range ops {
			if op.F == "write" && op.Outcome == history.Fail {
				never[op.Input] = true
				refused++
			}
		}
		for _, op := range ops {
			if op.F == "read" && op.Outcome == history.OK && never[op.Output] {
				t.Errorf("seed %d: %v was refused, and read", seed, op.Output)
			}
		}
	}
	if refused < 100 {
		t.Errorf("only %d writes were refused: the test is worth little", refused)
	}
}
