package sim_test

import (
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"simrun/history"
	"simrun/sim"
)

// outsider is an Outside whose clock is always as late as lag says, and from which things come as scripted.
type outsider struct {
	lag    time.Duration
	script []sim.Arrival // in order of time; Env is filled in from the life of the first node
	life   **sim.Env
	closed int
}

func (o *outsider) Wait(until sim.Time) (sim.Time, sim.Arrival, bool) {
	if len(o.script) > 0 && o.script[0].At <= until && *o.life != nil {
		a := o.script[0]
		o.script = o.script[1:]
		if a.Env == nil {
			a.Env = *o.life
		}
		return a.At + sim.Time(o.lag), a, true
	}
	return until + sim.Time(o.lag), sim.Arrival{}, false
}

func (o *outsider) Close() error { o.closed++; return nil }

// puppet tells what happens to it.
type puppet struct {
	env *sim.Env
	did func(what string)
}

func (p *puppet) Receive(sim.NodeID, []byte)        { p.did("receive") }
func (p *puppet) Request(from sim.Caller, b []byte) { p.did("request"); p.env.Reply(from, b) }
func (p *puppet) Timer(t sim.TimerID)               { p.did(fmt.Sprint("timer ", t)); p.env.Send(2, []byte("x")) }

// live is a system of two puppets, of which the first tells.
type live struct {
	log   []string
	first *sim.Env // of the present life of n1
	lives []*sim.Env
	deaf  bool // n1 is no TimerHandler
}

type noTimer struct{ sim.Node }

func (l *live) system() sim.System {
	return sim.System{
		Name: "live", Nodes: 2, Program: &sim.Program{Path: "puppet", Native: true},
		Boot: func(env *sim.Env) sim.Node {
			p := &puppet{env: env, did: func(string) {}}
			if env.ID() != 1 {
				return p
			}
			boots := env.Boots()
			say := func(what string) { l.log = append(l.log, fmt.Sprintf("%v life %d: %s", env.Now(), boots, what)) }
			p.did = say
			l.first = env
			l.lives = append(l.lives, env)
			env.OnPause(func() { say("paused") }, func() { say("goes on") })
			if l.deaf {
				return noTimer{p}
			}
			return p
		},
		Workloads: []sim.WorkloadKind{{Name: "ask", Rate: 1, Next: func(*sim.Turn) sim.Op { return sim.Op{F: "ask"} }}},
		Client: func(c *sim.Client) {
			for _, ok := c.Next(); ok; _, ok = c.Next() {
				c.OK(history.Null)
			}
		},
	}
}

func (l *live) run(t *testing.T, o *outsider, lines ...string) *sim.Result {
	t.Helper()
	o.life = &l.first
	r, err := sim.RunLiveTraced(l.system(), sim.Case{Seed: 1, Clients: 1, Duration: sim.Duration(time.Second), Recovery: sim.Recovery{Skip: true}, Faults: plan(lines...)}, o)
	if err != nil {
		t.Fatal(err)
	}
	if o.closed != 1 {
		t.Errorf("the outside was closed %d times", o.closed)
	}
	return r
}

// What comes from outside is an event of its own, at its time, and what the node does then follows from it.
func TestArrivals(t *testing.T) {
	var l live
	r := l.run(t, &outsider{script: []sim.Arrival{{At: 10e6, Timer: 3, What: "a word"}, {At: 20e6, Timer: 4}}})
	if got := strings.Join(l.log, "; "); got != "10ms life 1: timer 3; 20ms life 1: timer 4" {
		t.Errorf("n1 was told %q", got)
	}
	var boot, came uint64
	for _, x := range r.Trace.Records {
		switch {
		case x.Kind == sim.Boot && x.Node == 1:
			boot = x.Event
		case x.Kind == sim.Came:
			if x.Text == "a word" {
				came = x.Event
			}
			if x.Cause != boot {
				t.Errorf("the arrival at %v came of event %d, expected the boot, %d", x.Time, x.Cause, boot)
			}
		case x.Kind == sim.Send && x.Time == 10e6 && (x.Event != came || x.Node != 1):
			t.Errorf("%v sent in event %d, expected n1 in that of the arrival, %d", x.Node, x.Event, came)
		}
	}
	if came == 0 {
		t.Error("the trace does not have the arrival")
	}
}

// The digest covers what came.
func TestArrivalsInDigest(t *testing.T) {
	digest := func(a sim.Arrival) sim.Digest {
		var l live
		return l.run(t, &outsider{script: []sim.Arrival{a}}).Digest
	}
	base := digest(sim.Arrival{At: 10e6, What: "line", Content: []byte("a")})
	for what, a := range map[string]sim.Arrival{
		"content": {At: 10e6, What: "line", Content: []byte("b")},
		"kind":    {At: 10e6, What: "exit", Content: []byte("a")},
		"time":    {At: 10e6 + 1, What: "line", Content: []byte("a")},
		"timer":   {At: 10e6, What: "line", Content: []byte("a"), Timer: 1},
	} {
		if digest(a) == base {
			t.Errorf("another %s has the same digest", what)
		}
	}
	if digest(sim.Arrival{At: 10e6, What: "line", Content: []byte("a")}) != base {
		t.Error("the same arrivals have another digest")
	}
}

// A pause is told, and what comes meanwhile waits.
func TestArrivalsWaitForPause(t *testing.T) {
	var l live
	l.run(t, &outsider{script: []sim.Arrival{{At: 20e6, Timer: 3}, {At: 60e6, Timer: 4}}}, "at 10ms pause n1 for 40ms")
	if got := strings.Join(l.log, "; "); got != "10ms life 1: paused; 50ms life 1: goes on; 50ms life 1: timer 3; 60ms life 1: timer 4" {
		t.Errorf("n1 was told %q", got)
	}
}

// What comes for a life that is over is dropped, also if it waited already.
func TestArrivalsOfThePast(t *testing.T) {
	var l live
	o := &outsider{script: []sim.Arrival{{At: 15e6, Timer: 1}, {At: 60e6, Timer: 2}}}
	l.run(t, o, "at 10ms pause n1", "at 20ms crash n1 for 20ms")
	if got := strings.Join(l.log, "; "); got != "10ms life 1: paused; 60ms life 2: timer 2" {
		t.Errorf("n1 was told %q", got)
	}
	first := l.lives[0]
	l = live{}
	l.run(t, &outsider{script: []sim.Arrival{{At: 60e6, Timer: 2, Env: first}}})
	if len(l.log) > 0 {
		t.Errorf("n1 was told %q", l.log)
	}
}

// Events keep their own times on a machine that is too slow, and the run says how slow it was.
func TestLag(t *testing.T) {
	for lag, kept := range map[time.Duration]bool{0: true, sim.MaxLag: true, sim.MaxLag + 1: false} {
		var l live
		r := l.run(t, &outsider{lag: lag, script: []sim.Arrival{{At: 10e6, Timer: 3}}})
		if r.Live.Lag != lag || r.Live.Kept() != kept || strings.Contains(r.Live.String(), "not kept") == kept {
			t.Errorf("lag %v: %+v, %v", lag, r.Live, r.Live)
		}
		if got := strings.Join(l.log, "; "); got != "10ms life 1: timer 3" {
			t.Errorf("lag %v: n1 was told %q", lag, got)
		}
	}
}

// A node that can't be told is a defect of the system, and named.
func TestArrivalWithoutHandler(t *testing.T) {
	l := live{deaf: true}
	r := l.run(t, &outsider{script: []sim.Arrival{{At: 10e6, Timer: 3}}})
	if len(r.Violations) != 1 || !strings.Contains(r.Violations[0].Detail, "noTimer, which has no method Timer") {
		t.Errorf("violations %v", r.Violations)
	}
}

// A run in real time is asked for by name, and so is one in virtual time.
func TestLiveIsRefusedElsewhere(t *testing.T) {
	var l live
	c := sim.Case{Seed: 1}
	for what, run := range map[string]func() error{
		"Run":       func() error { _, err := sim.Run(l.system(), c); return err },
		"RunTraced": func() error { _, err := sim.RunTraced(l.system(), c); return err },
		"Verify":    func() error { _, err := sim.Verify(l.system(), c); return err },
	} {
		if err := run(); err == nil || !strings.Contains(err.Error(), "puppet runs natively, in real time") {
			t.Errorf("%s: %v", what, err)
		}
	}
	s := l.system()
	s.Program = &sim.Program{Path: "module", SHA256: strings.Repeat("0", 64)}
	o := &outsider{life: &l.first}
	if _, err := sim.RunLive(s, c, o); err == nil || !strings.Contains(err.Error(), "no program natively") || o.closed != 1 {
		t.Errorf("RunLive: %v, closed %d times", err, o.closed)
	}
}

// What is no fault's to change in a process is refused, in one sentence.
func TestFaultsOfProcesses(t *testing.T) {
	var l live
	s := l.system()
	for line, want := range map[string]string{
		"at 1ms slow-sync n1 by 2ms":   "has the disk of the machine",
		"at 1ms rot n1":                "has the disk of the machine",
		"at 1ms skew n1 +2s":           "has the clock of the machine",
		"at 1ms crash n1 at disk op 3": "can't be counted",
		"at 1ms crash n1 keeping torn": "leaves all that it wrote",
		"at 1ms crash n1":              "",
		"at 1ms pause n1":              "",
		"at 1ms partition n1 | n2":     "",
		"at 1ms loss 1/2":              "",
	} {
		_, err := s.Complete(sim.Case{Seed: 1, Faults: plan(line)})
		if (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, expected %q", line, err, want)
		}
	}
}

// The case of one command is not run by another, nor by a module.
func TestSameCommand(t *testing.T) {
	var l live
	s := l.system()
	for _, other := range []sim.Program{{Path: "other", Native: true}, {Path: "puppet", SHA256: "0"}} {
		if _, err := s.Complete(sim.Case{Seed: 1, Program: &other}); err == nil || !strings.Contains(err.Error(), "puppet") {
			t.Errorf("%+v: %v", other, err)
		}
	}
}

// A case of a command is read back as it was written.
func TestLiveCaseComesBack(t *testing.T) {
	var l live
	s := l.system()
	s.Program.Args, s.Program.Env = []string{"-v"}, []string{"A=b"}
	c, err := s.Complete(sim.Case{Seed: 1})
	if err != nil {
		t.Fatal(err)
	}
	text, err := sim.FormatCase(c)
	if err != nil {
		t.Fatal(err)
	}
	if back, err := sim.ParseCase("case.json", text); err != nil || !back.Live() || !reflect.DeepEqual(back, c) {
		t.Errorf("%+v, %v, expected %+v", back, err, c)
	}
}
