package multipaxos

import (
	"fmt"
	"slices"

	"simrun/models/ballot"
	"simrun/models/invariant"
	"simrun/models/oplog"
	"simrun/models/rsm"
	"simrun/sim"
	"simrun/sim/fault"
)

// The facts of a proposer and of an acceptor; those of a learner are of package oplog.
type (
	led       struct{ ballot ballot.Ballot } // it begins phase 2
	deposed   struct{ ballot ballot.Ballot } // and ends it
	promised  struct{ ballot ballot.Ballot } // it tells a candidate so
	recovered struct{ ballot ballot.Ballot } // its disk has this promise after a start
	accepted  struct {                       // its disk holds what it accepted
		slot   oplog.Index
		ballot ballot.Ballot
		value  uint64 // hash of it
	}
)

func (f led) String() string       { return fmt.Sprintf("leads in ballot %v", f.ballot) }
func (f deposed) String() string   { return fmt.Sprintf("no longer leads in ballot %v", f.ballot) }
func (f promised) String() string  { return fmt.Sprintf("promised %v", f.ballot) }
func (f recovered) String() string { return fmt.Sprintf("recovered, promised %v", f.ballot) }
func (f accepted) String() string  { return fmt.Sprintf("accepted slot %d in %v", f.slot, f.ballot) }

func (led) Trigger() fault.Event      { return oplog.Elected }
func (deposed) Trigger() fault.Event  { return oplog.Deposed{}.Trigger() }
func (promised) Trigger() fault.Event { return "promised" }
func (accepted) Trigger() fault.Event { return "accepted" }

func monitors(c *sim.Case) []sim.Monitor {
	l := &ledger{quorums: c.Options[optionQuorums], configs: configurations{{1, fault.All(c.Nodes)}}, slots: map[oplog.Index]*votes{}}
	return []sim.Monitor{
		&chosenOnce{l},
		&byQuorum{l},
		invariant.EqualPrefix("equal logs", c.Nodes, func(f sim.Fact) (index, hash uint64, ok bool) {
			a, ok := f.(oplog.Applied)
			return uint64(a.Index), a.Hash, ok
		}),
		invariant.Monotone("promises kept", "ballot", c.Nodes, func(f sim.Fact) (uint64, bool) {
			switch f := f.(type) {
			case promised:
				return uint64(f.ballot), true
			case recovered:
				return uint64(f.ballot), true
			case accepted:
				return uint64(f.ballot), true
			}
			return 0, false
		}),
		rsm.Machines(),
	}
}

// AppendState appends what the node has applied to b, for [rsm.Machines].
func (n *node) AppendState(b []byte) []byte { return n.machine.AppendState(b) }

// ledger is what acceptors have reported, and what is chosen by that.
type ledger struct {
	quorums string // the option
	configs configurations
	slots   map[oplog.Index]*votes
}

// votes are those of one slot.
type votes struct {
	ballots []vote
	chosen  int          // place of the ballot in which a quorum has accepted, the first that is seen, plus 1; 0: none has
	at      sim.Sighting // when it was chosen
}

type vote struct {
	ballot    ballot.Ballot
	value     uint64
	acceptors fault.Set
	first     sim.Sighting
}

// vote is the votes for a ballot, which begin with a value.
func (s *votes) vote(b ballot.Ballot, value uint64, seen sim.Sighting) int {
	at := slices.IndexFunc(s.ballots, func(v vote) bool { return v.ballot == b })
	if at < 0 {
		at = len(s.ballots)
		s.ballots = append(s.ballots, vote{ballot: b, value: value, first: seen})
	}
	return at
}

// configure takes note of a configuration: it governs from α slots later on, whatever the nodes make of it.
func (l *ledger) configure(f configured) {
	if from := f.slot + window; from > l.configs[len(l.configs)-1].from {
		l.configs = append(l.configs, configuration{from, f.members})
	}
}

// count counts an acceptance, and says how it contradicts others.
func (l *ledger) count(at sim.Sighting, a accepted) *sim.Breach {
	s := l.slots[a.slot]
	if s == nil {
		s = &votes{}
		l.slots[a.slot] = s
	}
	n := s.vote(a.ballot, a.value, at)
	v := &s.ballots[n]
	if v.value != a.value {
		return sim.Breachf("%v accepted another value in slot %d, ballot %v, than %v did", at.Node, a.slot, a.ballot, v.acceptors).
			Against(v.first, "accepted slot %d in %v", a.slot, a.ballot)
	}
	v.acceptors |= fault.SetOf(fault.Node(at.Node))
	members := l.members(a.slot)
	if _, second := ballot.Quorums(members.Len(), l.quorums); s.chosen == 0 && (v.acceptors&members).Len() >= second {
		s.chosen, s.at = n+1, at
	}
	return s.contradiction(a.slot)
}

// members are the acceptors of a slot.
func (l *ledger) members(slot oplog.Index) fault.Set { return l.configs[l.configs.of(slot)].members }

// contradiction says which value was accepted in a greater ballot than that in which another was chosen; nil: none was.
func (s *votes) contradiction(slot oplog.Index) *sim.Breach {
	if s.chosen == 0 {
		return nil
	}
	first := &s.ballots[s.chosen-1]
	for _, v := range s.ballots {
		if v.ballot > first.ballot && v.value != first.value {
			return sim.Breachf("%v accepted a value in slot %d, ballot %v, and %v had accepted another in ballot %v, in which it is chosen", v.acceptors, slot, v.ballot, first.acceptors, first.ballot).
				Against(first.first, "accepted slot %d in %v, the first", slot, first.ballot).
				Against(s.at, "accepted slot %d in %v, so that it is chosen", slot, first.ballot).
				Against(v.first, "accepted another value of slot %d in %v", slot, v.ballot)
		}
	}
	return nil
}

// chosenOnce is the invariant of P2 of §2.2: once a quorum has accepted a value in a slot, no other value is accepted there in a greater ballot. In one ballot there is
// one value from the beginning.
type chosenOnce struct{ *ledger }

func (chosenOnce) Name() string { return "chosen once" }

func (m chosenOnce) Observe(at sim.Sighting, f sim.Fact) *sim.Breach {
	switch f := f.(type) {
	case configured:
		m.configure(f)
	case accepted:
		return m.count(at, f)
	}
	return nil
}

// byQuorum is the invariant that a node takes for chosen only what a quorum of the slot's configuration has accepted. It comes after chosenOnce, with whose ledger it works.
type byQuorum struct{ *ledger }

func (byQuorum) Name() string { return "chosen by a quorum" }

func (m byQuorum) Observe(at sim.Sighting, f sim.Fact) *sim.Breach {
	c, ok := f.(oplog.Committed)
	if !ok {
		return nil
	}
	if s := m.slots[oplog.Index(c.Index)]; s == nil || s.chosen == 0 {
		return sim.Breachf("%v takes slot %d for chosen, in which no quorum of its acceptors %v has accepted", at.Node, c.Index, m.members(c.Index))
	}
	return nil
}
