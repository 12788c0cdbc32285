package partlog

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"simrun/models/saved"
	"simrun/models/wire"
	"simrun/sim"
	"simrun/sim/blocking"
)

// node is what the tasks of a node share.
type node struct {
	store              // the disk may not hold all of it yet
	file    saved.File // that keeps it
	members members    // of the coordinator
}

// store is what a node keeps on disk.
type store struct {
	Changes uint64             // of all that follows, since the node first started
	Logs    map[string][]int64 // by partition
	Group   group              // of the coordinator
}

// run is the code of a node: it reads the disk, until that does not refuse, and then serves.
func run(p *blocking.Proc) {
	n := &node{store: store{Logs: map[string][]int64{}, Group: group{Committed: map[string]int64{}}}, members: members{}}
	p.Describe(func() sim.State { return n.state(p.ID()) })
	n.file = saved.File{Name: storeFile, Encode: n.encode}
	file := n.file.Read(p)
	if body, ok := wire.Decode(file, kindStore, nil); len(file) > 0 && (!ok || json.Unmarshal(body, &n.store) != nil) {
		p.Note("the disk holds what this node never wrote")
		return
	}
	if p.Bug(bugGenerationInMemory) {
		n.Group.Generation = 0
	}
	n.file.Recovered(n.Changes)
	p.Report(saved.Change{Event: saved.Recovered, N: n.Changes})
	for {
		m, _ := p.Receive(blocking.Forever)
		p.Go(func(p *blocking.Proc) { n.serve(p, m) })
	}
}

// serve answers a client, unless the request is damaged.
func (n *node) serve(p *blocking.Proc, m blocking.Message) {
	var q request
	body, ok := wire.Decode(m.Payload, kindRequest, nil)
	if !ok || json.Unmarshal(body, &q) != nil {
		return
	}
	var r response
	switch q.Do {
	case doSend:
		r = n.send(p, q)
	case doFetch:
		r = n.fetch(p, q)
	case doJoin:
		r = n.join(p, q.Member)
	case doHeartbeat:
		r.Done = n.current(p, q)
	case doCommit:
		r = n.commit(p, q)
	case doCommitted:
		r = response{Done: true, Offsets: maps.Clone(n.Group.Committed)}
		n.settle(p, "") // what is committed meanwhile may yet be forgotten
	}
	p.Reply(m.Caller, encodeJSON(kindResponse, r))
}

// send appends a value to a partition, at the next offset.
func (n *node) send(p *blocking.Proc, q request) response {
	offset := len(n.Logs[q.Partition])
	n.Logs[q.Partition] = append(n.Logs[q.Partition], q.Value)
	n.file.Change(p)
	n.settle(p, bugAckBeforeSync)
	return response{Done: true, Offset: int64(offset)}
}

// fetch returns values of a partition from an offset on, when the disk holds them: their offsets are theirs for ever then.
func (n *node) fetch(p *blocking.Proc, q request) response {
	log := n.Logs[q.Partition]
	from := min(max(q.Offset, 0), int64(len(log)))
	values := log[from:min(from+max(q.Value, 0), int64(len(log)))]
	n.settle(p, bugPollBeforeSync)
	return response{Done: true, Offset: from, Values: slices.Clone(values)}
}

// encode is the content of the file.
func (n *node) encode(changes uint64) []byte {
	n.Changes = changes
	return encodeJSON(kindStore, n.store)
}

// state describes the node to people.
func (n *node) state(me sim.NodeID) sim.State {
	s := sim.State{Role: roleBroker}
	if me == coordinator {
		s.Role, s.Epoch = roleCoordinator, n.Group.Generation
		s.Detail = append(s.Detail, sim.Field{Name: "members", Value: fmt.Sprint(n.members.list())}, sim.Field{Name: "committed", Value: fmt.Sprint(n.Group.Committed)})
	}
	for _, partition := range partitions {
		if log := n.Logs[partition]; len(log) > 0 {
			s.Detail = append(s.Detail, sim.Field{Name: partition, Value: fmt.Sprintf("%d values", len(log))})
		}
	}
	return s
}
