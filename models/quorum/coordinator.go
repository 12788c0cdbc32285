package quorum

import (
	"slices"
	"strconv"
	"time"

	"simrun/history"
	"simrun/models/wire"
	"simrun/sim"
	"simrun/sim/blocking"
)

// answer is what one node said to a round.
type answer struct {
	from sim.NodeID
	v    version // of a get
	ok   bool
}

// round asks all nodes, this one included. Their answers come in the order in which they arrive; a node that does not answer in time gives
// one that is not ok.
func (r *replica) round(p *blocking.Proc, payload []byte, want byte) *blocking.Mailbox[answer] {
	box := &blocking.Mailbox[answer]{}
	for i := range p.Nodes() {
		to := sim.NodeID(i + 1)
		p.Go(func(p *blocking.Proc) {
			reply, err := p.Call(to, payload, patience)
			v, ok := decode(reply, want)
			box.Put(p, answer{to, v, ok && err == nil})
		})
	}
	return box
}

// collect takes answers until enough are ok, or all have come. missing are the nodes whose answers are not among them.
func collect(p *blocking.Proc, box *blocking.Mailbox[answer], enough int) (got []answer, ok bool) {
	for range p.Nodes() {
		a, _ := box.Get(p, blocking.Forever)
		if a.ok {
			got = append(got, a)
		}
		if len(got) == enough {
			return got, true
		}
	}
	p.Sometimes(markUnavailable)
	return got, false
}

// operate carries out a client's read, or its write of a value. ok is false if no quorum answered: then nobody knows.
func (r *replica) operate(p *blocking.Proc, v version, write bool) (_ version, ok bool) {
	if p.Option(optionConsistency) == "lww" {
		if write {
			return r.writeLatest(p, v)
		}
		return r.readLatest(p, v.key)
	}
	majority := p.Nodes()/2 + 1
	found, ok := collect(p, r.round(p, v.append(nil, kindGet), kindIs), majority)
	if !ok {
		return v, false
	}
	newest := newestOf(p, found)
	if write {
		v.tag = r.next(p, newest.tag.number)
		p.Report(tagged{v})
		newest = v
	} else if p.Bug(bugNoWriteBack) {
		return newest, true
	}
	_, ok = collect(p, r.round(p, newest.append(nil, kindPut), kindDone), majority)
	return newest, ok
}

// next is the tag of a new write, after one with a number.
func (r *replica) next(p *blocking.Proc, number uint64) tag {
	r.writes++
	t := tag{number + 1, p.ID(), p.Boots(), r.writes}
	if p.Bug(bugSkewedClocks) || p.Option(optionConsistency) == "lww" {
		t.number = uint64(int64(p.Now()) + 1<<62) // the clock may be before the start of the run
	}
	if p.Bug(bugReusedTag) {
		t.boot, t.seq = 0, 0
	}
	return t
}

func newestOf(p *blocking.Proc, found []answer) version {
	newest := found[0].v
	for _, a := range found[1:] {
		if c := a.v.tag.compare(newest.tag); c != 0 {
			p.Sometimes(markNewer)
			if c > 0 {
				newest = a.v
			}
		}
	}
	return newest
}

// quorumOf is an option that is a number of nodes.
func quorumOf(p *blocking.Proc, name sim.OptionName) int {
	n, _ := strconv.Atoi(p.Option(name))
	return min(max(n, 1), p.Nodes())
}

// writeLatest writes with the time of this node's clock as tag. What a node does not acknowledge is kept in mind.
func (r *replica) writeLatest(p *blocking.Proc, v version) (version, bool) {
	v.tag = r.next(p, 0)
	p.Report(tagged{v})
	box := r.round(p, v.append(nil, kindPut), kindDone)
	got, ok := collect(p, box, quorumOf(p, optionW))
	if p.Option(optionHints) == "on" {
		p.Go(func(p *blocking.Proc) { r.hint(p, v, got, box) })
	}
	return v, ok
}

// readLatest takes the latest of some answers, and sends it to those that have an older one.
func (r *replica) readLatest(p *blocking.Proc, key string) (version, bool) {
	found, ok := collect(p, r.round(p, version{key: key}.append(nil, kindGet), kindIs), quorumOf(p, optionR))
	if !ok {
		return version{}, false
	}
	newest := newestOf(p, found)
	for _, a := range found {
		if a.v.tag != newest.tag && p.Option(optionRepair) == "on" {
			p.Go(func(p *blocking.Proc) { p.Call(a.from, newest.append(nil, kindPut), patience) })
		}
	}
	return newest, true
}

// hint is a version that a node has not acknowledged (Dynamo §4.6).
type hint struct {
	to sim.NodeID
	v  version
}

// hintsFile keeps the hints: each record is a node and a version.
const hintsFile = "hints"

// hint waits for the answers to a write that are missing, and keeps the version for those nodes that give none.
func (r *replica) hint(p *blocking.Proc, v version, got []answer, box *blocking.Mailbox[answer]) {
	for len(got) < p.Nodes() {
		a, ok := box.Get(p, 2*patience)
		if !ok {
			break
		}
		if a.ok {
			got = append(got, a)
		}
	}
	kept := len(r.hints)
	for i := range p.Nodes() {
		id := sim.NodeID(i + 1)
		if !slices.ContainsFunc(got, func(a answer) bool { return a.from == id }) {
			r.hints = append(r.hints, hint{id, v})
		}
	}
	if len(r.hints) > kept {
		r.saveHints(p)
	}
}

// handOver sends hints again until they are acknowledged.
func (r *replica) handOver(p *blocking.Proc) {
	for {
		p.Sleep(handoffTick)
		for _, h := range slices.Clone(r.hints) {
			reply, err := p.Call(h.to, h.v.append(nil, kindPut), patience)
			if _, ok := decode(reply, kindDone); ok && err == nil {
				r.hints = slices.DeleteFunc(r.hints, func(o hint) bool { return o == h })
				r.saveHints(p)
			}
		}
	}
}

// saveHints saves the hints as they are. If the disk refuses, a crash loses them: a hint is a courtesy, not a promise.
func (r *replica) saveHints(p *blocking.Proc) {
	var b []byte
	for _, h := range r.hints {
		b = wire.AppendRecord(b, h.v.append([]byte{byte(h.to)}, kindPut))
	}
	p.SaveFile(hintsFile, b)
}

func (r *replica) loadHints(p *blocking.Proc) {
	for record := range wire.Records(read(p, hintsFile)) {
		if v, ok := decode(record[1:], kindPut); ok {
			r.hints = append(r.hints, hint{sim.NodeID(record[0]), v})
		}
	}
}

// client asks any node, one after the other. A write is not repeated: it would be another write.
func client(c *sim.Client) {
	for turn := int(-c.ID()); ; turn++ {
		op, more := c.Next()
		if !more {
			return
		}
		kind := byte(kindRead)
		v := version{key: op.Key}
		if op.F == "write" {
			kind = kindWrite
			v.value, _ = op.Value.AsInt()
		}
		reply, err := c.Call(sim.NodeID(1+turn%c.Nodes()), v.append(nil, kind), time.Second)
		got, ok := decode(reply, kindIs)
		switch {
		case err == nil && ok && op.F == "write":
			c.OK(op.Value)
		case err == nil && ok && got.tag == (tag{}):
			c.OK(history.Null)
		case err == nil && ok:
			c.OK(history.Int(got.value))
		case op.F == "write":
			c.Info("no quorum answered in time")
		default:
			c.Fail("no quorum answered in time")
		}
	}
}
