package quorum

import (
	"errors"
	"maps"
	"slices"
	"strconv"

	"simrun/history"
	"simrun/models/session"
	"simrun/models/wire"
	"simrun/sim"
	"simrun/sim/blocking"
)

// answer is what a node answered in a round; not ok if it did not in time.
type answer struct {
	from sim.NodeID
	v    version
	ok   bool
}

// round is a question to all nodes.
type round struct {
	box     blocking.Mailbox[answer]
	answers []answer // those that are ok, in the order in which they came
	missing []sim.NodeID
	open    int // nodes of which nothing is known yet
}

// ask asks all nodes, this one included.
func ask(p *blocking.Proc, question []byte) *round {
	rd := &round{open: p.Nodes()}
	for i := range p.Nodes() {
		p.Go(func(p *blocking.Proc) {
			reply, err := p.Call(sim.NodeID(i+1), question, patience)
			v, ok := decode(reply, kindIs)
			rd.box.Put(p, answer{sim.NodeID(i + 1), v, ok && err == nil})
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

// coordinate does a client's read or write, and returns the version that was read or written; not ok if too few nodes answered in time.
func (r *replica) coordinate(p *blocking.Proc, v version, write bool) (_ version, ok bool) {
	r.operations++
	switch {
	case p.Option(optionConsistency) != lww:
		v, ok = r.atomic(p, v, write)
	case write:
		v, ok = r.writeLast(p, v)
	default:
		v, ok = r.readLast(p, v)
	}
	if r.operations--; !ok {
		p.Sometimes(markNoQuorum)
	}
	return v, ok
}

// atomic is the operation of Attiya, Bar-Noy and Dolev: ask a majority for the newest version, and make a majority store
// the one that is written, or the one that is read. A read that did not could be followed by one that meets only replicas without it.
func (r *replica) atomic(p *blocking.Proc, v version, write bool) (version, bool) {
	majority := p.Nodes()/2 + 1
	found := ask(p, version{Key: v.Key}.append(nil, kindGet))
	if !found.wait(p, majority) {
		return v, false
	}
	newest := found.newest(p)
	if write {
		newest = r.tagged(p, v, newest.Tag.Number+1)
	} else if p.Bug(bugNoWriteBack) {
		return newest, true
	}
	return newest, ask(p, newest.append(nil, kindPut)).wait(p, majority)
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

// need is how many answers an operation needs, by one of the options.
func need(p *blocking.Proc, name sim.OptionName) int {
	n, _ := strconv.Atoi(p.Option(name)) // the engine takes declared values only
	return min(n, p.Nodes())
}

// writeLast writes a version with the time of this node's clock, and waits for W nodes. Hinted handoff (Dynamo §4.6) goes on after that: what
// a node does not acknowledge in time is kept for it. Nobody waits until that is on disk: a hint promises nothing.
func (r *replica) writeLast(p *blocking.Proc, v version) (version, bool) {
	v = r.tagged(p, v, 0)
	put := ask(p, v.append(nil, kindPut))
	ok := put.wait(p, need(p, optionW))
	if p.Option(optionHints) == "on" {
		p.Go(func(p *blocking.Proc) {
			put.wait(p, p.Nodes())
			for _, to := range put.missing {
				if to != p.ID() && r.Hints[to].add(v) {
					r.file.Change(p)
				}
			}
		})
	}
	return v, ok
}

// handOver sends a node what hints there are for it, until it acknowledges them.
func (r *replica) handOver(p *blocking.Proc, to sim.NodeID) {
	for hints := r.Hints[to]; ; p.Sleep(handoffTick) {
		for _, key := range slices.Sorted(maps.Keys(hints)) {
			v := hints[key]
			if reply, err := p.Call(to, v.append(nil, kindPut), patience); err != nil || wire.Kind(reply) != kindIs {
				break
			}
			if hints[key] == v { // and not a newer one by now
				delete(hints, key)
				r.file.Change(p)
			}
		}
	}
}

// readLast returns the newest version of R nodes. Read repair goes on after that: it waits for the other nodes too, and sends the newest
// version of all to those that answered with an older one.
func (r *replica) readLast(p *blocking.Proc, v version) (version, bool) {
	found := ask(p, version{Key: v.Key}.append(nil, kindGet))
	if !found.wait(p, need(p, optionR)) {
		return v, false
	}
	v = found.newest(p)
	if p.Option(optionRepair) == "on" {
		p.Go(func(p *blocking.Proc) {
			found.wait(p, p.Nodes())
			newest := found.newest(p)
			for _, a := range found.answers {
				if a.v.Tag != newest.Tag {
					p.Call(a.from, newest.append(nil, kindPut), patience)
				}
			}
		})
	}
	return v, true
}

// client is the whole life of a client. It begins each operation at another node, so that all coordinate, and asks the next if one refuses,
// which means that nothing was done. After a timeout it gives up: a write that is done twice, with two tags, could come back after a later one.
func client(c *sim.Client) {
	for op, first := range session.Turns(c) {
		request, kind := version{Key: op.Key}, byte(kindRead)
		if op.F == "write" {
			request.Value, _ = op.Value.AsInt()
			kind = kindWrite
		}
		reply, err := session.AskAnyone(c, first, request.append(nil, kind), clientPatience)
		v, ok := decode(reply, kindIs)
		switch {
		case !ok && kind == kindWrite && !errors.Is(err, sim.ErrRefused):
			c.Info("no quorum answered in time")
		case !ok:
			c.Fail("no quorum answered in time")
		case kind == kindWrite:
			c.OK(op.Value)
		case v.Tag == (tag{}):
			c.OK(history.Null)
		default:
			c.OK(history.Int(v.Value))
		}
	}
}
