package quorum

import (
	"slices"
	"time"

	"simrun/sim"
	"simrun/sim/blocking"
)

// answer is what a node answered in a round; not ok if it did not in time.
type answer struct {
	from sim.NodeID
	v    version
	ok   bool
}

// round is a question to the homes of a key.
type round struct {
	box     blocking.Mailbox[answer]
	answers []answer // those that are ok, in the order in which they came
	missing []sim.NodeID
	open    int // homes of which nothing is known yet
}

// ask asks the homes of a key, of which this node may be one.
func ask(p *blocking.Proc, homes []sim.NodeID, question []byte) *round {
	rd := &round{open: len(homes)}
	for _, home := range homes {
		p.Go(func(p *blocking.Proc) { rd.box.Put(p, call(p, home, question, patience)) })
	}
	return rd
}

// call asks one node.
func call(p *blocking.Proc, to sim.NodeID, question []byte, patience time.Duration) answer {
	reply, err := p.Call(to, question, patience)
	v, ok := decode(reply, kindIs)
	return answer{to, v, ok && err == nil}
}

// askSloppily asks the homes of a key, and for each that does not answer the next of the other nodes, until one does (the sloppy quorum of Dynamo §4.6). instead
// is the question to a node that stands in for a home.
func askSloppily(p *blocking.Proc, homes, others []sim.NodeID, question []byte, instead func(home sim.NodeID) []byte) *round {
	rd := &round{open: len(homes)}
	for _, home := range homes {
		p.Go(func(p *blocking.Proc) {
			a := call(p, home, question, sloppyPatience)
			for !a.ok && len(others) > 0 {
				next := others[0]
				others = others[1:]
				a = call(p, next, instead(home), sloppyPatience)
			}
			if !a.ok {
				a.from = home
			}
			rd.box.Put(p, a)
		})
	}
	return rd
}

// wait waits for enough answers; false if too few came in time.
func (rd *round) wait(p *blocking.Proc, enough int) bool {
	for ; len(rd.answers) < enough && rd.open > 0; rd.open-- {
		if a, _ := rd.box.Get(p, blocking.Forever); a.ok {
			rd.answers = append(rd.answers, a)
		} else {
			rd.missing = append(rd.missing, a.from)
		}
	}
	return len(rd.answers) >= enough
}

// newest is the newest version among the answers, of which there is at least one.
func (rd *round) newest(p *blocking.Proc) version {
	older := func(a, b answer) int { return a.v.Tag.compare(b.v.Tag) }
	newest := slices.MaxFunc(rd.answers, older).v
	if slices.MinFunc(rd.answers, older).v.Tag != newest.Tag {
		p.Sometimes(markDiffer)
	}
	return newest
}
