package crdt

import (
	"bytes"
	"encoding/json"
	"fmt"

	"simrun/history"
	"simrun/internal/brief"
	"simrun/models/gossip"
	"simrun/models/lattice"
	"simrun/models/saved"
	"simrun/models/wire"
	"simrun/sim"
	"simrun/sim/blocking"
)

// replica is what the tasks of a node share.
type replica struct {
	store              // the disk may not hold all of it yet
	file    saved.File // that keeps it
	durable []byte     // the objects that the disk holds, as others are told of them
	saving  []byte     // those that it will hold after the save that goes on

	part int64  // what this life has added to the counter, for a bug
	tags uint64 // additions of this life to the set with removals
}

// store is what a node keeps on disk.
type store struct {
	Changes   uint64 // of all that follows, since the node first started
	Objects   objects
	Additions uint64 // to the set with removals, by this node: the number of the last tag
}

// run is the code of a node: it reads the disk, until that does not refuse, and then serves.
func run(p *blocking.Proc) {
	r := &replica{}
	p.Describe(r.state)
	r.file = saved.File{Name: storeFile, Encode: r.encode, Stored: func(*blocking.Proc, uint64) { r.durable = r.saving }}
	file := r.file.Read(p)
	if body, ok := wire.Decode(file, kindStore, nil); len(file) > 0 && (!ok || json.Unmarshal(body, &r.store) != nil) {
		p.Note("the disk holds what this node never wrote")
		return
	}
	r.file.Recovered(r.Changes)
	p.Report(saved.Change{Event: saved.Recovered, N: r.Changes})
	r.durable = encodeObjects(r.Objects)
	p.Expose(&r.Objects)
	exchange := gossip.Exchange{Every: gossipEvery, Tell: func() []byte { return r.tell(p) }, Learn: r.learn}
	p.Go(exchange.Run)
	for {
		if m, _ := p.Receive(blocking.Forever); !exchange.Serve(p, m) {
			p.Go(func(p *blocking.Proc) { r.serve(p, m) })
		}
	}
}

// tell is what others may know: what the disk holds.
func (r *replica) tell(p *blocking.Proc) []byte {
	if p.Bug(bugTellBeforeSync) {
		p.Report(saved.Change{Event: saved.Acknowledged, N: r.file.Changes})
		return encodeObjects(r.Objects)
	}
	return r.durable
}

// learn takes over what another node told.
func (r *replica) learn(p *blocking.Proc, text []byte) {
	var theirs objects
	if bytes.Equal(text, r.durable) || json.Unmarshal(text, &theirs) != nil {
		p.Sometimes(markNothingNew)
		return
	}
	r.Objects = r.Objects.merge(p, theirs)
	r.file.Change(p)
}

// serve answers a client, unless the request is damaged. An update is answered when the disk holds it.
func (r *replica) serve(p *blocking.Proc, m blocking.Message) {
	var q request
	body, ok := wire.Decode(m.Payload, kindRequest, nil)
	if !ok || json.Unmarshal(body, &q) != nil {
		return
	}
	var result history.Value
	switch q.F {
	case opRead, opFinal:
		result = r.Objects.read(q.Key)
	case opGet:
		if e, known := r.Objects.Map[q.Key]; known {
			result = history.Int(e.Value)
		}
	default:
		var done sim.Fact
		result, done = r.update(p, q)
		upTo := r.file.Change(p)
		if !p.Bug(bugAckBeforeSync) {
			r.file.Await(p, upTo)
		}
		p.Report(saved.Change{Event: saved.Acknowledged, N: upTo})
		p.Report(done)
	}
	p.Reply(m.Caller, wire.Append(nil, kindResult, result.AppendJSON(nil)))
}

// update does an update, and returns its result, and what is to say of it once the disk holds it.
func (r *replica) update(p *blocking.Proc, q request) (history.Value, sim.Fact) {
	o, me := &r.Objects, int(p.ID())
	switch {
	case q.F == opPut:
		return r.put(p, q)
	case q.F == opRemove:
		o.Tags = o.Tags.Without(q.Value)
	case q.Key == orSet:
		return r.add(p, q)
	case q.Key == gSet:
		o.Set = o.Set.With(q.Value)
	case q.Key == gCounter:
		o.Grown = o.Grown.Plus(me, q.Value)
	case q.Value < 0:
		o.Minus = o.Minus.Plus(me, -q.Value)
	case p.Bug(bugPartInMemory):
		r.part += q.Value
		o.Plus = o.Plus.Merge(lattice.Counter{me: r.part})
	default:
		o.Plus = o.Plus.Plus(me, q.Value)
	}
	return history.Int(q.Value), updated{q}
}

// add adds to the set with removals.
func (r *replica) add(p *blocking.Proc, q request) (history.Value, sim.Fact) {
	r.Additions++
	r.tags++
	t := lattice.Tag{Value: q.Value, Node: int(p.ID()), N: r.Additions}
	if p.Bug(bugTagInMemory) {
		t.N = r.tags
	}
	r.Objects.Tags = r.Objects.Tags.With(t)
	return history.Int(q.Value), tagged{t, p.Boots(), r.tags}
}

// put writes an entry of the map. The result is its timestamp.
func (r *replica) put(p *blocking.Proc, q request) (history.Value, sim.Fact) {
	before := r.Objects.Map[q.Key].Stamp
	stamp := lattice.Stamp{Time: int64(p.Now()) / int64(tick), Node: int(p.ID())}
	if !p.Bug(bugSkewedClocks) {
		stamp.Time = max(stamp.Time, before.Time+1)
	}
	r.Objects.Map = r.Objects.Map.With(q.Key, lattice.Entry{Stamp: stamp, Value: q.Value})
	return history.Ints(stamp.Time, int64(stamp.Node)), put{q.Key, stamp, before}
}

// encode is the content of the file.
func (r *replica) encode(changes uint64) []byte {
	r.Changes = changes
	r.saving = encodeObjects(r.Objects)
	body, _ := json.Marshal(r.store) // it holds nothing that JSON can't
	return wire.Append(nil, kindStore, body)
}

// state describes the node to people.
func (r *replica) state() sim.State {
	s := sim.State{Role: roleReplica}
	for _, object := range []string{gSet, gCounter, pnCounter, orSet, lwwMap} {
		s.Detail = append(s.Detail, sim.Field{Name: object, Value: r.Objects.read(object).String()})
	}
	return s
}

// converged says how replicas that are up differ. Objects that read the same may differ: two counters of which one lacks what n1 added, and the other as much of n2.
func converged(nodes []sim.Node) string {
	var first *objects
	for _, n := range nodes {
		o, ok := blocking.Exposed(n).(*objects)
		if !ok {
			return "a replica has not read its disk"
		}
		if first == nil {
			first = o
		}
		if !bytes.Equal(encodeObjects(*o), encodeObjects(*first)) {
			return difference(first, o)
		}
	}
	return ""
}

// difference says how two replicas differ that do.
func difference(a, b *objects) string {
	for _, object := range []string{gSet, gCounter, pnCounter, orSet, lwwMap} {
		if x, y := a.read(object), b.read(object); x != y {
			return fmt.Sprintf("the %s of one replica is %s, and that of another %s", object, brief.Middle(x.String(), 60), brief.Middle(y.String(), 60))
		}
	}
	return "two replicas read the same, and have it from different updates"
}
