package partlog

import (
	"maps"
	"slices"

	"simrun/models/saved"
	"simrun/sim"
	"simrun/sim/blocking"
)

// group is what the coordinator keeps on disk of the group of consumers.
type group struct {
	Generation uint64           // of the assignment of partitions
	Committed  map[string]int64 // by partition: the offset of the next value to process
}

// member is a consumer: a client, and the life of it, since a client that does not know what became of its commit goes on as another.
type member struct {
	Client sim.NodeID
	Life   uint64
}

// members are those whom the coordinator takes for alive, and when it last heard of each.
type members map[member]sim.Time

// list returns the members in an order that all agree on.
func (ms members) list() []member {
	return slices.SortedFunc(maps.Keys(ms), func(a, b member) int { return int(b.Client) - int(a.Client) })
}

// join makes a consumer a member, unless it is one, and returns its share of the partitions, with their committed offsets. Its earlier lives are over.
func (n *node) join(p *blocking.Proc, m member) response {
	n.expire(p)
	if _, known := n.members[m]; !known {
		maps.DeleteFunc(n.members, func(other member, _ sim.Time) bool { return other.Client == m.Client })
		n.members[m] = p.Now()
		n.rebalance(p)
	}
	n.members[m] = p.Now()
	list := n.members.list()
	share := map[string]int64{}
	for i, partition := range partitions {
		if list[i%len(list)] == m {
			share[partition] = n.Group.Committed[partition]
		}
	}
	generation := n.Group.Generation
	n.settle(p, "")
	p.Report(assigned{generation})
	return response{Done: true, Generation: generation, Offsets: share}
}

// rebalance begins a generation.
func (n *node) rebalance(p *blocking.Proc) {
	n.Group.Generation++
	n.file.Change(p)
}

// expire removes the members that were not heard of for a session.
func (n *node) expire(p *blocking.Proc) {
	before := len(n.members)
	maps.DeleteFunc(n.members, func(_ member, heard sim.Time) bool { return p.Now()-heard > session })
	if len(n.members) < before {
		p.Sometimes(markExpired)
		n.rebalance(p)
	}
}

// current reports whether a consumer is a member, in the generation that it knows, and notes that it is alive.
func (n *node) current(p *blocking.Proc, q request) bool {
	n.expire(p)
	if _, known := n.members[q.Member]; !known || q.Generation != n.Group.Generation {
		return false
	}
	n.members[q.Member] = p.Now()
	return true
}

// commit takes over what a member has processed.
func (n *node) commit(p *blocking.Proc, q request) response {
	if !n.current(p, q) && !p.Bug(bugZombieCommits) {
		p.Sometimes(markFenced)
		return response{}
	}
	p.Report(committed{q.Generation, n.Group.Generation})
	maps.Copy(n.Group.Committed, q.Offsets)
	n.file.Change(p)
	n.settle(p, "")
	return response{Done: true}
}

// settle waits until the disk holds all changes, unless a bug is on. Then others may be told of them.
func (n *node) settle(p *blocking.Proc, unless sim.BugName) {
	upTo := n.file.Changes
	if unless == "" || !p.Bug(unless) {
		n.file.Await(p, upTo)
	}
	p.Report(saved.Change{Event: saved.Acknowledged, N: upTo})
}
