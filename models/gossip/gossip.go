// Package gossip is anti-entropy for nodes that are written as straight code (package blocking): each node, again and again, exchanges what it knows with
// another that it draws, until all know the same (Demers et al., "Epidemic Algorithms for Replicated Database Maintenance", PODC 1987, §1.3). One
// exchange goes both ways, push and pull: the answer to what a node tells is what the other knows. Nothing is remembered of an exchange, so that lost messages,
// doubled ones and crashes only delay.
package gossip

import (
	"time"

	"simrun/models/wire"
	"simrun/sim"
	"simrun/sim/blocking"
	"simrun/sim/rng"
)

// Exchange is how a node takes part.
type Exchange struct {
	Every time.Duration                         // between the exchanges that a node begins
	Tell  func() []byte                         // what the node knows, of which it must not forget anything later: what its disk holds
	Learn func(p *blocking.Proc, theirs []byte) // what another told; it may come often, and in any order
}

// The kinds of payloads, whose body is what a node tells.
const (
	kindPush = 0xa0 + iota
	kindPull // the answer
)

const patience = 200 * time.Millisecond // for an answer; nothing is lost if it comes later, or never

var peerName = rng.Of("gossip peer")

// Run begins exchanges with others, for ever.
func (x *Exchange) Run(p *blocking.Proc) {
	if p.Nodes() == 1 {
		return
	}
	for round := uint64(p.Boots()) << 32; ; round++ {
		p.Sleep(x.Every)
		to := 1 + sim.NodeID(p.Rand(peerName, round).N(uint64(p.Nodes()-1)))
		if to >= p.ID() {
			to++
		}
		reply, err := p.Call(to, wire.Append(nil, kindPush, x.Tell()), patience)
		if theirs, ok := wire.Decode(reply, kindPull, nil); ok && err == nil {
			x.Learn(p, theirs)
		}
	}
}

// Serve answers another's exchange; false if the message is of something else.
func (x *Exchange) Serve(p *blocking.Proc, m blocking.Message) bool {
	theirs, ok := wire.Decode(m.Payload, kindPush, nil)
	if !ok {
		return false
	}
	mine := x.Tell()
	x.Learn(p, theirs)
	p.Reply(m.Caller, wire.Append(nil, kindPull, mine))
	return true
}

// Describe tells a person what a payload says; "" if it is of something else.
func Describe(payload []byte) string {
	for kind, name := range []string{"Push", "Pull"} {
		if body, ok := wire.Decode(payload, byte(kindPush+kind), nil); ok {
			return name + " " + string(body)
		}
	}
	return ""
}
