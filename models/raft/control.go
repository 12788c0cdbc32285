package raft

import (
	"encoding/binary"

	"simrun/models/kv"
	"simrun/models/session"
	"simrun/sim"
	"simrun/sim/fault"
	"simrun/sim/rng"
)

// What an operator can ask of a leader: the first byte of a request of kind [session.Control]. A set of servers follows, in 8 bytes.
const (
	controlMembers  byte = 1 + iota // the voters are to be these
	controlCompact                  // take a snapshot now
	controlTransfer                 // hand over to one of these
)

// control does what an operator asks. The answer says that it has begun, not that it is done.
func (s *Server) control(from sim.Caller, body []byte) {
	if len(body) == 9 {
		switch set := fault.Set(binary.LittleEndian.Uint64(body[1:])); body[0] {
		case controlMembers:
			s.wantMembers(set)
		case controlCompact:
			s.compactNow = true
		case controlTransfer:
			s.handOver(set)
		}
	}
	s.reply(from, session.Result{Status: session.OK})
}

// wantMembers notes who the voters are to be. A cluster that can lose none of its voters is refused.
func (s *Server) wantMembers(target fault.Set) {
	target &= fault.All(s.env.Nodes())
	if target.Len() >= min(leastVoters, s.env.Nodes()) {
		s.target = target
		s.changeMembers()
	}
}

const leastVoters = 3

// describeRequest tells a person what a request or a reply says; false if payload is neither.
func describeRequest(payload []byte) (string, bool) {
	kind, body, ok := session.Open(payload)
	if !ok || kind != session.Control || len(body) != 9 {
		return kv.Describe(payload)
	}
	set := fault.Set(binary.LittleEndian.Uint64(body[1:]))
	switch body[0] {
	case controlMembers:
		return "make the voters " + set.String(), true
	case controlTransfer:
		return "hand over to " + set.String(), true
	}
	return "take a snapshot", true
}

// controlEvery is how many operations of the client that is the operator there are for each request of control.
const controlEvery = 3

var controlName = rng.Of("raft control")

// operator returns what the first client does between its operations: it asks for what the options allow. Nil for all others.
func operator(c *sim.Client) func(*session.Client) {
	var can []byte
	if c.Option(optionMembership) != string(fixed) {
		can = append(can, controlMembers, controlMembers)
	}
	if c.Option(optionTransfer) == on {
		can = append(can, controlTransfer)
	}
	if c.Option(optionCompaction) == on && len(can) > 0 {
		can = append(can, controlCompact)
	}
	if c.ID() != sim.ClientID(1) || len(can) == 0 || c.Workload() == operatedName {
		return nil
	}
	turn := uint64(0)
	return func(cl *session.Client) {
		turn++
		draw := c.Rand(controlName, turn)
		if draw.N(controlEvery) > 0 {
			return
		}
		what, set := drawControl(draw.Next(), can, c.Nodes())
		control(cl, what, set) // what becomes of it shows in the others' operations
	}
}

// drawControl draws a request: for members any set of which one can be lost, for a transfer any server.
func drawControl(draw rng.Value, can []byte, nodes int) (what byte, set fault.Set) {
	what = can[draw.N(uint64(len(can)))]
	draw = draw.Next()
	set = fault.All(nodes)
	if what == controlTransfer {
		return what, fault.SetOf(fault.Node(1 + draw.N(uint64(nodes))))
	}
	for leave := draw.N(uint64(max(nodes-leastVoters, 0)) + 1); leave > 0; leave-- {
		draw = draw.Next()
		set &^= fault.SetOf(set.List()[draw.N(uint64(set.Len()))])
	}
	return what, set
}

// runClient is the whole life of a client.
func runClient(c *sim.Client) {
	kv.RunClient(c, kv.Options{LogReads: c.Option(optionReads) == "log", TimeoutIsFailure: c.Bug(bugTimeoutIsFailure), AnyServer: c.Option(optionReads) == "follower", Between: operator(c), Other: request(c)})
}
