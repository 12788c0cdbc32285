package strip

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"simrun/sim"
	"simrun/sim/fault"
)

// scene is what a strip shows of a run.
type scene struct {
	Options
	nodes  []lane
	cls    [][]operation // by client
	mail   []letter
	bars   []bar
	shades []shade
}

// lane is the life of one node.
type lane struct {
	roles   []stretch
	pauses  []stretch
	crashes []sim.Time
}

// stretch is a time during which something held.
type stretch struct {
	from, to sim.Time
	role     string
	epoch    uint64
}

// letter is a message.
type letter struct {
	from, to  sim.NodeID
	sent, got sim.Time
	lost      bool
}

// operation is what a client did.
type operation struct {
	from, to sim.Time
	result   string // ok, fail or info; core
	text     string // what it was, and how it ended
}

// bar is a fault.
type bar struct {
	from, to sim.Time
	text     string
	event    uint64
	lasts    bool
}

// shade is a lane that a fault hits.
type shade struct {
	node     sim.NodeID
	from, to sim.Time
}

// read takes from a traced run what a strip shows.
func read(r *sim.Result, o Options) scene {
	s := scene{Options: o, nodes: make([]lane, r.Case.Nodes), cls: make([][]operation, r.Case.Clients)}
	if s.To == 0 {
		s.To = max(s.From+1, r.End)
	}
	x := &reader{scene: &s, sent: map[uint64]int{}, open: map[uint64]int{}, up: make([]bool, r.Case.Nodes+1)}
	for i := range r.Trace.Records {
		if rec := &r.Trace.Records[i]; rec.Time <= s.To && max(int(rec.Node), int(rec.Peer)) <= r.Case.Nodes { // without the services
			x.record(rec)
		}
	}
	x.finish()
	return s
}

// reader walks a trace.
type reader struct {
	*scene
	sent map[uint64]int // by message: its place in mail
	open map[uint64]int // by event: the first fault that began in it and goes on
	up   []bool
}

func (x *reader) record(r *sim.Record) {
	switch r.Kind {
	case sim.Boot:
		x.up[r.Node] = true
		x.turn(r.Node, r.Time, "", 0)
	case sim.Crash:
		x.stop(r.Node, r.Time)
		x.up[r.Node] = false
		l := &x.nodes[r.Node-1]
		l.crashes = append(l.crashes, r.Time)
	case sim.StateIs:
		x.turn(r.Node, r.Time, r.State.Role, r.State.Epoch)
	case sim.Pause:
		l := &x.nodes[r.Node-1]
		l.pauses = append(l.pauses, stretch{from: r.Time, to: -1})
	case sim.Resume:
		l := &x.nodes[r.Node-1]
		if n := len(l.pauses); n > 0 {
			l.pauses[n-1].to = r.Time
		}
	case sim.Send, sim.Deliver, sim.Drop:
		x.message(r)
	case sim.FaultOn, sim.FaultOff:
		x.fault(r)
	case sim.Called, sim.Returned:
		x.operation(r)
	}
}

// turn begins a stretch of a node in a role, unless it goes on in the same.
func (x *reader) turn(n sim.NodeID, at sim.Time, role string, epoch uint64) {
	l := &x.nodes[n-1]
	if k := len(l.roles); k > 0 && l.roles[k-1].to < 0 && l.roles[k-1].role == role && (l.roles[k-1].epoch == epoch || x.classOf(role) == "plain") {
		return
	}
	x.stop(n, at)
	l.roles = append(l.roles, stretch{at, -1, role, epoch})
}

// stop ends the stretch of a node that is going on.
func (x *reader) stop(n sim.NodeID, at sim.Time) {
	l := &x.nodes[n-1]
	if k := len(l.roles); k > 0 && l.roles[k-1].to < 0 {
		l.roles[k-1].to = at
	}
}

func (x *reader) message(r *sim.Record) {
	if r.Node < 0 || r.Peer < 0 || r.Node == r.Peer {
		return
	}
	if r.Kind == sim.Send {
		x.sent[r.Message] = len(x.mail)
		x.mail = append(x.mail, letter{from: r.Node, to: r.Peer, sent: r.Time, got: -1})
		return
	}
	i, ok := x.sent[r.Message]
	if !ok {
		return
	}
	x.mail[i].got, x.mail[i].lost = r.Time, r.Kind == sim.Drop
}

func (x *reader) fault(r *sim.Record) {
	if r.Kind == sim.FaultOff {
		if i, ok := x.open[r.Cause]; ok {
			for i < len(x.bars) && (x.bars[i].text != r.Text || x.bars[i].to >= 0) {
				i++
			}
			if i < len(x.bars) {
				x.bars[i].to = r.Time
			}
		}
		return
	}
	b := bar{from: r.Time, to: -1, text: r.Text, event: r.Event}
	if f, err := fault.Parse(r.Text); err == nil {
		b.lasts = f.Kind.Lasts()
	}
	if _, ok := x.open[r.Event]; !ok {
		x.open[r.Event] = len(x.bars)
	}
	x.bars = append(x.bars, b)
}

func (x *reader) operation(r *sim.Record) {
	c := int(-r.Node) - 1
	list := x.cls[c]
	if r.Kind == sim.Called {
		o := operation{from: r.Time, to: -1, result: "info", text: r.Text}
		if slices.Contains(x.Core, int(r.Message)) {
			o.result = "core"
		}
		x.cls[c] = append(list, o)
		return
	}
	if k := len(list); k > 0 && list[k-1].to < 0 {
		o := &list[k-1]
		o.to = r.Time
		result, text, _ := strings.Cut(r.Text, " ")
		o.text = text
		if o.result != "core" {
			o.result = result
		}
	}
}

// finish ends what goes on at the end of the picture, and finds the lanes that
// faults hit.
func (x *reader) finish() {
	for i := range x.nodes {
		x.stop(sim.NodeID(i+1), x.To)
		for j := range x.nodes[i].pauses {
			if p := &x.nodes[i].pauses[j]; p.to < 0 {
				p.to = x.To
			}
		}
	}
	for i := range x.cls {
		for j := range x.cls[i] {
			if o := &x.cls[i][j]; o.to < 0 {
				o.to = x.To
			}
		}
	}
	x.mail = slices.DeleteFunc(x.mail, func(m letter) bool { return m.got < x.From })
	for i := range x.bars {
		if b := &x.bars[i]; b.to < 0 {
			b.to = b.from
			if b.lasts {
				b.to = x.To
			}
		}
		x.shade(x.bars[i])
	}
	x.forget()
	slices.SortStableFunc(x.bars, func(a, b bar) int { return cmp.Compare(a.from, b.from) })
}

// forget drops what was over before the picture begins.
func (x *reader) forget() {
	over := func(to sim.Time) bool { return to < x.From }
	for i := range x.nodes {
		l := &x.nodes[i]
		l.roles = slices.DeleteFunc(l.roles, func(s stretch) bool { return over(s.to) })
		l.pauses = slices.DeleteFunc(l.pauses, func(s stretch) bool { return over(s.to) })
		l.crashes = slices.DeleteFunc(l.crashes, over)
	}
	for i := range x.cls {
		x.cls[i] = slices.DeleteFunc(x.cls[i], func(o operation) bool { return over(o.to) })
	}
	x.bars = slices.DeleteFunc(x.bars, func(b bar) bool { return over(b.to) })
	x.shades = slices.DeleteFunc(x.shades, func(s shade) bool { return over(s.to) })
}

// shade marks the nodes that a fault sets apart.
func (x *reader) shade(b bar) {
	f, err := fault.Parse(b.text)
	if err != nil || b.to == b.from || f.Kind.Family() == fault.Processes {
		return
	}
	var hit fault.Set
	switch {
	case f.Kind == fault.Partition:
		hit = outside(f, len(x.nodes))
	case f.Kind == fault.Isolate || !f.Kind.OnLinks():
		hit = f.Nodes()
	}
	for n := range hit.Nodes() {
		x.shades = append(x.shades, shade{sim.NodeID(n), b.from, b.to})
	}
}

// outside returns the nodes that a partition leaves without a majority.
func outside(f fault.Fault, n int) fault.Set {
	lost := make([]int, n+1)
	for _, l := range f.Links(n) {
		lost[l.From]++
	}
	var s fault.Set
	for i, k := range lost {
		if k > (n-1)/2 {
			s |= fault.SetOf(fault.Node(i))
		}
	}
	return s
}

// stepFor is the distance of ticks: about ten to the picture, at a round time.
func stepFor(end sim.Time) sim.Time {
	for _, step := range []time.Duration{time.Millisecond, 10 * time.Millisecond, 100 * time.Millisecond, 250 * time.Millisecond, 500 * time.Millisecond, time.Second, 2 * time.Second, 5 * time.Second, 10 * time.Second, time.Minute} {
		if end/sim.Time(step) <= 14 {
			return sim.Time(step)
		}
	}
	return sim.Time(time.Hour)
}
