package flake

import (
	"errors"
	"fmt"

	"simrun/history"
	"simrun/models/saved"
	"simrun/models/session"
	"simrun/models/wire"
	"simrun/sim"
	"simrun/sim/blocking"
	"simrun/sim/fault"
)

// node is what the tasks of a node share.
type node struct {
	next    uint64     // position
	ceiling uint64     // of the positions that it may use, when the disk holds it
	file    saved.File // that keeps the ceiling
}

// The kinds of payloads.
const (
	kindGenerate = 0xd0 + iota // client → node
	kindNumber                 // the answer, with a number
	kindCeiling                // the file of a node: the ceiling, and the number of times that it was raised
)

// run is the code of a node: it reads the disk, until that does not refuse, and then serves.
func run(p *blocking.Proc) {
	n := &node{}
	p.Describe(func() sim.State {
		return sim.State{Role: roleGenerator, Detail: []sim.Field{{Name: "next", Value: fmt.Sprint(n.next)}, {Name: "ceiling", Value: fmt.Sprint(n.ceiling)}}}
	})
	n.file = saved.File{Name: ceilingFile, Encode: func(changes uint64) []byte { return wire.Append(nil, kindCeiling, nil, n.ceiling, changes) }}
	file := n.file.Read(p)
	var was [2]uint64
	if _, ok := wire.Decode(file, kindCeiling, was[:]); len(file) > 0 && !ok {
		p.Note("the disk holds what this node never wrote")
		return
	}
	if p.Bug(bugInMemory) {
		was = [2]uint64{}
	}
	n.ceiling = was[0]
	n.file.Recovered(was[1])
	p.Report(saved.Change{Event: saved.Recovered, N: was[1]})
	n.next = n.ceiling
	if p.Boots() > 1 {
		p.Sometimes(markWasted)
	}
	for {
		m, _ := p.Receive(blocking.Forever)
		if wire.Kind(m.Payload) == kindGenerate {
			p.Go(func(p *blocking.Proc) { p.Reply(m.Caller, wire.Append(nil, kindNumber, nil, n.generate(p))) })
		}
	}
}

// generate returns a number of a position that no life of this node has used.
func (n *node) generate(p *blocking.Proc) uint64 {
	position := n.position(p)
	n.next = position + 1
	if position >= n.ceiling {
		n.ceiling = position + block
		n.file.Change(p)
	}
	raised := n.file.Changes
	if !p.Bug(bugBeforeSync) {
		n.file.Await(p, raised)
	}
	p.Report(saved.Change{Event: saved.Acknowledged, N: raised})
	if p.Bug(bugNoName) {
		return position
	}
	return position*(fault.MaxNodes+1) + uint64(p.ID())
}

// position is the next position that is free.
func (n *node) position(p *blocking.Proc) uint64 {
	now := uint64(max(0, p.Now()/tick)) * perTick // the clock may be set to before the start of the run
	switch {
	case p.Bug(bugClockAlone) && n.next/perTick*perTick == now: // in this tick it has made some already
		return n.next
	case p.Bug(bugClockAlone):
		return now
	case p.Option(optionNumbers) == "clock":
		return max(n.next, now)
	}
	return n.next
}

// client is the whole life of a client.
func client(c *sim.Client) {
	for _, first := range session.Turns(c) {
		reply, err := session.AskAnyone(c, first, wire.Append(nil, kindGenerate, nil), clientPatience)
		var number [1]uint64
		_, ok := wire.Decode(reply, kindNumber, number[:])
		switch {
		case ok:
			c.OK(history.Int(int64(number[0])))
		case errors.Is(err, sim.ErrRefused):
			c.Fail("no node is up")
		default:
			c.Info("the node did not answer in time") // a number is lost
		}
	}
}

// describe tells a person what a payload says.
func describe(payload []byte) string {
	var number [1]uint64
	if _, ok := wire.Decode(payload, kindNumber, number[:]); ok {
		return fmt.Sprint("Number ", number[0])
	}
	if wire.Kind(payload) == kindGenerate {
		return "Generate"
	}
	return "damaged message"
}
