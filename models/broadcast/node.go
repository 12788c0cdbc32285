package broadcast

import (
	"encoding/json"
	"fmt"
	"slices"

	"simrun/models/gossip"
	"simrun/models/lattice"
	"simrun/models/saved"
	"simrun/models/wire"
	"simrun/sim"
	"simrun/sim/blocking"
)

// node is what the tasks of a node share.
type node struct {
	values    lattice.Set // the disk may not hold all of them yet
	durable   lattice.Set // the disk does
	saving    lattice.Set // it will after the save that goes on
	file      saved.File
	neighbors []*neighbor
	exchange  gossip.Exchange
}

// neighbor is a node to which values are sent until it acknowledges them.
type neighbor struct {
	id   sim.NodeID
	open lattice.Set // what it has not acknowledged
	more blocking.Mailbox[lattice.Set]
}

// run is the code of a node: it reads the disk, until that does not refuse, and then serves.
func run(p *blocking.Proc) {
	n := &node{}
	p.Describe(n.state)
	n.file = saved.File{Name: storeFile, Encode: n.encode, Stored: func(*blocking.Proc, uint64) { n.durable = n.saving }}
	file := n.file.Read(p)
	var changes [1]uint64
	if body, ok := wire.Decode(file, kindStore, changes[:]); len(file) > 0 && (!ok || json.Unmarshal(body, &n.values) != nil) {
		p.Note("the disk holds what this node never wrote")
		return
	}
	n.file.Recovered(changes[0])
	n.durable, n.saving = n.values, n.values
	p.Report(saved.Change{Event: saved.Recovered, N: changes[0]})
	p.Expose(&n.values)
	n.join(p)
	for {
		m, _ := p.Receive(blocking.Forever)
		p.Go(func(p *blocking.Proc) { n.serve(p, m) })
	}
}

// join begins to pass values on.
func (n *node) join(p *blocking.Proc) {
	to := tree(p.ID(), p.Nodes())
	switch p.Option(optionTopology) {
	case "grid":
		to = grid(p.ID(), p.Nodes())
	case "epidemic":
		to = nil
		n.exchange = gossip.Exchange{Every: gossipEvery, Tell: func() []byte { return encodeSet(n.durable) }, Learn: func(p *blocking.Proc, theirs []byte) { n.learn(p, decodeSet(theirs), 0) }}
		p.Go(n.exchange.Run)
	}
	for _, id := range to {
		nb := &neighbor{id: id}
		if !p.Bug(bugForgetOnRestart) {
			nb.open = n.values
		}
		n.neighbors = append(n.neighbors, nb)
		p.Go(func(p *blocking.Proc) { n.send(p, nb) })
	}
}

// send sends a neighbor what it has not acknowledged, again and again. What this node might still forget it does not send: the neighbor would
// not send it back.
func (n *node) send(p *blocking.Proc, nb *neighbor) {
	for {
		for len(nb.open) == 0 || nb.more.Len() > 0 {
			fresh, _ := nb.more.Get(p, blocking.Forever)
			nb.open = nb.open.Merge(fresh)
		}
		n.settle(p, bugSendBeforeSync)
		if _, err := p.Call(nb.id, wire.Append(nil, kindRelay, encodeSet(nb.open)), patience); err == nil || p.Bug(bugNoRetry) {
			nb.open = nil // what came meanwhile is still in the mailbox
			continue
		}
		p.Sometimes(markAgain)
		p.Sleep(patience) // a call that is refused takes no time
	}
}

// learn takes values over and passes on what is new, but not to the neighbor from which it came: that has it, on its disk.
func (n *node) learn(p *blocking.Proc, theirs lattice.Set, from sim.NodeID) {
	fresh := slices.DeleteFunc(slices.Clone(theirs), func(v int64) bool { _, known := slices.BinarySearch(n.values, v); return known })
	if len(fresh) < len(theirs) {
		p.Sometimes(markTwice)
	}
	if len(fresh) == 0 {
		return
	}
	n.values = n.values.Merge(fresh)
	n.file.Change(p)
	if from != 0 {
		p.Report(learned{fresh})
	}
	for _, nb := range n.neighbors {
		if nb.id != from {
			nb.more.Put(p, fresh)
		}
	}
}

// settle waits until the disk holds all values, unless a bug is on. Then others may be told of them.
func (n *node) settle(p *blocking.Proc, unless sim.BugName) {
	upTo := n.file.Changes
	if !p.Bug(unless) {
		n.file.Await(p, upTo)
	}
	p.Report(saved.Change{Event: saved.Acknowledged, N: upTo})
}

// serve answers a call, unless it is damaged.
func (n *node) serve(p *blocking.Proc, m blocking.Message) {
	var number [1]uint64
	switch kind := wire.Kind(m.Payload); {
	case kind == kindBroadcast:
		if _, ok := wire.Decode(m.Payload, kind, number[:]); ok {
			n.learn(p, lattice.Set{int64(number[0])}, 0)
			n.settle(p, bugAckBeforeSync)
			p.Reply(m.Caller, wire.Append(nil, kindDone, nil))
		}
	case kind == kindRelay:
		theirs, _ := wire.Decode(m.Payload, kind, nil)
		n.learn(p, decodeSet(theirs), m.From)
		n.settle(p, bugRelayBeforeSync)
		p.Reply(m.Caller, wire.Append(nil, kindDone, nil))
	case kind == kindRead:
		values := n.values
		n.settle(p, bugReadBeforeSync)
		p.Reply(m.Caller, wire.Append(nil, kindDone, encodeSet(values)))
	default:
		n.exchange.Serve(p, m)
	}
}

// encode is the content of the file.
func (n *node) encode(changes uint64) []byte {
	n.saving = n.values
	return wire.Append(nil, kindStore, encodeSet(n.values), changes)
}

// state describes the node to people.
func (n *node) state() sim.State {
	s := sim.State{Role: roleNode, Detail: []sim.Field{{Name: "values", Value: fmt.Sprint(len(n.values))}, {Name: "on disk", Value: fmt.Sprint(len(n.durable))}}}
	for _, nb := range n.neighbors {
		if waits := len(nb.open) + nb.more.Len(); waits > 0 {
			s.Role = roleSending
			s.Detail = append(s.Detail, sim.Field{Name: "open at " + nb.id.String(), Value: fmt.Sprint(waits)})
		}
	}
	return s
}

// converged says which nodes that are up differ.
func converged(nodes []sim.Node) string {
	var first *lattice.Set
	for i, n := range nodes {
		values, ok := blocking.Exposed(n).(*lattice.Set)
		if !ok {
			return "a node has not read its disk"
		}
		if i == 0 {
			first = values
		}
		if !slices.Equal(*values, *first) {
			return fmt.Sprintf("two nodes have %d and %d values", len(*first), len(*values))
		}
	}
	return ""
}
