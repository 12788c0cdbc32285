package maelstrom

import (
	"fmt"
	"strconv"
	"time"

	"simrun/history"
	"simrun/sim"
)

// stage is how far a program is with its start. Each but the last waits for the answer to a request, whose msg_id it is.
type stage uint64

const (
	starting    stage = iota + 1 // init
	introducing                  // topology
	ready
)

// starter is who asks nodes what they are asked when they start.
const starter = "c0"

// askReady is what clients ask before they begin, and what they are answered once the program is ready.
const askReady = "ready?"

// begin sends the request of a stage.
func (n *node) begin(s stage) {
	n.stage, n.late = s, 0
	var body []byte
	switch s {
	case starting:
		var all []history.Value
		for _, name := range n.names.all() {
			all = append(all, history.String(name))
		}
		body = bodyOf("init", field{"node_id", history.String(n.name)}, field{"node_ids", history.List(all...)})
	case introducing:
		body = topologyOf(n.env.Option(optionTopology), n.names)
	default:
		n.env.StopTimer(lateTimer)
		return
	}
	n.input(lineOf(starter, n.name, numbered("msg_id", uint64(s), body)))
}

// next is the stage after this one.
func (n *node) next() stage {
	if n.stage == starting && n.work.introduced {
		return introducing
	}
	return ready
}

// started takes an answer to the request of a stage. The program runs, and gets the next one later.
func (n *node) started(id int64, kind string, body []byte) {
	want := kind == "init_ok" && n.stage == starting || n.stage == introducing && kind != ""
	if id != int64(n.stage) {
		return
	}
	if !want {
		n.protest(fmt.Sprintf("%s answered init with %s, and not with init_ok", n.name, quoted(body)))
	}
	n.answered = true
}

// wait counts the seconds that a program has had to answer. Those in which its disk kept it waiting don't count.
func (n *node) wait() {
	if n.stage == ready {
		return
	}
	n.env.SetTimer(lateTimer, time.Second)
	if n.env.Syncing() > 0 {
		return
	}
	if n.late++; time.Duration(n.late)*time.Second >= patience {
		n.env.Report(unanswered{n.name, n.stage})
	}
}

// unanswered is the fact that a program had long enough to answer the request of a stage, by the clock of its node.
type unanswered struct {
	name  string
	stage stage
}

func (u unanswered) String() string { return u.name + " has not answered " + u.stage.String() }

// String is the type of the request of a stage.
func (s stage) String() string {
	switch s {
	case starting:
		return "init"
	case introducing:
		return "topology"
	}
	return "stage " + strconv.Itoa(int(s))
}

// monitors are the invariants. Two are reported by the nodes themselves, and listed here to be seen where they hold.
func monitors(c *sim.Case) []sim.Monitor {
	return []sim.Monitor{listed(checkProtocol), &answersInit{since: make([]sim.Time, c.Nodes+2)}, listed(checkExit)}
}

// listed is the name of a check.
type listed string

func (l listed) Name() string                               { return string(l) }
func (l listed) Observe(sim.Sighting, sim.Fact) *sim.Breach { return nil }

// answersInit is the invariant that a program answers the requests with which it is started.
type answersInit struct{ since []sim.Time }

func (a *answersInit) Name() string { return checkInit }

func (a *answersInit) Booted(at sim.Sighting) { a.since[at.Node] = at.Time }

// Observe compares with virtual time, since the clock of the node may be off.
func (a *answersInit) Observe(at sim.Sighting, f sim.Fact) *sim.Breach {
	u, ok := f.(unanswered)
	if !ok || at.Time-a.since[at.Node] < sim.Time(patience) {
		return nil
	}
	return sim.Breachf(`at %s %s has not answered %v within %v: it must print {"src": %q, "dest": %q, "body": {"type": "%v_ok", "in_reply_to": %d}}`,
		at.Time.Clock(), u.name, u.stage, patience, u.name, starter, u.stage, uint64(u.stage))
}
