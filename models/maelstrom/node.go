package maelstrom

import (
	"bytes"
	"fmt"
	"strconv"
	"time"

	"simrun/history"
	"simrun/internal/brief"
	"simrun/sim"
	"simrun/sim/program"
)

// node is one life of a program on a node.
type node struct {
	env     *sim.Env
	names   names
	name    string
	work    *workload
	process program.Process // nil once it is gone

	stage    stage
	answered bool                  // what the stage waits for: the next one begins
	late     int                   // seconds that the program has had to answer what the stage waits for
	open     map[sim.Caller][]byte // what clients asked, and this node has not answered
	early    []request             // what came before the program was ready, oldest first

	exit *program.Exit // the program ended by itself
	said string        // the last line of its log
}

// request is a call of a client.
type request struct {
	from sim.Caller
	body []byte
}

// boot starts a life.
func boot(env *sim.Env, p program.Program) sim.Node {
	n := &node{env: env, names: namesOf(env), work: workloadOf(env.Workload()), open: map[sim.Caller][]byte{}}
	n.name = n.names.of(env.ID())
	n.process = p.Start(env, program.Streams{Line: n.line, Log: n.log, Exit: func(e program.Exit) { n.exit = &e }, POSIX: env.Option(optionFsync) == "posix"})
	n.env.SetTimer(lateTimer, time.Second)
	n.begin(starting)
	return n
}

// input gives the program a line, and does what follows from what it did.
func (n *node) input(line []byte) {
	if n.exit == nil { // else it has ended in this handler
		n.process.Input(line)
	}
	n.after()
}

// after follows each time that the program ran.
func (n *node) after() {
	if n.exit != nil {
		n.ended()
	}
	if n.answered {
		n.answered = false
		n.begin(n.next())
	}
	for n.stage == ready && len(n.early) > 0 {
		first := n.early[0]
		n.early = n.early[1:]
		n.Request(first.from, first.body)
	}
}

// Receive forwards what another node or a service sent. It may be what a client asked the other node, which passes it on under the name of the client.
func (n *node) Receive(_ sim.NodeID, payload []byte) {
	m, why := parse(payload)
	if why != "" {
		n.env.Note("a message was damaged on its way, and dropped: " + quoted(payload))
		return
	}
	if client, known := n.names.find(m.src); known && client < 0 {
		id, isNumber := headOf(m.body).MsgID.AsInt()
		to := sim.Caller{Client: client, Call: uint64(id)}
		if _, asked := n.open[to]; isNumber && !asked {
			n.open[to] = bytes.Clone(m.body)
		}
	}
	n.input(payload)
}

// Request forwards what a client asks, as soon as the program is ready.
func (n *node) Request(from sim.Caller, body []byte) {
	switch {
	case n.stage != ready:
		n.early = append(n.early, request{from, bytes.Clone(body)})
	case string(body) == askReady:
		n.env.Reply(from, []byte(askReady))
	default:
		n.open[from] = bytes.Clone(body)
		n.input(lineOf(from.Client.String(), n.name, numbered("msg_id", from.Call, body)))
	}
}

// Timer is the program's, or tells that it is late.
func (n *node) Timer(t sim.TimerID) {
	if t == lateTimer {
		n.wait()
		return
	}
	n.process.Timer(t)
	n.after()
}

// Synced is the program's.
func (n *node) Synced(id sim.SyncID, err error) {
	n.process.Synced(id, err)
	n.after()
}

// End ends the life of the program with that of the node.
func (n *node) End() {
	if n.process != nil {
		n.process.End()
	}
}

// Describe tells people what the node is.
func (n *node) Describe() sim.State {
	s := sim.State{Role: roleNode}
	if n.stage != ready {
		s.Role = roleStarting
	}
	if len(n.early) > 0 {
		s.Detail = []sim.Field{{Name: "waiting requests", Value: strconv.Itoa(len(n.early))}}
	}
	return s
}

// line takes what the program printed.
func (n *node) line(line []byte) {
	line = bytes.TrimSpace(line)
	m, why := parse(line)
	if why != "" {
		n.protest(fmt.Sprintf("%s printed %s, %s: each line must be {\"src\": …, \"dest\": …, \"body\": {…}}, and logs go to standard error", n.name, quoted(line), why))
		return
	}
	switch to, known := n.names.find(m.dest); {
	case m.dest == starter:
		id, _ := headOf(m.body).InReplyTo.AsInt()
		n.started(id, headOf(m.body).Type, m.body)
	case !known:
		n.protest(fmt.Sprintf("%s printed %s, a message to %s: there are %s to %s, c1 to c%d, and the services %s",
			n.name, quoted(line), strconv.Quote(m.dest), n.names.of(1), n.names.of(sim.NodeID(n.names.nodes)), n.names.clients, serviceList))
	case to < 0:
		n.answer(to, m)
	default:
		n.env.Send(to, line)
	}
}

// answer takes a message to a client. Any node may answer what another was asked.
func (n *node) answer(client sim.NodeID, m message) {
	id, isNumber := headOf(m.body).InReplyTo.AsInt()
	if !isNumber {
		n.env.Note(m.dest + " asked nothing that this answers: " + describeBody(m.body))
		return
	}
	to := sim.Caller{Client: client, Call: uint64(id)}
	if asked, here := n.open[to]; here {
		delete(n.open, to)
		if _, err := n.work.result(asked, m.body); err != nil && !isFailure(err) {
			n.protest(fmt.Sprintf("%s answered %s with %s: %v", n.name, brief.Middle(string(asked), 120), brief.Middle(string(m.body), 120), err))
		}
	}
	n.env.Reply(to, m.body)
}

// log takes a line of the program's log.
func (n *node) log(line []byte) {
	n.said = brief.Middle(string(bytes.TrimSpace(line)), 200)
	if n.env.Tracing() {
		n.env.Note("log: " + n.said)
	}
}

// protest reports that the program does not keep to the protocol.
func (n *node) protest(reason string) { n.env.Violate(checkProtocol, reason) }

// ended ends the life of the node, since the program has ended. A program may give up when its disk fails.
func (n *node) ended() {
	reason := n.exit.Reason
	if reason == "" {
		reason = fmt.Sprintf("exited with code %d", n.exit.Code)
	}
	if failed := n.env.DiskErrors(); failed > 0 && !n.exit.Finding {
		n.env.Note(fmt.Sprintf("the program %s, as it may: its disk had answered %d errors", reason, failed))
	} else {
		text := n.name + " " + reason
		if n.said != "" {
			text += "; the last line of its log is " + strconv.Quote(n.said)
		}
		n.env.Violate(checkExit, text)
	}
	n.process.End()
	n.process = nil
	n.env.Exit("the program "+reason, pause)
}

// The timers of a node that are not the program's.
const lateTimer = program.Timers

const (
	checkProtocol = "protocol"
	checkExit     = "exit"
	checkInit     = "init"
)

// isFailure reports whether an error is one that a node answered.
func isFailure(err error) bool {
	_, ok := err.(failure)
	return ok
}

// valueOf reads a body.
func valueOf(body []byte) (history.Value, error) { return history.ParseValue(string(body)) }
