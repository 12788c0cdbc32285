package sim_test

import (
	"encoding/binary"
	"fmt"
	"time"

	"simrun/history"
	"simrun/sim"
	"simrun/sim/fault"
	"simrun/sim/rng"
)

// The toy is a register with a fixed primary, n1. It logs each write, syncs, sends it to
// the backups, and answers when all that the option "acks" asks for have
// answered. Backups pull what they miss. It is correct as long as n1 does not stay down.
//
// Its bugs: "early-ack" answers before the sync; "map-order" sends in the order of a
// map; "assert" dies at the third write; "panic" panics there.
type toy struct {
	env   *sim.Env
	acks  int
	early bool
	maps  bool
	bug   sim.BugName

	log     []int64
	durable int
	acked   []int // by node: how much of the log it has
	open    map[int]sim.Caller
	fact    applied
}

type applied struct {
	n     int
	value int64
}

func (f *applied) String() string       { return fmt.Sprintf("applied %d as number %d", f.value, f.n) }
func (f *applied) Trigger() fault.Event { return "apply" }

const (
	heartbeat sim.TimerID = iota
	unusedTimer
)

const beat = 20 * time.Millisecond

func bootToy(env *sim.Env) sim.Node {
	t := &toy{env: env, acks: 2, early: env.Bug("early-ack"), maps: env.Bug("map-order"), acked: make([]int, env.Nodes()+1), open: map[int]sim.Caller{}}
	for _, b := range []sim.BugName{"assert", "panic"} {
		if env.Bug(b) {
			t.bug = b
		}
	}
	if env.Option("acks") == "1" {
		t.acks = 1
	}
	data, err := env.Read("log")
	if err != nil {
		env.Fatal("cannot read the log")
	}
	for ; len(data) >= 8; data = data[8:] {
		t.log = append(t.log, int64(binary.LittleEndian.Uint64(data)))
	}
	t.durable = len(t.log)
	if env.Boots() > 1 {
		env.Sometimes("restarted")
	}
	env.SetTimer(heartbeat, beat)
	return t
}

func (t *toy) primary() bool { return t.env.ID() == 1 }

func (t *toy) Describe() sim.State {
	role := "backup"
	if t.primary() {
		role = "primary"
	}
	return sim.State{Role: role, Epoch: 1, Detail: []sim.Field{{Name: "log", Value: fmt.Sprint(len(t.log))}}}
}

// replicate sends a node all of the log that it may miss.
func (t *toy) replicate(to sim.NodeID) {
	from := min(t.acked[to], t.durable)
	end := min(t.durable, from+16)
	b := binary.LittleEndian.AppendUint64([]byte{'A'}, uint64(from))
	for _, v := range t.log[from:end] {
		b = binary.LittleEndian.AppendUint64(b, uint64(v))
	}
	t.env.Send(to, b)
}

func (t *toy) replicateAll() {
	if t.maps {
		others := map[sim.NodeID]bool{}
		for i := 2; i <= t.env.Nodes(); i++ {
			others[sim.NodeID(i)] = true
		}
		for id := range others {
			t.replicate(id)
		}
		return
	}
	for i := 2; i <= t.env.Nodes(); i++ {
		t.replicate(sim.NodeID(i))
	}
}

func (t *toy) Timer(id sim.TimerID) {
	if t.primary() {
		t.replicateAll()
	}
	t.env.SetTimer(heartbeat, beat+time.Duration(t.env.Rand(beatName, uint64(t.env.Now())).N(1e6)))
}

var beatName = rng.Of("toy heartbeat")

func (t *toy) Receive(from sim.NodeID, p []byte) {
	n := int(binary.LittleEndian.Uint64(p[1:]))
	if p[0] == 'K' {
		t.acked[from] = max(t.acked[from], n)
		t.answer()
		return
	}
	if n > len(t.log) {
		return
	}
	for i, rest := n, p[9:]; len(rest) >= 8; i, rest = i+1, rest[8:] {
		if i == len(t.log) {
			t.append(int64(binary.LittleEndian.Uint64(rest)))
		}
	}
	t.env.Sync("log", sim.SyncID(len(t.log)))
}

func (t *toy) append(v int64) {
	if err := t.env.Append("log", binary.LittleEndian.AppendUint64(nil, uint64(v))); err != nil {
		t.env.Fatal("cannot write: " + err.Error())
	}
	t.log = append(t.log, v)
	t.fact = applied{len(t.log), v}
	t.env.Report(&t.fact)
}

func (t *toy) Request(from sim.Caller, p []byte) {
	switch {
	case !t.primary():
		t.env.Reply(from, []byte{'!'})
	case p[0] == 'r':
		t.env.Reply(from, binary.LittleEndian.AppendUint64([]byte{'r'}, uint64(t.value())))
	default:
		t.append(int64(binary.LittleEndian.Uint64(p[1:])))
		if len(t.log) == 3 && t.bug == "assert" && t.env.Boots() == 1 {
			t.env.Fatal("the log has three entries")
			panic("Fatal returned")
		}
		if len(t.log) == 3 && t.bug == "panic" {
			var none []int
			_ = none[len(t.log)]
		}
		t.open[len(t.log)] = from
		t.env.Sync("log", sim.SyncID(len(t.log)))
		if t.early {
			t.answerTo(len(t.log))
		}
	}
}

// value is that of the last entry that enough nodes have.
func (t *toy) value() int64 {
	if n := len(t.log); t.early && n > 0 {
		return t.log[n-1]
	}
	if n := t.committed(); n > 0 {
		return t.log[n-1]
	}
	return 0
}

// committed counts the entries that enough nodes have.
func (t *toy) committed() int {
	for n := t.durable; n > 0; n-- {
		have := 1
		for i := 2; i <= t.env.Nodes(); i++ {
			if t.acked[i] >= n {
				have++
			}
		}
		if have >= min(t.acks, t.env.Nodes()) {
			return n
		}
	}
	return 0
}

func (t *toy) answer() {
	for n := t.committed(); n > 0; n-- {
		if _, ok := t.open[n]; !ok {
			return
		}
		t.answerTo(n)
	}
}

func (t *toy) answerTo(n int) {
	t.env.Reply(t.open[n], []byte{'w'})
	delete(t.open, n)
}

func (t *toy) Synced(id sim.SyncID, err error) {
	if err != nil {
		t.env.Fatal("cannot sync: " + err.Error())
	}
	t.durable = max(t.durable, int(id))
	if t.primary() {
		t.replicateAll()
		t.answer()
		return
	}
	t.env.Send(1, binary.LittleEndian.AppendUint64([]byte{'K'}, uint64(t.durable)))
}

func runToyClient(c *sim.Client) {
	for {
		op, ok := c.Next()
		if !ok {
			return
		}
		p := []byte{'r'}
		if op.F == "write" {
			v, _ := op.Value.AsInt()
			p = binary.LittleEndian.AppendUint64([]byte{'w'}, uint64(v))
		}
		reply, err := c.Call(1, p, 500*time.Millisecond)
		switch {
		case err == sim.ErrRefused:
			c.Fail("refused")
		case err != nil:
			c.Info(err.Error())
		case op.F == "read":
			c.OK(history.Int(int64(binary.LittleEndian.Uint64(reply[1:]))))
		default:
			c.OK(op.Value)
		}
	}
}

// durable is a monitor: what was applied at n1 stays so.
type applyOrder struct{ last []int }

func (m *applyOrder) Name() string { return "apply order" }

func (m *applyOrder) Booted(at sim.Sighting) { m.last[at.Node] = -1 }

func (m *applyOrder) Observe(at sim.Sighting, f sim.Fact) *sim.Breach {
	a := f.(*applied)
	if last := m.last[at.Node]; last >= 0 && a.n != last+1 {
		return sim.Breachf("%v applied number %d after %d", at.Node, a.n, last)
	}
	m.last[at.Node] = a.n
	return nil
}

var toySystem = sim.System{
	Name:   "toy",
	Boot:   bootToy,
	Client: runToyClient,
	Workloads: []sim.WorkloadKind{{
		Name: "register", Rate: 50, Mix: []sim.Weight{{F: "read", Weight: 1}, {F: "write", Weight: 1}},
		Next: func(t *sim.Turn) sim.Op {
			op := sim.Op{F: t.Pick()}
			if op.F == "write" {
				op.Value = history.Int(t.Unique())
			}
			return op
		},
	}},
	Options: []sim.OptionDecl{{Name: "acks"}},
	Bugs:    []sim.BugName{"early-ack", "map-order", "assert", "panic"},
	Profile: fault.Profile{Roles: []string{"primary", "backup"}, Events: []fault.EventDecl{{Event: "apply"}}},
	Timers:  []string{"heartbeat"},
	Monitors: func(c *sim.Case) []sim.Monitor {
		return []sim.Monitor{&applyOrder{make([]int, c.Nodes+1)}}
	},
	DescribeMessage: func(p []byte) string { return fmt.Sprintf("%c %d B", p[0], len(p)) },
	Converged: func(nodes []sim.Node) string {
		for _, n := range nodes {
			if a, b := nodes[0].(*toy), n.(*toy); len(a.log) != len(b.log) {
				return fmt.Sprintf("%v has %d entries and %v has %d", a.env.ID(), len(a.log), b.env.ID(), len(b.log))
			}
		}
		return ""
	},
}

// plan reads the lines of a plan.
func plan(lines ...string) []fault.Fault {
	var list []fault.Fault
	for _, l := range lines {
		f, err := fault.Parse(l)
		if err != nil {
			panic(err)
		}
		list = append(list, f)
	}
	return list
}
