package bully

import (
	"fmt"
	"slices"
	"time"

	"simrun/history"
	"simrun/models/session"
	"simrun/sim"
	"simrun/sim/blocking"
)

// node is what the tasks of a node share. Nothing of it is on a disk.
type node struct {
	all         []sim.NodeID
	coordinator sim.NodeID // whom it follows; 0: nobody, until an election is over
	halts       uint64     // the name of the last time that it was halted, by itself or by a higher node
	term        int64      // as coordinator: the tick in which it became that
	last        int64      // as coordinator: the last number; it and those before it are used up
}

// run is the code of a node.
func run(p *blocking.Proc) {
	n := &node{halts: uint64(p.Boots()) << 32} // so that no halts of two lives have one name
	for i := range p.Nodes() {
		n.all = append(n.all, sim.NodeID(i+1))
	}
	p.Describe(func() sim.State { return n.state(p.ID()) })
	if p.Boots() > 1 && p.Bug(bugNoRecovery) {
		n.follow(p, sim.NodeID(p.Nodes()))
	}
	p.Go(n.watch)
	for {
		m, _ := p.Receive(blocking.Forever)
		n.serve(p, m)
	}
}

// watch is the paper's Recovery, Timeout and Check: there is an election when the node starts, when its coordinator does not answer, and when, as
// coordinator, it finds a node that does not follow it, because that came back.
func (n *node) watch(p *blocking.Proc) {
	for ; ; p.Sleep(period) {
		c := n.coordinator
		away := c == 0
		if c == p.ID() {
			for _, r := range p.Ask(n.all, encode(kindAreYouThere, 0), patience, len(n.all)) {
				_, follows := decode(r.Payload)
				away = away || sim.NodeID(follows) != c
			}
		} else if c != 0 {
			_, err := p.Call(c, encode(kindAreYouThere, 0), patience)
			away = err != nil
		}
		if away && n.coordinator == c {
			n.elect(p)
		}
		p.Report(follows{n.coordinator})
	}
}

// elect is the paper's Election: unless a higher node answers, halt all lower ones and lead those that are up. A node that is halted
// meanwhile gives up. The highest is halted first: so whoever holds an election too is halted before those that it could announce itself to.
func (n *node) elect(p *blocking.Proc) {
	lower, higher := n.all[:p.ID()-1], n.all[p.ID():]
	if p.Bug(bugIgnoreHigher) {
		lower, higher = slices.Concat(lower, higher), nil
	}
	mine := n.halts
	if len(p.Ask(higher, encode(kindAreYouThere, 0), patience, 1)) > 0 {
		p.Sometimes(markHigher)
		return
	}
	if n.halts == mine {
		mine = n.halt(p)
	}
	halts := map[sim.NodeID]uint64{} // of those that are up
	for _, id := range slices.Backward(lower) {
		if n.halts == mine && !p.Bug(bugNoHalt) {
			reply, _ := p.Call(id, encode(kindHalt, 0), patience)
			_, halts[id] = decode(reply)
		}
	}
	if n.halts != mine {
		p.Sometimes(markOvertaken)
		return
	}
	n.follow(p, p.ID())
	n.term = int64(p.Now() / tick)
	n.last = (n.term+1)*perTick - 1 // an earlier coordinator may have handed out the numbers of this tick
	p.Report(elected{})
	for _, id := range lower {
		p.Send(id, encode(kindCoordinator, halts[id]))
	}
}

// halt makes the node follow nobody, until whoever halted it announces itself. It returns the name of the halt.
func (n *node) halt(p *blocking.Proc) uint64 {
	n.halts++
	n.follow(p, 0)
	return n.halts
}

func (n *node) follow(p *blocking.Proc, c sim.NodeID) {
	n.coordinator = c
	p.Report(follows{c})
}

// serve handles a message.
func (n *node) serve(p *blocking.Proc, m blocking.Message) {
	switch kind, number := decode(m.Payload); kind {
	case kindAreYouThere:
		p.Reply(m.Caller, encode(kindFollows, uint64(n.coordinator)))
	case kindHalt:
		p.Reply(m.Caller, encode(kindHalted, n.halt(p)))
	case kindCoordinator:
		if n.halts == number || p.Bug(bugNoHalt) {
			n.follow(p, m.From)
		} else {
			p.Sometimes(markLate) // it was halted by another since, or has restarted
		}
	case kindGenerate:
		p.Go(func(p *blocking.Proc) { p.Reply(m.Caller, n.generate(p, m)) })
	}
}

// generate is the answer to a client: a number, from the coordinator.
func (n *node) generate(p *blocking.Proc, m blocking.Message) []byte {
	for n.coordinator == p.ID() {
		now := int64(p.Now() / tick)
		if number := max(n.last+1, now*perTick); number/perTick == now {
			n.last = number
			return encode(kindNumber, uint64(number))
		}
		p.Sleep(time.Duration(tick - p.Now()%tick)) // the numbers of this tick are used up
	}
	if n.coordinator != 0 && m.From < 0 {
		if reply, err := p.Call(n.coordinator, m.Payload, patience+2*time.Duration(tick)); err == nil {
			return reply
		}
	}
	return encode(kindFollows, uint64(n.coordinator))
}

// client is the whole life of a client. It asks one node after the other, beginning at another for each operation.
func client(c *sim.Client) {
	for _, first := range session.Turns(c) {
		kind, number := byte(0), uint64(0)
		for i := 0; i < c.Nodes() && kind != kindNumber; i++ {
			reply, _ := c.Call(sim.NodeID(1+(first+i)%c.Nodes()), encode(kindGenerate, 0), clientPatience)
			kind, number = decode(reply)
		}
		if kind != kindNumber {
			c.Info("no coordinator answered in time") // a number may be lost
			continue
		}
		c.OK(history.Int(int64(number)))
	}
}

// state describes the node to people.
func (n *node) state(me sim.NodeID) sim.State {
	switch n.coordinator {
	case 0:
		return sim.State{Role: roleElecting}
	case me:
		return sim.State{Role: roleCoordinator, Epoch: uint64(n.term), Detail: []sim.Field{{Name: "last number", Value: fmt.Sprint(n.last)}}}
	}
	return sim.State{Role: roleFollower, Detail: []sim.Field{{Name: "coordinator", Value: n.coordinator.String()}}}
}
