package quorum

import (
	"strconv"

	"simrun/sim"
	"simrun/sim/blocking"
)

// coordinate does a client's read or write, by the kind of its call, and returns the version that was read or written; not ok if too few nodes answered in time.
func (r *replica) coordinate(p *blocking.Proc, v version, kind byte) (_ version, ok bool) {
	r.operations++
	switch {
	case p.Option(optionConsistency) != lww:
		v, ok = r.atomic(p, v, kind)
	case kind == kindWrite:
		v, ok = r.writeLast(p, v)
	default:
		v, ok = r.readLast(p, v)
	}
	if r.operations--; !ok {
		p.Sometimes(markNoQuorum)
	}
	return v, ok
}

// atomic is the operation of Attiya, Bar-Noy and Dolev: ask a majority of the key's homes for the newest version, and make a majority store
// the one that is written, or the one that is read. A read that did not could be followed by one that meets only replicas without it.
// A read of all waits for the other homes too, as long as they answer: what a write left at a few of them when its client gave up must not show up later.
func (r *replica) atomic(p *blocking.Proc, v version, kind byte) (version, bool) {
	homes := r.ring.homes(v.Key)
	majority := len(homes)/2 + 1
	found := ask(p, homes, version{Key: v.Key}.append(nil, kindGet))
	enough := majority
	if kind == kindReadAll {
		enough = len(homes)
	}
	if found.wait(p, enough); len(found.answers) < majority {
		return v, false
	}
	newest := found.newest(p)
	if kind == kindWrite {
		newest = r.tagged(p, v, newest.Tag.Number+1)
	} else if p.Bug(bugNoWriteBack) {
		return newest, true
	}
	return newest, ask(p, homes, newest.append(nil, kindPut)).wait(p, majority)
}

// tagged gives a version that is to be written a tag that no other has, with a number or, for the last writer to win, the time.
func (r *replica) tagged(p *blocking.Proc, v version, number uint64) version {
	if p.Option(optionConsistency) == lww || p.Bug(bugSkewedClocks) {
		number = uint64(int64(p.Now()) + 1<<62) // the clock may be set to before the start of the run
	}
	r.attempts++
	v.Tag = tag{number, p.ID(), r.Incarnation, r.attempts}
	if p.Bug(bugReusedTag) {
		v.Tag = tag{Number: number, Node: p.ID()}
	}
	p.Report(tagged{v})
	return v
}

// need is how many of a key's homes an operation needs, by one of the options.
func (r *replica) need(p *blocking.Proc, name sim.OptionName) int {
	n, _ := strconv.Atoi(p.Option(name)) // the engine takes declared values only
	return min(n, r.ring.replicas)
}

// askFor asks for an operation of the last writer: the homes of the key, and if the quorum is sloppy nodes that stand in for them.
func (r *replica) askFor(p *blocking.Proc, key string, question []byte, instead func(home sim.NodeID) []byte) *round {
	if p.Option(optionQuorum) == sloppy {
		return askSloppily(p, r.ring.homes(key), r.ring.others(key), question, instead)
	}
	return ask(p, r.ring.homes(key), question)
}

// writeLast writes a version with the time of this node's clock, and waits for W nodes. Hinted handoff (Dynamo §4.6) goes on after that: what
// a home does not acknowledge in time, and nobody in its stead, is kept for it here. Nobody waits until that is on disk: such a hint promises nothing.
func (r *replica) writeLast(p *blocking.Proc, v version) (version, bool) {
	v = r.tagged(p, v, 0)
	put := r.askFor(p, v.Key, v.append(nil, kindPut), func(home sim.NodeID) []byte { return hint{home, v}.append(nil) })
	ok := put.wait(p, r.need(p, optionW))
	if p.Option(optionHints) == "on" {
		p.Go(func(p *blocking.Proc) {
			put.wait(p, r.ring.replicas)
			for _, to := range put.missing {
				if to != p.ID() && r.Hints[to].add(v) {
					r.file.Change(p)
				}
			}
		})
	}
	return v, ok
}

// readLast returns the newest version of R nodes. Read repair goes on after that: it waits for the other nodes too, and sends the newest
// version of all to those that answered with an older one. Nodes that stood in get nothing: the key does not belong to them.
func (r *replica) readLast(p *blocking.Proc, v version) (version, bool) {
	question := version{Key: v.Key}.append(nil, kindGet)
	found := r.askFor(p, v.Key, question, func(sim.NodeID) []byte { return question })
	if !found.wait(p, r.need(p, optionR)) {
		return v, false
	}
	v = found.newest(p)
	if p.Option(optionRepair) == "on" {
		p.Go(func(p *blocking.Proc) {
			found.wait(p, r.ring.replicas)
			newest := found.newest(p)
			for _, a := range found.answers {
				if a.v.Tag != newest.Tag && r.ring.isHome(v.Key, a.from) {
					p.Call(a.from, newest.append(nil, kindPut), patience)
				}
			}
		})
	}
	return v, true
}
