package multipaxos

import (
	"encoding/binary"
	"fmt"

	"simrun/models/ballot"
	"simrun/models/oplog"
	"simrun/models/session"
	"simrun/sim"
	"simrun/sim/fault"
	"simrun/sim/rng"
)

// kindMembers is the kind of a command that changes who accepts: its data is a set of nodes. It is not one that clients can send.
const kindMembers session.Kind = 1

// configuration says who the acceptors are in the slots from one on, up to the next configuration.
type configuration struct {
	from    oplog.Index
	members fault.Set
}

// configurations are those that were chosen, in order. The first is that of slot 1.
type configurations []configuration

// of is the place of the configuration that governs a slot.
func (c configurations) of(slot oplog.Index) int {
	k := len(c) - 1
	for c[k].from > slot {
		k--
	}
	return k
}

// configured is the fact that a node has applied a change of the configuration that was chosen in a slot.
type configured struct {
	slot    oplog.Index
	members fault.Set
}

func (f configured) String() string {
	return fmt.Sprintf("slot %d makes %v the acceptors from slot %d on", f.slot, f.members, f.slot+window)
}

// membersOf reads the data of a change of the configuration. A change to acceptors that don't exist, or to none, is no change.
func membersOf(data []byte, nodes int) (fault.Set, bool) {
	if len(data) != 8 {
		return 0, false
	}
	set := fault.Set(binary.LittleEndian.Uint64(data))
	return set, set != 0 && set&^fault.All(nodes) == 0
}

// reconfigure applies a change that is chosen in a slot. It governs α slots later: a leader that proposes there knows of the change, because it
// knows what is chosen in all slots that are α or more before ("Reconfiguring a State Machine", the basic method).
func (n *node) reconfigure(slot oplog.Index, data []byte) {
	members, ok := membersOf(data, n.env.Nodes())
	if !ok {
		return
	}
	n.env.Report(configured{slot, members})
	from := slot + window
	if n.env.Bug(bugConfigAtOnce) {
		from = slot + 1
	}
	if n.role == roleLeader && n.foundLast >= from {
		n.env.Sometimes(markGone) // others have proposed under the new configuration before this leader began
	}
	n.configs = append(n.configs, configuration{from, members})
}

// quorums are how many acceptors of a configuration each phase needs.
func (n *node) quorums(k int) (first, second int) {
	size := n.configs[k].members.Len()
	if k > 0 && n.env.Bug(bugOldQuorums) {
		size = min(size, n.configs[k-1].members.Len())
	}
	first, second = ballot.Quorums(size, n.env.Option(optionQuorums))
	if n.env.Bug(bugQuorums) {
		first = max(1, first-1)
	}
	return first, second
}

// firstQuorum reports whether nodes have a quorum of the first phase among them, of one configuration.
func (n *node) firstQuorum(k int, nodes fault.Set) bool {
	first, _ := n.quorums(k)
	return (nodes & n.configs[k].members).Len() >= first
}

// secondQuorum likewise for the second phase, of the configuration of a slot.
func (n *node) secondQuorum(slot oplog.Index, nodes fault.Set) bool {
	k := n.configs.of(slot)
	_, second := n.quorums(k)
	return (nodes & n.configs[k].members).Len() >= second
}

// firstQuorums reports whether nodes have a quorum of the first phase of each configuration that governs a slot which can be opened.
func (n *node) firstQuorums(nodes fault.Set) bool {
	for k := n.configs.of(n.commit + 1); k <= n.configs.of(n.commit+window); k++ {
		if !n.firstQuorum(k, nodes) {
			return false
		}
	}
	return true
}

// changeEvery is how many commands there are for each change of the configuration, on average.
const changeEvery = 40

var changeName, membersName = rng.Of("multipaxos change"), rng.Of("multipaxos members")

// drawChange lets the leader propose other acceptors along with one of so many commands, if members change: any set of them of which one can be lost.
func (n *node) drawChange() {
	least := leastMembers(n.env.Option(optionQuorums))
	if n.env.Option(optionMembers) != changing || n.env.Nodes() < least {
		return
	}
	n.drawn++
	ordinal := uint64(n.env.Boots())<<32 | n.drawn
	if !n.env.Rand(changeName, ordinal).Chance(1, changeEvery) {
		return
	}
	draw := n.env.Rand(membersName, ordinal)
	members := fault.All(n.env.Nodes())
	for leave := draw.N(uint64(n.env.Nodes()-least) + 1); leave > 0; leave-- {
		draw = draw.Next()
		members &^= fault.SetOf(members.List()[draw.N(uint64(members.Len()))])
	}
	n.waiting = append(n.waiting, command{kind: kindMembers, data: binary.LittleEndian.AppendUint64(nil, uint64(members))})
}

// leastMembers is how many acceptors it takes that a quorum of either phase is left when one is lost.
func leastMembers(quorums string) int {
	size := 2
	for {
		if first, second := ballot.Quorums(size, quorums); max(first, second) < size {
			return size
		}
		size++
	}
}

// lacking are the nodes whose promise a leader needs for configurations that it did not know when it began.
func (n *node) lacking() fault.Set {
	if n.firstQuorums(n.promises) {
		return 0
	}
	return n.others() &^ n.promises
}

// askLacking is phase 1a for a configuration that the leader did not know when it began.
func (n *node) askLacking() {
	for id := range n.lacking().Nodes() {
		n.env.Sometimes(markLater)
		n.send(sim.NodeID(id), kindPrepare, message{Ballot: n.own, Slot: n.commit + 1}, nil)
	}
}
