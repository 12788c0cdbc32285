//go:build unix

package native

import (
	"bytes"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"simrun/history"
	"simrun/sim"
	"simrun/sim/fault"
	"simrun/sim/program"
)

// node forwards between a process and the simulation.
type node struct {
	env     *sim.Env
	process program.Process
	exit    *program.Exit
}

// heard is the fact that a process logged a line, or ended.
type heard string

func (h heard) String() string { return string(h) }

func boot(p program.Program) func(*sim.Env) sim.Node {
	return func(env *sim.Env) sim.Node {
		n := &node{env: env}
		n.process = p.Start(env, program.Streams{
			Args: []string{env.ID().String()},
			Line: n.line,
			Log:  func(line []byte) { env.Report(heard(line)) },
			Exit: func(e program.Exit) { n.exit = &e },
		})
		n.after()
		return n
	}
}

func (n *node) line(line []byte) {
	var to, call int
	if k, _ := fmt.Sscanf(string(line), "tell c%d %d", &to, &call); k == 2 {
		n.env.Reply(sim.Caller{Client: sim.ClientID(to), Call: uint64(call)}, []byte(strings.SplitN(string(line), " ", 4)[3]))
		return
	}
	var words string
	if k, _ := fmt.Sscanf(string(line), "say %d", &to); k == 1 && to <= n.env.Nodes() {
		words = strings.SplitN(string(line), " ", 3)[2]
		n.env.Send(sim.NodeID(to), []byte(words))
	}
}

// after ends the life of the node with that of the process.
func (n *node) after() {
	if n.exit == nil {
		return
	}
	n.env.Report(heard(fmt.Sprintf("%s, finding %v", n.exit.Reason, n.exit.Finding)))
	n.process.End()
	n.process = nil
	n.env.Exit(n.exit.Reason, 20*time.Millisecond)
}

func (n *node) Receive(from sim.NodeID, payload []byte) {
	n.process.Input(fmt.Appendf(nil, "hear %d %s", from, payload))
	n.after()
}

func (n *node) Request(from sim.Caller, payload []byte) {
	n.process.Input(fmt.Appendf(nil, "ask %v %d %s", from.Client, from.Call, payload))
	n.after()
}

func (n *node) Timer(t sim.TimerID) {
	n.process.Timer(t)
	n.after()
}

func (n *node) End() {
	if n.process != nil {
		n.process.End()
	}
}

// stage is a system whose clients do as they are told, and which notes what processes logged.
type stage struct {
	heard []string // "n1: pid 12"
	ask   func(c *sim.Client)
}

func (s *stage) Name() string { return "notes" }
func (s *stage) Observe(at sim.Sighting, f sim.Fact) *sim.Breach {
	if h, ok := f.(heard); ok {
		s.heard = append(s.heard, at.Node.String()+": "+string(h))
	}
	return nil
}

func (s *stage) has(line string) bool {
	for _, h := range s.heard {
		if strings.Contains(h, line) {
			return true
		}
	}
	return false
}

func (s *stage) system(p program.Program) sim.System {
	id := p.Identity()
	return sim.System{
		Name: "stage", Nodes: 2, Program: &id, Boot: boot(p),
		Monitors:  func(*sim.Case) []sim.Monitor { return []sim.Monitor{s} },
		Workloads: []sim.WorkloadKind{{Name: "ask", Rate: 100, Next: func(*sim.Turn) sim.Op { return sim.Op{F: "ask"} }}},
		Client:    s.ask,
	}
}

// patient is the time that a run may take to come to its end, on a machine that is busy; it takes as long as it must.
const patient = sim.Duration(10 * time.Minute)

// repeat asks a node again and again, until the run has recovered: then it was answered after the faults.
func repeat(to sim.NodeID, words string) func(c *sim.Client) {
	return func(c *sim.Client) {
		for {
			if _, ok := c.Next(); !ok {
				return
			}
			if answer, err := c.Call(to, []byte(words), 100*time.Millisecond); err != nil {
				c.Info(err.Error())
			} else {
				c.OK(history.String(string(answer)))
			}
		}
	}
}

// until is a client that first waits for something.
func until(so func() bool, then func(*sim.Client)) func(*sim.Client) {
	return func(c *sim.Client) {
		for !so() {
			c.Sleep(time.Millisecond)
		}
		then(c)
	}
}

// guest is a program of this binary.
func guest(t *testing.T, name string, c Config) *Program {
	t.Helper()
	p, err := New([]string{os.Args[0], "guest", name}, c)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// play runs a program, with a plan of faults.
func (s *stage) play(t *testing.T, p program.Native, c sim.Case, plan string) *sim.Result {
	t.Helper()
	var profile fault.Profile
	var err error
	if c.Faults, err = profile.ParsePlan("plan", plan); err != nil {
		t.Fatal(err)
	}
	c.Seed = 1
	if c.Clients == 0 {
		c.Clients = 1
	}
	if c.Duration == 0 {
		c.Duration = sim.Duration(50 * time.Millisecond)
	}
	c.Recovery.Within = patient
	o, err := p.Outside()
	if err != nil {
		t.Fatal(err)
	}
	r, err := sim.RunLiveTraced(s.system(p), c, o)
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range r.Violations {
		t.Errorf("%s: %s", v.Check, v.Detail)
	}
	return r
}

// answers are what clients were answered.
func answers(r *sim.Result) []string {
	var list []string
	for _, e := range r.History {
		if e.Type == history.OK {
			text, _ := e.Value.AsString()
			list = append(list, text)
		}
	}
	return list
}

// last is the last answer.
func last(t *testing.T, r *sim.Result) string {
	t.Helper()
	list := answers(r)
	if len(list) == 0 {
		t.Fatal("no client was answered")
	}
	return list[len(list)-1]
}

// dump is the trace as text, for messages of tests.
func dump(r *sim.Result) string {
	var b bytes.Buffer
	for _, x := range r.Trace.Records {
		fmt.Fprintf(&b, "%v %v %s %v %v %s\n", x.Event, x.Time, x.Kind, x.Node, x.Peer, x.Text)
	}
	return b.String()
}
