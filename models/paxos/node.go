package paxos

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"slices"
	"time"

	"simrun/history"
	"simrun/models/ballot"
	"simrun/models/saved"
	"simrun/models/session"
	"simrun/models/wire"
	"simrun/sim"
	"simrun/sim/blocking"
	"simrun/sim/rng"
)

// node is what the tasks of a node share. It is acceptor and proposer in one.
type node struct {
	store
	file      saved.File
	proposals int // under way
	decided   int // that it has learned
}

// store is what a node keeps on disk.
type store struct {
	changes uint64
	round   uint64 // the last that a proposer of this node has used: "each proposer remembers (in stable storage) the highest-numbered proposal it has tried to issue"
	slots   map[string]slot
	places  map[string]int // of keys in records
	records [][]byte       // the slots as the file has them, in the order in which they came
}

// slot is what an acceptor knows of one decision.
type slot struct {
	promised ballot.Ballot // no lower one will be accepted
	accepted ballot.Ballot // of value; 0 if nothing was accepted
	value    int64
}

// set changes a slot.
func (s *store) set(key string, to slot) {
	at, known := s.places[key]
	if !known {
		at = len(s.records)
		s.places[key] = at
		s.records = append(s.records, nil)
	}
	s.slots[key] = to
	s.records[at] = wire.AppendRecord(nil, message{key, to.promised, to.accepted, to.value}.append(kindStore))
}

// append appends the content of the file to b.
func (s *store) append(b []byte) []byte {
	body := bytes.Join(s.records, nil)
	return wire.Append(b, kindStore, body, s.changes, s.round)
}

// load reads what append made; false if it did not.
func (s *store) load(file []byte) bool {
	var n [2]uint64
	body, ok := wire.Decode(file, kindStore, n[:])
	s.changes, s.round = n[0], n[1]
	for record := range wire.Records(body) {
		m, whole := decode(record, kindStore)
		ok = ok && whole
		s.set(m.Key, slot{m.Ballot, m.Accepted, m.Value})
	}
	return ok
}

// run is the code of a node.
func run(p *blocking.Proc) {
	n := &node{store: store{slots: map[string]slot{}, places: map[string]int{}}}
	p.Describe(n.state)
	n.file = saved.File{Name: storeFile, Encode: n.encode}
	file := n.file.Read(p)
	if len(file) > 0 && !n.store.load(file) {
		p.Note("the disk holds what this node never wrote: to go on would forget what it promised")
		return
	}
	n.file.Recovered(n.changes)
	for {
		m, _ := p.Receive(blocking.Forever)
		p.Go(func(p *blocking.Proc) { n.serve(p, m) })
	}
}

// encode is the content of the file.
func (n *node) encode(changes uint64) []byte {
	n.changes = changes
	return n.store.append(nil)
}

// serve answers a call, unless it is damaged.
func (n *node) serve(p *blocking.Proc, m blocking.Message) {
	kind := wire.Kind(m.Payload)
	q, ok := decode(m.Payload, kind)
	switch {
	case !ok:
	case kind == kindPropose:
		if v, ok := n.propose(p, q.Key, q.Value); ok {
			p.Reply(m.Caller, message{Key: q.Key, Value: v}.append(kindDecided))
		}
	case kind == kindPrepare:
		p.Reply(m.Caller, n.prepare(p, q))
	case kind == kindAccept:
		p.Reply(m.Caller, n.accept(p, q))
	}
}

// prepare is phase 1b: "If an acceptor receives a prepare request with number n greater than that of any prepare request to which it has already
// responded, then it responds to the request with a promise not to accept any more proposals numbered less than n and with the
// highest-numbered proposal (if any) that it has accepted."
func (n *node) prepare(p *blocking.Proc, q message) []byte {
	s := n.slots[q.Key]
	if q.Ballot < s.promised {
		return message{Key: q.Key, Ballot: s.promised}.append(kindRefused)
	}
	s.promised = q.Ballot
	n.keep(p, q.Key, s, !p.Bug(bugPromiseInMemory))
	p.Report(promised{q.Key, q.Ballot})
	return message{q.Key, q.Ballot, s.accepted, s.value}.append(kindPromise)
}

// accept is phase 2b: "If an acceptor receives an accept request for a proposal numbered n, it accepts the proposal unless it has already responded to a
// prepare request having a number greater than n."
func (n *node) accept(p *blocking.Proc, q message) []byte {
	s := n.slots[q.Key]
	if q.Ballot < s.promised && !p.Bug(bugLowerBallot) {
		return message{Key: q.Key, Ballot: s.promised}.append(kindRefused)
	}
	if q.Ballot != fastBallot || s.accepted != fastBallot { // of the fast ballot an acceptor accepts one value
		s = slot{max(s.promised, q.Ballot), q.Ballot, q.Value}
	}
	n.keep(p, q.Key, s, true)
	p.Report(accepted{q.Key, q.Ballot, s.value})
	return message{Key: q.Key, Ballot: q.Ballot, Value: s.value}.append(kindAccepted)
}

// keep stores what an acceptor knows, and waits until the disk holds it.
func (n *node) keep(p *blocking.Proc, key string, s slot, wait bool) {
	change := n.file.Changes
	if n.slots[key] != s {
		n.set(key, s)
		if change = n.file.Change(p); !wait {
			return
		}
	}
	n.file.Await(p, change)
}

var pauseName = rng.Of("proposer pause")

// propose has a value decided, and returns it: the one that is given, or another. It is not ok if that took too long.
func (n *node) propose(p *blocking.Proc, key string, value int64) (decided int64, ok bool) {
	n.proposals++
	defer func() { n.proposals-- }()
	if v, ok := n.tryFast(p, key, value); ok {
		return n.learn(p, key, v), true
	}
	highest := n.slots[key].promised
	for until := p.Now() + sim.Time(longest); p.Now() < until; {
		n.round = max(n.round, highest.Round()) + 1
		b := ballot.Of(n.round, p.ID())
		n.file.Await(p, n.file.Change(p))
		v, greater, ok := n.attempt(p, key, b, value)
		if ok {
			return n.learn(p, key, v), true
		}
		if greater > b {
			p.Sometimes(markOvertaken)
		} else {
			p.Sometimes(markNoQuorum)
		}
		highest = max(highest, greater)
		p.Sleep(time.Duration(1 + p.Rand(pauseName, uint64(b)).N(uint64(20*time.Millisecond)))) // so that two don't overtake each other for ever
	}
	return 0, false
}

// learn takes note of a value that is decided.
func (n *node) learn(p *blocking.Proc, key string, v int64) int64 {
	n.decided++
	p.Report(decision{key, v})
	return v
}

// attempt is one ballot. If it fails, greater is the greatest ballot that an acceptor had promised.
func (n *node) attempt(p *blocking.Proc, key string, b ballot.Ballot, value int64) (v int64, greater ballot.Ballot, ok bool) {
	first, second := quorums(p)
	promises, greater := n.ask(p, message{Key: key, Ballot: b}.append(kindPrepare), kindPromise, first)
	if len(promises) < first {
		return 0, greater, false
	}
	v = value
	if best := chosen(p, promises); best.Accepted != 0 && !p.Bug(bugOwnValue) {
		p.Sometimes(markAdopted)
		v = best.Value
	}
	acks, greater := n.ask(p, message{Key: key, Ballot: b, Value: v}.append(kindAccept), kindAccepted, second)
	return v, greater, len(acks) >= second
}

// chosen is the promise whose value may be decided: "the value of the highest-numbered proposal among the responses".
func chosen(p *blocking.Proc, promises []message) message {
	if p.Bug(bugFirstValue) {
		for _, m := range promises {
			if m.Accepted != 0 {
				return m
			}
		}
	}
	best := slices.MaxFunc(promises, func(a, b message) int { return cmp.Compare(a.Accepted, b.Accepted) })
	if best.Accepted == fastBallot {
		return chosenFast(p, promises)
	}
	return best
}

// ask asks all acceptors, and returns the first answers of a kind, as many as are needed, and the greatest ballot that one was refused for.
func (n *node) ask(p *blocking.Proc, question []byte, kind byte, enough int) (answers []message, greater ballot.Ballot) {
	box := &blocking.Mailbox[[]byte]{}
	for i := range p.Nodes() {
		p.Go(func(p *blocking.Proc) {
			reply, _ := p.Call(sim.NodeID(i+1), question, patience)
			box.Put(p, reply)
		})
	}
	for open := p.Nodes(); open > 0 && len(answers) < enough; open-- {
		reply, _ := box.Get(p, blocking.Forever)
		if m, ok := decode(reply, kind); ok {
			answers = append(answers, m)
		} else if m, ok := decode(reply, kindRefused); ok {
			greater = max(greater, m.Ballot)
		}
	}
	return answers, greater
}

// client is the whole life of a client. It begins each operation at another node, and asks the next if one refuses, which means that nothing was done.
func client(c *sim.Client) {
	for op, first := range session.Turns(c) {
		value, _ := op.Value.AsInt()
		reply, err := session.AskAnyone(c, first, message{Key: op.Key, Value: value}.append(kindPropose), clientPatience)
		switch m, ok := decode(reply, kindDecided); {
		case ok:
			c.OK(history.Int(m.Value))
		case errors.Is(err, sim.ErrRefused):
			c.Fail("no node is up")
		default:
			c.Info("not decided in time")
		}
	}
}

// state describes the node to people.
func (n *node) state() sim.State {
	s := sim.State{Role: roleAcceptor, Epoch: n.round, Detail: []sim.Field{{Name: "decided", Value: fmt.Sprint(n.decided)}, {Name: "slots", Value: fmt.Sprint(len(n.slots))}}}
	if n.proposals > 0 {
		s.Role = roleProposer
	}
	return s
}
