package explore_test

import (
	"fmt"
	"testing"
	"time"

	"simrun/sim"
	"simrun/sim/fault"
)

// The toy: n1 and n2 each tell n3 something when a timer of theirs fires, and n1 tells n3 more, or n2. n3 writes down what it hears, in order,
// syncs, and reads it again when it boots. A monitor dislikes one order: it is the planted bug.
type toy struct {
	env   *sim.Env
	log   *outcome
	quiet bool // n3 alone states facts
	got   string
}

// outcome is what a run of the toy came to: what each node knew last.
type outcome struct{ knows [4]string }

type heard string

func (h heard) String() string { return string(h) }

func (t *toy) note(s string) {
	t.got += s
	t.log.knows[t.env.ID()] = fmt.Sprint(t.got, t.env.Boots())
	if !t.quiet || t.env.ID() == 3 {
		t.env.Report(heard(t.env.ID().String() + s))
	}
}

func (t *toy) Receive(from sim.NodeID, p []byte) {
	t.note(string(p))
	if t.env.ID() == 3 {
		if err := t.env.Append("log", p); err != nil {
			t.env.Fatal(err.Error())
		}
		t.env.Sync("log", 1)
	}
}

func (t *toy) Request(sim.Caller, []byte) {}

func (t *toy) Synced(sim.SyncID, error) { t.note("!") }

func (t *toy) Timer(sim.TimerID) {
	name := t.env.ID().String()[1:]
	t.env.Send(3, []byte(name))
	switch {
	case name == "2":
	case t.quiet:
		t.env.Send(3, []byte("3"))
	default:
		t.env.Send(2, []byte("x"))
	}
}

// dislikes is the monitor: it knows all facts in order, and dislikes one order.
type dislikes struct{ order, so string }

func (d *dislikes) Name() string { return "order" }

func (d *dislikes) Observe(_ sim.Sighting, f sim.Fact) *sim.Breach {
	if d.so += f.String() + " "; d.so == d.order+" " {
		return sim.Breachf("it went %s", d.order)
	}
	return nil
}

// toySystem is the toy with a monitor that dislikes an order, and the outcome of its last run.
func toySystem(disliked string, quiet bool) (sim.System, *outcome) {
	last := new(outcome)
	return sim.System{
		Name: "toy",
		Boot: func(env *sim.Env) sim.Node {
			t := &toy{env: env, log: last, quiet: quiet}
			data, _ := env.Read("log")
			t.got = string(data)
			last.knows[env.ID()] = fmt.Sprint(t.got, env.Boots())
			if env.ID() < 3 {
				env.SetTimer(0, time.Millisecond)
			}
			return t
		},
		Client:    func(c *sim.Client) {},
		Workloads: []sim.WorkloadKind{{Name: "none", Next: func(*sim.Turn) sim.Op { return sim.Op{} }}},
		Monitors:  func(*sim.Case) []sim.Monitor { return []sim.Monitor{&dislikes{order: disliked}} },
	}, last
}

// toyCase is a case of the toy for a search.
func toyCase() sim.Case {
	return sim.Case{
		Seed: 1, Nodes: 3, Clients: 1, Duration: sim.Duration(time.Second), Recovery: sim.Recovery{Skip: true},
		Network: sim.Network{Latency: sim.Latency{Dist: sim.Constant}}, Disk: sim.DiskProfile{Sync: sim.Latency{Dist: sim.Constant}},
	}
}

// ends names what a run came to: the last state of each node, and whether the monitor disliked it.
func ends(o *outcome, r *sim.Result) string {
	s := fmt.Sprint(o.knows, len(r.Violations))
	*o = outcome{}
	return s
}

func line(t testing.TB, text string) fault.Fault {
	t.Helper()
	f, err := fault.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return f
}
