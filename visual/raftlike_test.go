package visual_test

import (
	"container/heap"
	"fmt"
	"strings"
	"time"

	"simrun/check"
	"simrun/history"
	"simrun/sim"
	"simrun/trial"
	"simrun/visual"
)

// raftlike is a toy of a replicated register, just alike enough to Raft that its
// traces have every kind of record, at any length. It knows its own bug: with
// stale set, a deposed leader answers reads from what it has, and the first such
// answer is the core of a violation.
type raftlike struct {
	stale  bool
	rand   uint64 // draws so far
	now    sim.Time
	order  uint64
	event  uint64
	cause  uint64
	queue  agenda
	nodes  []*replica
	sides  map[sim.NodeID]int // while there is a partition
	trace  []sim.Record
	hist   []history.Event
	msgs   uint64
	next   int64         // value of the next write
	done   map[int64]int // by value: index of the completion of its write
	core   []int
	latest int64 // last completed write
}

type replica struct {
	id            sim.NodeID
	up            bool
	role          string
	term          uint64
	votes         int
	timer         uint64 // number of the timer that counts
	value, commit int64
	pending       map[int64]*waiting
}

type waiting struct {
	acks   int
	answer func()
}

type item struct {
	at    sim.Time
	order uint64
	cause uint64
	do    func()
}

type agenda []item

func (a agenda) Len() int { return len(a) }
func (a agenda) Less(i, j int) bool {
	return a[i].at < a[j].at || a[i].at == a[j].at && a[i].order < a[j].order
}
func (a agenda) Swap(i, j int) { a[i], a[j] = a[j], a[i] }
func (a *agenda) Push(x any)   { *a = append(*a, x.(item)) }
func (a *agenda) Pop() any     { old := *a; x := old[len(old)-1]; *a = old[:len(old)-1]; return x }

func (w *raftlike) draw(n uint64) uint64 {
	w.rand++
	return (w.rand*0x9e3779b97f4a7c15 ^ w.rand>>7*0xbf58476d1ce4e5b9) >> 20 % n
}

func (w *raftlike) at(at sim.Time, do func()) {
	w.order++
	heap.Push(&w.queue, item{at: at, order: w.order, cause: w.event, do: do})
}

func (w *raftlike) after(d time.Duration, do func()) { w.at(w.now+sim.Time(d), do) }

func (w *raftlike) record(r sim.Record) {
	r.Event, r.Time = w.event, w.now
	w.trace = append(w.trace, r)
}

func (w *raftlike) state(n *replica) {
	w.record(sim.Record{Kind: sim.StateIs, Node: n.id, State: &sim.State{Role: n.role, Epoch: n.term, Detail: []sim.Field{{Name: "commit", Value: fmt.Sprint(n.commit)}}}})
}

func (w *raftlike) send(from, to sim.NodeID, text string, receive func(*replica)) {
	w.msgs++
	m := w.msgs
	w.record(sim.Record{Kind: sim.Send, Node: from, Peer: to, Message: m, Text: text})
	drop := func(why string) {
		w.record(sim.Record{Cause: w.cause, Kind: sim.Drop, Node: from, Peer: to, Message: m, Text: why})
	}
	cut := w.sides != nil && from > 0 && to > 0 && w.sides[from] != w.sides[to]
	if cut {
		drop("partition")
		return
	}
	if from > 0 && to > 0 && w.draw(100) == 0 {
		drop("loss")
		return
	}
	d := time.Duration(0)
	if from > 0 && to > 0 {
		d = time.Millisecond + time.Duration(w.draw(7_000_000))
	}
	w.after(d, func() {
		if to > 0 && !w.nodes[to-1].up {
			drop("down")
			return
		}
		w.record(sim.Record{Cause: w.cause, Kind: sim.Deliver, Node: to, Peer: from, Message: m, Text: text})
		if to > 0 {
			receive(w.nodes[to-1])
		} else {
			receive(nil)
		}
	})
}

func (w *raftlike) follow(n *replica, term uint64) {
	n.role, n.term = "follower", term
	w.state(n)
	w.electionTimer(n)
}

func (w *raftlike) electionTimer(n *replica) {
	n.timer++
	mine := n.timer
	w.after(150*time.Millisecond+time.Duration(w.draw(150_000_000)), func() {
		if n.timer != mine || !n.up || n.role == "leader" {
			return
		}
		w.record(sim.Record{Cause: w.cause, Kind: sim.TimerRun, Node: n.id, Text: "election timeout"})
		n.role, n.votes = "candidate", 1
		n.term++
		w.state(n)
		w.persist(n)
		w.electionTimer(n)
		w.toPeers(n, fmt.Sprintf("RequestVote t%d", n.term), func(p *replica) { w.vote(p, n, n.term) })
	})
}

func (w *raftlike) persist(n *replica) {
	w.record(sim.Record{Kind: sim.Written, Node: n.id, Text: "log 24 bytes"})
	w.after(400*time.Microsecond, func() {
		if n.up {
			w.record(sim.Record{Cause: w.cause, Kind: sim.SyncDone, Node: n.id, Text: "log"})
		}
	})
}

func (w *raftlike) toPeers(n *replica, text string, receive func(*replica)) {
	for _, p := range w.nodes {
		if p != n {
			w.send(n.id, p.id, text, receive)
		}
	}
}

func (w *raftlike) vote(p, candidate *replica, term uint64) {
	if term <= p.term {
		return
	}
	w.follow(p, term)
	w.persist(p)
	w.send(p.id, candidate.id, fmt.Sprintf("Vote t%d granted", term), func(c *replica) {
		if c.term != term || c.role != "candidate" {
			return
		}
		if c.votes++; c.votes == len(w.nodes)/2+1 {
			c.role, c.pending = "leader", map[int64]*waiting{}
			w.record(sim.Record{Kind: sim.FactSeen, Node: c.id, Text: fmt.Sprintf("became leader of term %d", term)})
			w.state(c)
			w.heartbeat(c, term)
		}
	})
}

func (w *raftlike) heartbeat(n *replica, term uint64) {
	if !n.up || n.role != "leader" || n.term != term {
		return
	}
	w.append(n, term, 0)
	w.after(50*time.Millisecond, func() {
		if n.up && n.role == "leader" {
			w.record(sim.Record{Cause: w.cause, Kind: sim.TimerRun, Node: n.id, Text: "heartbeat"})
			w.heartbeat(n, term)
		}
	})
}

func (w *raftlike) append(n *replica, term uint64, value int64) {
	commit := n.commit
	w.toPeers(n, fmt.Sprintf("AppendEntries t%d commit %d value %d", term, commit, value), func(p *replica) {
		if term < p.term {
			return
		}
		if term > p.term || p.role != "follower" {
			w.follow(p, term)
		} else {
			w.electionTimer(p)
		}
		if commit > p.commit {
			p.commit = commit
			w.state(p)
		}
		if value > p.value {
			p.value = value
			w.persist(p)
		}
		w.send(p.id, n.id, fmt.Sprintf("AppendReply t%d match %d", term, value), func(l *replica) {
			if l.role != "leader" || l.term != term || l.pending[value] == nil {
				return
			}
			if l.pending[value].acks++; l.pending[value].acks == len(w.nodes)/2 {
				l.commit = value
				w.record(sim.Record{Kind: sim.FactSeen, Node: l.id, Text: fmt.Sprintf("applied %d", value)})
				w.state(l)
				l.pending[value].answer()
			}
		})
	})
}

// client asks the node that it believes to lead, one operation after another.
func (w *raftlike) client(id sim.NodeID, process history.Process, favourite int) {
	target := w.nodes[favourite]
	if target.role != "leader" || !target.up {
		for i, n := range w.nodes {
			stuck := w.stale && id == sim.ClientID(3) && w.nodes[favourite].role == "leader"
			if n.up && n.role == "leader" && !stuck {
				target, favourite = n, i
			}
		}
	}
	if target.role != "leader" || !target.up {
		w.after(40*time.Millisecond, func() { w.client(id, process, favourite) })
		return
	}
	f, value := "read", history.Null
	if w.draw(2) == 0 && !(w.stale && id == sim.ClientID(3)) {
		w.next++
		f, value = "write", history.Int(w.next)
	}
	invoke := len(w.hist)
	w.record(sim.Record{Cause: w.cause, Kind: sim.Called, Node: id, Message: uint64(invoke), Text: strings.TrimSpace(f + " " + value.String())})
	w.hist = append(w.hist, history.Event{Index: invoke, Time: w.now, Process: process, Type: history.Invoke, F: f, Key: "x", Value: value, Node: target.id.String()})
	open := true
	finish := func(typ history.Type, result history.Value, why string) {
		if !open {
			return
		}
		open = false
		index := len(w.hist)
		w.record(sim.Record{Cause: w.cause, Kind: sim.Returned, Node: id, Message: uint64(index), Text: strings.TrimSpace(typ.String() + " " + result.String() + why)})
		w.hist = append(w.hist, history.Event{Index: index, Time: w.now, Process: process, Type: typ, F: f, Key: "x", Value: result, Error: why})
		w.judge(invoke, index)
		p := process
		if typ == history.Info {
			p += 4
		}
		w.after(time.Duration(5_000_000+w.draw(20_000_000)), func() { w.client(id, p, favourite) })
	}
	w.after(300*time.Millisecond, func() { finish(history.Info, history.Null, "timeout") })
	w.send(id, target.id, "request "+f, func(n *replica) {
		reply := func(v history.Value) {
			w.send(n.id, id, "reply "+v.String(), func(*replica) { finish(history.OK, v, "") })
		}
		if n.role != "leader" {
			w.send(n.id, id, "reply not leader", func(*replica) { finish(history.Fail, history.Null, "not leader") })
			return
		}
		if v, ok := value.AsInt(); ok {
			n.pending[v] = &waiting{answer: func() { reply(value) }}
			n.value = v
			w.persist(n)
			w.append(n, n.term, v)
			return
		}
		reply(history.Int(n.commit))
	})
}

// judge finds the first read that misses a write which completed before it began.
func (w *raftlike) judge(invoke, complete int) {
	in, out := w.hist[invoke], w.hist[complete]
	if out.Type != history.OK || !w.stale {
		return
	}
	if v, _ := in.Value.AsInt(); in.F == "write" {
		w.done[v] = invoke
		w.latest = max(w.latest, v)
		return
	}
	v, _ := out.Value.AsInt()
	for later := w.latest; later > v && w.core == nil && v > 0; later-- {
		write, ok := w.done[later]
		first, saw := w.done[v]
		if ok && saw && in.Time > w.hist[write].Time+sim.Time(60*time.Millisecond) {
			w.core = []int{first, write, invoke}
		}
	}
}

func (w *raftlike) fault(at, until time.Duration, text string, begin, end func()) {
	w.at(sim.Time(at), func() {
		w.record(sim.Record{Kind: sim.FaultOn, Text: text})
		cause := w.event
		begin()
		if until == 0 {
			return
		}
		w.at(sim.Time(until), func() {
			w.record(sim.Record{Cause: cause, Kind: sim.FaultOff, Text: text})
			end()
		})
	})
}

func (w *raftlike) leader() *replica {
	best := w.nodes[0]
	for _, n := range w.nodes {
		if n.up && n.role == "leader" && n.term > best.term || best.role != "leader" {
			best = n
		}
	}
	return best
}

func (w *raftlike) partition(at, length time.Duration) {
	w.at(sim.Time(at), func() {
		lead := w.leader().id
		friend := lead%5 + 1
		var others []string
		sides := map[sim.NodeID]int{lead: 1, friend: 1}
		for _, n := range w.nodes {
			if sides[n.id] == 0 {
				others = append(others, n.id.String())
			}
		}
		text := fmt.Sprintf("at %s partition %s,%s | %s for %s", at, lead, friend, strings.Join(others, ","), length)
		w.record(sim.Record{Kind: sim.FaultOn, Text: text})
		w.sides = sides
		cause := w.event
		w.after(length, func() {
			w.record(sim.Record{Cause: cause, Kind: sim.FaultOff, Text: text})
			w.sides = nil
		})
	})
}

func (w *raftlike) crash(at, length time.Duration, node int) {
	n := w.nodes[node]
	w.fault(at, at+length, fmt.Sprintf("at %s crash %s for %s", at, n.id, length), func() {
		n.up = false
		n.timer++
		w.record(sim.Record{Kind: sim.Crash, Node: n.id})
	}, func() {
		n.up = true
		w.record(sim.Record{Kind: sim.Boot, Node: n.id})
		w.follow(n, n.term)
	})
}

// simulate makes a trace and a history of a length of virtual time.
func simulate(length time.Duration, stale bool) *raftlike {
	w := &raftlike{stale: stale, done: map[int64]int{}, rand: 11}
	for i := range 5 {
		n := &replica{id: sim.NodeID(i + 1), up: true, pending: map[int64]*waiting{}}
		w.nodes = append(w.nodes, n)
		w.record(sim.Record{Kind: sim.Boot, Node: n.id})
		w.follow(n, 0)
	}
	for i := range 4 {
		w.after(time.Duration(i+1)*7*time.Millisecond, func() { w.client(sim.ClientID(i+1), history.Process(i), 0) })
	}
	for at := 1200 * time.Millisecond; at < length; at += 5 * time.Second {
		w.partition(at, 800*time.Millisecond)
		w.crash(at+1500*time.Millisecond, 700*time.Millisecond, int(w.draw(5)))
	}
	for len(w.queue) > 0 && w.queue[0].at <= sim.Time(length) {
		it := heap.Pop(&w.queue).(item)
		w.now, w.cause = it.at, it.cause
		w.event++
		it.do()
	}
	if w.core != nil {
		w.record(sim.Record{Kind: sim.Violated, Node: 0, Text: "stale read"})
	}
	return w
}

func (w *raftlike) invokeOf(completion history.Event) int {
	for i := completion.Index - 1; ; i-- {
		if w.hist[i].Process == completion.Process {
			return i
		}
	}
}

// page makes the report's input of a run.
func (w *raftlike) page() visual.Page {
	p := visual.Page{
		Epoch:    "term",
		Title:    "raftlike · register · 5 nodes · 4 clients · seed 42",
		Outcome:  check.Valid,
		Summary:  fmt.Sprintf("All 4 checks hold over %d operations.", len(w.hist)/2),
		Commands: []visual.Command{{Label: "replay", Line: "simrun replay store/raftlike-register/20261123T050000-seed42"}},
		Facts:    []sim.Field{{Name: "seed", Value: "42"}, {Name: "simulated", Value: w.now.String()}, {Name: "events", Value: fmt.Sprint(w.event)}, {Name: "digest", Value: "8f3a91c2d07be4a5"}},
		Case:     []byte(`{"version":1,"model":"raftlike","seed":"42","nodes":5,"clients":4,"workload":{"name":"register"},"duration":"10s"}`),
		History:  w.hist,
		Trace:    &sim.Trace{Records: w.trace},
	}
	lin := trial.Check{Name: "linearizability", Outcome: check.Valid, Engine: "register", Reason: "an order of linearization was found"}
	if w.core == nil {
		for _, e := range w.hist { // in order of completion: an order that looks like a witness
			if e.Type == history.OK {
				lin.Witness = append(lin.Witness, w.invokeOf(e))
			}
		}
	} else {
		p.Outcome = check.Violation
		read := w.hist[w.core[2]]
		p.Summary = fmt.Sprintf("c3 read a value at %s that a completed write had replaced.", read.Time)
		lin.Outcome, lin.Reason, lin.Core, lin.Inevitable = check.Violation, p.Summary, w.core, w.core[2]+1
	}
	p.Checks = append(p.Checks, lin)
	for _, name := range []string{"election safety", "leader append-only", "log matching", "state-machine safety"} {
		p.Checks = append(p.Checks, trial.Check{Name: name, Outcome: check.Valid})
	}
	return p
}
