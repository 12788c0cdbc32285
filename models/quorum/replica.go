package quorum

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"simrun/models/merkle"
	"simrun/models/saved"
	"simrun/models/wire"
	"simrun/sim"
	"simrun/sim/blocking"
)

// replica is what the tasks of a node share. A node is replica and coordinator in one.
type replica struct {
	store                 // the disk may not hold all of it yet
	file       saved.File // that keeps it
	id         sim.NodeID
	ring       ring
	attempts   uint64 // writes that it coordinated in this incarnation
	operations int    // that it coordinates now

	stale map[sim.NodeID]*merkle.Tree // by peer: trees that are kept from one exchange to the next, for a bug
}

// store is what a replica keeps on disk.
type store struct {
	Changes     uint64 // of all that follows, since the node first started
	Incarnation uint64
	Own         versions
	Hints       []versions // by node, for homes that did not acknowledge them
}

// run is the code of a node: it reads the disk, until that does not refuse, and then serves.
func run(p *blocking.Proc) {
	r := &replica{store: store{Own: versions{}}, id: p.ID(), ring: ringOf(p), stale: map[sim.NodeID]*merkle.Tree{}}
	for range p.Nodes() + 1 {
		r.Hints = append(r.Hints, versions{})
	}
	p.Describe(r.state)
	if heals(p) {
		p.Expose(r)
	}
	r.file = saved.File{Name: storeFile, Encode: r.encode, Stored: func(p *blocking.Proc, n uint64) { p.Report(saved.Change{Event: saved.Stored, N: n}) }}
	file := r.file.Read(p)
	if body, ok := wire.Decode(file, kindStore, nil); len(file) > 0 && (!ok || json.Unmarshal(body, &r.store) != nil) {
		p.Note("the disk holds what this node never wrote: to go on would forget what it acknowledged")
		return
	}
	r.file.Recovered(r.Changes)
	p.Report(saved.Change{Event: saved.Recovered, N: r.Changes})
	r.Incarnation++
	r.file.Await(p, r.file.Change(p))
	if handsOver(p) {
		for i := range p.Nodes() {
			p.Go(func(p *blocking.Proc) { r.handOver(p, sim.NodeID(i+1)) })
		}
	}
	if heals(p) {
		p.Go(r.antiEntropy)
	}
	for {
		m, _ := p.Receive(blocking.Forever)
		p.Go(func(p *blocking.Proc) { r.serve(p, m) })
	}
}

// serve answers a call, unless it is damaged. Get and put may come twice. A client's call comes once, else a write would get two tags. What
// get answers may not be on disk yet: that promises nothing, since a majority stores it before a client sees it.
func (r *replica) serve(p *blocking.Proc, m blocking.Message) {
	if h, ok := decodeHint(m.Payload, p.Nodes()); ok {
		r.keep(p, h)
		p.Reply(m.Caller, h.v.append(nil, kindIs))
		return
	}
	if r.serveEntropy(p, m) {
		return
	}
	kind := wire.Kind(m.Payload)
	v, ok := decode(m.Payload, kind)
	switch {
	case !ok:
	case kind == kindGet:
		p.Reply(m.Caller, cmp.Or(r.newest(v.Key), v).append(nil, kindIs))
	case kind == kindPut:
		r.put(p, v)
		p.Reply(m.Caller, v.append(nil, kindIs))
	case kind == kindRead || kind == kindWrite || kind == kindReadAll:
		if v, ok := r.coordinate(p, v, kind); ok {
			p.Reply(m.Caller, v.append(nil, kindIs))
		}
	}
}

// put stores a version unless there is a newer one, and waits until the disk holds the one or the other.
func (r *replica) put(p *blocking.Proc, v version) {
	n := r.file.Changes
	switch {
	case p.Bug(bugLastArrivalWins) && r.Own[v.Key] != v:
		r.Own[v.Key] = v
		n = r.file.Change(p)
	case r.Own.add(v):
		n = r.file.Change(p)
	}
	if !p.Bug(bugAckBeforeSync) {
		r.file.Await(p, n)
	}
	r.acknowledge(p, n)
	if handsOver(p) {
		p.Report(holds{r.Own[v.Key]})
	}
}

// acknowledge tells the monitors that others are about to hear what the disk holds.
func (r *replica) acknowledge(p *blocking.Proc, n uint64) {
	p.Report(saved.Change{Event: saved.Acknowledged, N: n})
}

// newest is the newest version of a key that this node has, as its own or in the stead of another: the key may not belong to it.
func (r *replica) newest(key string) version {
	v := r.Own[key]
	if r.ring.isHome(key, r.id) {
		return v
	}
	for _, hints := range r.Hints {
		if h := hints[key]; h.Tag.compare(v.Tag) > 0 {
			v = h
		}
	}
	return v
}

// encode is the content of the file.
func (r *replica) encode(changes uint64) []byte {
	r.Changes = changes
	body, _ := json.Marshal(r.store) // it holds nothing that JSON can't
	return wire.Append(nil, kindStore, body)
}

// state describes the node to people.
func (r *replica) state() sim.State {
	s := sim.State{Role: roleReplica, Epoch: r.Incarnation}
	if r.operations > 0 {
		s.Role = roleCoordinator
	}
	for _, key := range slices.Sorted(maps.Keys(r.Own)) {
		s.Detail = append(s.Detail, sim.Field{Name: cmp.Or(key, "register"), Value: fmt.Sprintf("%d, %v", r.Own[key].Value, r.Own[key].Tag)})
	}
	return s
}
