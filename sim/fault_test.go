package sim_test

import (
	"encoding/binary"
	"errors"
	"fmt"
	"testing"
	"time"

	"simrun/sim"
	"simrun/sim/disk"
)

// A script is a system whose nodes do what a test says. Each sends its neighbour a
// numbered message every millisecond, unless the test replaces that.
type script struct {
	boot  func(env *sim.Env)
	timer func(env *sim.Env, t sim.TimerID)
	recv  func(env *sim.Env, from sim.NodeID, p []byte)
	req   func(env *sim.Env, from sim.Caller, p []byte)
	sync  func(env *sim.Env, id sim.SyncID, err error)
	cli   func(c *sim.Client)
}

type scripted struct {
	*script
	env *sim.Env
}

func (s scripted) Timer(t sim.TimerID) {
	if s.timer != nil {
		s.timer(s.env, t)
	}
}
func (s scripted) Receive(from sim.NodeID, p []byte) {
	if s.recv != nil {
		s.recv(s.env, from, p)
	}
}
func (s scripted) Request(from sim.Caller, p []byte) {
	if s.req != nil {
		s.req(s.env, from, p)
	}
}
func (s scripted) Synced(id sim.SyncID, err error) {
	if s.sync != nil {
		s.sync(s.env, id, err)
	}
}
func (s scripted) Describe() sim.State { return sim.State{Role: "node", Epoch: 1} }

func (s *script) system() sim.System {
	return sim.System{
		Name: "script", Workloads: []sim.WorkloadKind{{Name: "none", Rate: 1, Next: func(*sim.Turn) sim.Op { return sim.Op{F: "nothing"} }}},
		Boot: func(env *sim.Env) sim.Node {
			if s.boot != nil {
				s.boot(env)
			}
			return scripted{s, env}
		},
		Client: func(c *sim.Client) {
			if s.cli != nil {
				s.cli(c)
			}
		},
	}
}

// play runs the script for a second, with two nodes and a latency of 5 ms if the case does not say.
func (s *script) play(t testing.TB, c sim.Case) *sim.Result {
	t.Helper()
	if c.Nodes == 0 {
		c.Nodes = 2
	}
	if c.Clients == 0 {
		c.Clients = 1
	}
	if c.Network.Latency.Dist == "" {
		c.Network.Latency = sim.Latency{Dist: sim.Constant, Min: sim.Duration(5 * time.Millisecond)}
	}
	c.Duration = sim.Duration(time.Second)
	c.Recovery.Skip = true
	r, err := sim.RunTraced(s.system(), c)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// stream is n1 sending n2 a number every millisecond; got says when each arrived.
func stream(t testing.TB, c sim.Case) (got map[int][]time.Duration, order []int, r *sim.Result) {
	got = map[int][]time.Duration{}
	n := 0
	s := script{
		boot: func(env *sim.Env) {
			if env.ID() == 1 {
				env.SetTimer(0, time.Millisecond)
			}
		},
		timer: func(env *sim.Env, _ sim.TimerID) {
			n++
			env.Send(2, append(binary.LittleEndian.AppendUint64(nil, uint64(n)), make([]byte, 92)...))
			env.SetTimer(0, time.Millisecond)
		},
		recv: func(env *sim.Env, _ sim.NodeID, p []byte) {
			i := int(binary.LittleEndian.Uint64(p))
			got[i] = append(got[i], time.Duration(env.Now()))
			order = append(order, i)
		},
	}
	r = s.play(t, c)
	return got, order, r
}

const ms = time.Millisecond

// between counts the numbers in [lo, hi] that did not arrive.
func missing(got map[int][]time.Duration, lo, hi int) int {
	n := 0
	for i := lo; i <= hi; i++ {
		if len(got[i]) == 0 {
			n++
		}
	}
	return n
}

func TestStreamWithoutFaults(t *testing.T) {
	got, order, _ := stream(t, sim.Case{})
	if missing(got, 1, 990) != 0 || len(order) > 1000 {
		t.Fatalf("%d missing, %d arrived", missing(got, 1, 990), len(order))
	}
	for i, at := range got {
		if len(at) != 1 || at[0] != time.Duration(i)*ms+5*ms {
			t.Fatalf("number %d arrived at %v", i, at)
		}
	}
}

func TestLinkFaults(t *testing.T) {
	for _, tc := range []struct {
		plan  string
		check func(got map[int][]time.Duration, order []int) error
	}{
		{"at 100.5ms cut n1 > n2 for 200ms", gap(101, 300)},
		{"at 100.5ms cut n2 > n1 for 200ms", gap(0, -1)},
		{"at 100.5ms cut n1 <> n2 dropping in-flight for 200ms", gap(96, 300)},
		{"at 100.5ms partition n1 | n2 for 200ms", gap(101, 300)},
		{"at 100.5ms isolate n2 for 200ms", gap(101, 300)},
		{"at 100.5ms isolate n2", gap(101, 994)},
		{"at 100.5ms pause n2 for 200ms", func(got map[int][]time.Duration, _ []int) error {
			// What arrived during the pause is handled in order at its end.
			for i := 96; i <= 295; i++ {
				if got[i][0] != 300*ms+ms/2 {
					return fmt.Errorf("number %d handled at %v", i, got[i])
				}
			}
			return nil
		}},
		{"at 100.5ms pause n1 for 200ms", func(got map[int][]time.Duration, order []int) error {
			if n := len(order); n < 790 || n > 800 {
				return fmt.Errorf("%d arrived", n) // the timer fires once when it goes on
			}
			return nil
		}},
		{"at 100.5ms clog for 200ms", func(got map[int][]time.Duration, order []int) error {
			if at := got[101][0]; at != 305*ms+ms/2 || missing(got, 1, 990) > 0 {
				return fmt.Errorf("number 101 arrived at %v, %d missing", at, missing(got, 1, 990))
			}
			return nil
		}},
		{"at 100.5ms latency constant 50ms on n1 > n2 for 200ms", func(got map[int][]time.Duration, _ []int) error {
			if got[101][0] != 151*ms || got[301][0] != 306*ms {
				return fmt.Errorf("number 101 arrived at %v and number 301 at %v", got[101], got[301])
			}
			return nil
		}},
		{"at 100.5ms loss 1/4 for 800ms", func(got map[int][]time.Duration, _ []int) error {
			if n := missing(got, 101, 900); n < 160 || n > 240 || missing(got, 1, 100) > 0 {
				return fmt.Errorf("%d of 800 missing", n)
			}
			return nil
		}},
		{"at 100.5ms duplicate 1/4 for 800ms", func(got map[int][]time.Duration, order []int) error {
			twice := 0
			for i := 101; i <= 900; i++ {
				if len(got[i]) == 2 {
					twice++
					if got[i][0] >= got[i][1] {
						return fmt.Errorf("the copy of number %d came first: %v", i, got[i])
					}
				}
			}
			if twice < 160 || twice > 240 {
				return fmt.Errorf("%d of 800 came twice", twice)
			}
			return nil
		}},
		{"at 100.5ms reorder 1/4 by 10ms for 800ms", func(got map[int][]time.Duration, order []int) error {
			swapped := 0
			for i := 1; i < len(order); i++ {
				if order[i] < order[i-1] {
					swapped++
				}
				if d := got[i][0] - time.Duration(i)*ms; d > 15*ms {
					return fmt.Errorf("number %d took %v", i, d)
				}
			}
			if swapped < 50 {
				return fmt.Errorf("only %d swapped", swapped)
			}
			return nil
		}},
		{"at 100.5ms bandwidth 50kB/s queue 10 for 800ms", func(got map[int][]time.Duration, order []int) error {
			// 100 bytes take 2 ms, and one comes each ms: the queue fills up, and half is lost.
			if n := missing(got, 201, 800); n < 290 || n > 310 {
				return fmt.Errorf("%d of 600 missing", n)
			}
			for i, at := range got {
				if d := at[0] - time.Duration(i)*ms; d > 5*ms+11*2*ms {
					return fmt.Errorf("number %d took %v", i, d)
				}
			}
			return nil
		}},
		{"at 100.5ms crash n2 for 200ms", gap(96, 295)},
		{"at 100.5ms slow n2 by 300µs for 200ms", func(got map[int][]time.Duration, order []int) error {
			if got[101][0] != 106*ms+300*time.Microsecond {
				return fmt.Errorf("number 101 was handled at %v", got[101])
			}
			return nil
		}},
	} {
		got, order, r := stream(t, sim.Case{Faults: plan(tc.plan)})
		if err := tc.check(got, order); err != nil {
			t.Errorf("%s: %v", tc.plan, err)
		}
		if len(r.Violations) > 0 {
			t.Errorf("%s: %v", tc.plan, r.Violations)
		}
	}
}

// gap wants exactly the numbers lo to hi to be missing.
func gap(lo, hi int) func(map[int][]time.Duration, []int) error {
	return func(got map[int][]time.Duration, _ []int) error {
		for i := 1; i <= 990; i++ {
			if want := i < lo || i > hi; (len(got[i]) == 1) != want {
				return fmt.Errorf("number %d arrived at %v, want gap from %d to %d", i, got[i], lo, hi)
			}
		}
		return nil
	}
}

// Overlapping partitions compose: the link works again when the last ends.
func TestOverlappingCuts(t *testing.T) {
	got, _, _ := stream(t, sim.Case{Faults: plan("at 100.5ms cut n1 > n2 for 100ms", "at 150.5ms isolate n1 for 100ms", "at 160.5ms crash n2 for 40ms")})
	if err := gap(96, 250)(got, nil); err == nil {
		t.Error("a message that arrived before the crash is missing")
	}
	if err := gap(101, 250)(got, nil); err != nil {
		t.Error(err)
	}
	got, _, _ = stream(t, sim.Case{Faults: plan("at 100.5ms cut n1 > n2", "at 150.5ms isolate n1", "at 200.5ms heal")})
	if err := gap(101, 200)(got, nil); err != nil {
		t.Error(err)
	}
	got, _, _ = stream(t, sim.Case{Faults: plan("at 100.5ms clog", "at 200.5ms heal")})
	if got[101][0] != 205*ms+ms/2 || got[201][0] != 206*ms {
		t.Errorf("healed clog: number 101 arrived at %v, number 201 at %v", got[101], got[201])
	}
}

// Two crashes hold a node down until the later ends; a restart voids both.
func TestOverlappingCrashes(t *testing.T) {
	for _, tc := range []struct {
		plan   []string
		lo, hi int
	}{
		{[]string{"at 100.5ms crash n2 for 100ms", "at 150.5ms crash n2 for 100ms"}, 96, 245},
		{[]string{"at 100.5ms crash n2 for 200ms", "at 150.5ms crash n2 for 50ms"}, 96, 295},
		{[]string{"at 100.5ms crash n2 for 200ms", "at 150.5ms restart n2"}, 96, 145},
		{[]string{"at 100.5ms crash n2 for 100ms", "at 150.5ms restart n2", "at 180.5ms crash n2 for 100ms"}, 0, 0},
	} {
		got, _, _ := stream(t, sim.Case{Faults: plan(tc.plan...)})
		if tc.hi == 0 {
			if n := missing(got, 96, 145) + missing(got, 176, 275); n != 150 || missing(got, 146, 175) > 0 {
				t.Errorf("%v: %d missing", tc.plan, n)
			}
			continue
		}
		if err := gap(tc.lo, tc.hi)(got, nil); err != nil {
			t.Errorf("%v: %v", tc.plan, err)
		}
	}
}

func TestCorruptionFlipsOneBit(t *testing.T) {
	var flipped, intact int
	s := script{
		boot: func(env *sim.Env) { env.SetTimer(0, ms) },
		timer: func(env *sim.Env, _ sim.TimerID) {
			env.Send(3-env.ID(), make([]byte, 20))
			env.SetTimer(0, ms)
		},
		recv: func(env *sim.Env, _ sim.NodeID, p []byte) {
			ones := 0
			for _, b := range p {
				for ; b != 0; b &= b - 1 {
					ones++
				}
			}
			switch ones {
			case 0:
				intact++
			case 1:
				flipped++
			default:
				env.Fatal("more than one bit")
			}
		},
	}
	r := s.play(t, sim.Case{Faults: plan("at 0s corrupt 1/3")})
	if flipped < 550 || flipped > 780 || len(r.Violations) > 0 {
		t.Errorf("%d flipped and %d intact, violations %v", flipped, intact, r.Violations)
	}
}

// clocks returns what each of the node's readings was ahead of true time, by true millisecond.
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

// writer appends a byte every 10 ms at n1, and syncs it; at boot it notes what the disk holds.
func writer(t *testing.T, lines ...string) (boots []int, done []time.Duration, errs []error, r *sim.Result) {
	s := script{
		boot: func(env *sim.Env) {
			if env.ID() != 1 {
				return
			}
			data, err := env.Read("f")
			if err != nil {
				errs = append(errs, err)
			}
			boots = append(boots, len(data))
			env.SetTimer(0, 10*ms)
		},
		timer: func(env *sim.Env, _ sim.TimerID) {
			if err := env.Append("f", []byte{1}); err != nil {
				errs = append(errs, err)
			} else {
				env.Sync("f", 1)
			}
			env.SetTimer(0, 10*ms)
		},
		sync: func(env *sim.Env, _ sim.SyncID, err error) {
			if err != nil {
				errs = append(errs, err)
			}
			done = append(done, time.Duration(env.Now()))
		},
	}
	c := sim.Case{Faults: plan(lines...)}
	c.Disk.Sync = sim.Latency{Dist: sim.Constant, Min: sim.Duration(2 * ms)}
	r = s.play(t, c)
	return boots, done, errs, r
}

func TestDiskFaults(t *testing.T) {
	// At 101 ms the tenth byte is written and not synced.
	for _, tc := range []struct {
		line string
		want int // bytes at the second boot
	}{
		{"at 101ms crash n1 for 50ms", 9},
		{"at 103ms crash n1 for 50ms", 10},
		{"at 101ms crash n1 keeping all for 50ms", 10},
		{"at 101ms crash n1 wiping disk for 50ms", 0},
		{"at 95ms crash n1 at disk op 1 for 50ms", 9},
		{"at 95ms crash n1 at disk op 2 for 50ms", 9},
		{"at 95ms crash n1 at disk op 2 keeping all for 50ms", 10},
	} {
		boots, _, errs, r := writer(t, tc.line)
		if len(boots) != 2 || boots[1] != tc.want || len(errs) > 0 || len(r.Violations) > 0 {
			t.Errorf("%s: the disk held %v bytes at boot, want %d; errors %v, %v", tc.line, boots, tc.want, errs, r.Violations)
		}
	}
	if _, done, _, _ := writer(t); done[0] != 12*ms {
		t.Errorf("the first sync completed at %v, want 12ms", done[0])
	}
	if _, done, _, _ := writer(t, "at 0s slow-sync n1 by 3ms for 500ms"); done[0] != 15*ms {
		t.Errorf("slow: the first sync completed at %v, want 15ms", done[0])
	}
	if _, done, _, _ := writer(t, "at 5ms stall-sync n1 for 100ms"); done[0] != 105*ms || done[8] != 105*ms || done[9] != 105*ms || done[10] != 112*ms {
		t.Errorf("stalled: syncs completed at %v", done[:12])
	}
	if _, _, errs, _ := writer(t, "at 95ms disk-full n1 for 50ms"); len(errs) != 5 || !errors.Is(errs[0], disk.ErrFull) {
		t.Errorf("full: errors %v, want 5 times %v", errs, disk.ErrFull)
	}
	if _, _, errs, _ := writer(t, "at 95ms io-error n1 1/1 for 50ms"); len(errs) != 5 || !errors.Is(errs[0], disk.ErrIO) {
		t.Errorf("io-error: errors %v, want 5 times %v", errs, disk.ErrIO)
	}
}

func TestRotIsSeen(t *testing.T) {
	damaged := false
	s := script{
		boot: func(env *sim.Env) {
			if env.ID() == 1 {
				env.Append("f", make([]byte, 100))
				env.Sync("f", 1)
				env.SetTimer(0, 500*ms)
			}
		},
		timer: func(env *sim.Env, _ sim.TimerID) {
			data, _ := env.Read("f")
			for _, b := range data {
				damaged = damaged || b != 0
			}
		},
	}
	s.play(t, sim.Case{})
	if damaged {
		t.Error("damage without a fault")
	}
	s.play(t, sim.Case{Faults: plan("at 200ms rot n1 in f sector 1")})
	if !damaged {
		t.Error("the rot left no damage")
	}
}
