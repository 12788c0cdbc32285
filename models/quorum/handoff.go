package quorum

import (
	"maps"
	"slices"

	"simrun/models/wire"
	"simrun/sim"
	"simrun/sim/blocking"
)

// handsOver reports whether nodes keep hints.
func handsOver(p *blocking.Proc) bool {
	return p.Option(optionConsistency) == lww && (p.Option(optionHints) == "on" || p.Option(optionQuorum) == sloppy)
}

// keep stores a version in the stead of a home, and waits until the disk holds it: the coordinator counts it like one that the home has.
func (r *replica) keep(p *blocking.Proc, h hint) {
	n := r.file.Changes
	if r.Hints[h.home].add(h.v) {
		n = r.file.Change(p)
	}
	if !p.Bug(bugAckBeforeSync) {
		r.file.Await(p, n)
	}
	r.acknowledge(p, n)
}

// handOver sends a home what hints there are for it, until it acknowledges them.
func (r *replica) handOver(p *blocking.Proc, home sim.NodeID) {
	given := versions{} // to others of the key's homes
	for hints := r.Hints[home]; ; p.Sleep(handoffTick) {
		for _, key := range slices.Sorted(maps.Keys(hints)) {
			v := hints[key]
			if p.Bug(bugHintDeletedEarly) {
				r.dropHint(p, hint{home, v})
			}
			if !r.give(p, home, v) {
				if p.Bug(bugHandoffGivesUp) {
					return
				}
				r.giveOthers(p, home, v, given)
				break
			}
			r.dropHint(p, hint{home, v})
		}
	}
}

// give makes a home store a version; false if it did not in time.
func (r *replica) give(p *blocking.Proc, home sim.NodeID, v version) bool {
	reply, err := p.Call(home, v.append(nil, kindPut), patience)
	return err == nil && wire.Kind(reply) == kindIs
}

// giveOthers makes one of the other homes of a key store what is kept for one that does not answer, which may never come back. Without that, a version that
// was acknowledged might be nowhere but with nodes that the key does not belong to, and that nobody asks.
func (r *replica) giveOthers(p *blocking.Proc, home sim.NodeID, v version, given versions) {
	if p.Option(optionQuorum) != sloppy || given[v.Key] == v {
		return
	}
	for _, other := range r.ring.homes(v.Key) {
		if other != home && r.give(p, other, v) {
			given[v.Key] = v
		}
	}
}

// dropHint forgets a hint, unless there is a newer one by now.
func (r *replica) dropHint(p *blocking.Proc, h hint) {
	if hints := r.Hints[h.home]; hints[h.v.Key] == h.v {
		delete(hints, h.v.Key)
		r.file.Change(p)
		p.Report(handedOver{h})
	}
}
