package raft

import (
	"simrun/models/invariant"
	"simrun/sim"
)

// Monitors returns the invariants of Figure 3 ("Raft guarantees that each of these properties is true at
// all times"), and the monotonicity that Figure 2 asks of terms, votes and commit indexes.
// Each costs O(1) per fact.
func Monitors(nodes int) []sim.Monitor {
	logs, held := newLeaderCompleteness(nodes), newDisks(nodes)
	return []sim.Monitor{
		invariant.OnePerEpoch(election, "leader", "term", elected),
		&leaderAppendOnly{nodes: make([]appendState, nodes+1)},
		&logMatching{},
		&neverDeleted{logs: logs},
		logs,
		invariant.EqualPrefixFrom(machineSafety, nodes, applied, jumped),
		&commitMonotone{commit: make([]committed, nodes+1)},
		&voteMonotone{nodes: make([]voteState, nodes+1)},
		invariant.Durable(durable, nodes, kept),
		invariant.Kept(durableNow, "term", promised, held.found),
		invariant.OnDisks(onMajority, committedByLeader, held.epoch),
		invariant.Available(staysAvailable, "leader", "term", standing),
		invariant.EqualStates(equalMachines, appliedIndex, stateOf),
	}
}

// equalState: "because state machines are deterministic, each computes the same state" (§2), sessions included, also if it comes from a snapshot.
func equalState(f sim.Fact) (index, hash uint64, ok bool) {
	s, ok := f.(*factState)
	if !ok {
		return 0, 0, false
	}
	return uint64(s.Index), s.Hash, true
}

// elected: "at most one leader can be elected in a given term. §5.2"
func elected(f sim.Fact) (uint64, bool) {
	l, ok := f.(*factBecameLeader)
	if !ok {
		return 0, false
	}
	return uint64(l.Term), true
}

// applied: "if a server has applied a log entry at a given index to its state machine, no other server
// will ever apply a different log entry for the same index. §5.4.3"
func applied(f sim.Fact) (index, hash uint64, ok bool) {
	a, ok := f.(*factApplied)
	if !ok {
		return 0, 0, false
	}
	return uint64(a.Index), a.Chain, true
}

// jumped: a snapshot has the effect of all entries up to its index (§7).
func jumped(f sim.Fact) (index, hash uint64, ok bool) {
	r, ok := f.(*factRestored)
	if !ok {
		return 0, 0, false
	}
	return uint64(r.Index), r.Chain, true
}

// kept: what a server acknowledged it has after a restart (Figure 2: log[] is "updated on stable storage before
// responding to RPCs").
func kept(f sim.Fact) (invariant.Step, uint64) {
	switch f := f.(type) {
	case *factAcknowledged:
		return invariant.Acknowledged, uint64(f.Index)
	case *factTruncated:
		return invariant.Truncated, uint64(f.From)
	case *factRecovered:
		return invariant.Recovered, uint64(f.Last)
	}
	return invariant.Nothing, 0
}

// leaderAppendOnly: "a leader never overwrites or deletes entries in its log; it only appends new entries. §5.3"
type leaderAppendOnly struct{ nodes []appendState }

type appendState struct {
	last   Index
	wrote  sim.Sighting // the last
	leader sim.Sighting // since when it leads; node 0: it does not
}

func (m *leaderAppendOnly) Name() string { return "leader append-only" }

func (m *leaderAppendOnly) Booted(at sim.Sighting) { m.nodes[at.Node] = appendState{} }

func (m *leaderAppendOnly) Observe(at sim.Sighting, f sim.Fact) *sim.Breach {
	n := &m.nodes[at.Node]
	switch f := f.(type) {
	case *factBecameLeader:
		n.leader = at
	case *factSteppedDown:
		n.leader = sim.Sighting{}
	case *factAppended:
		before := *n
		n.last, n.wrote = f.Index, at
		if n.leader.Node != 0 && f.Index != before.last+1 {
			return sim.Breachf("leader %s wrote entry %d where entry %d comes next", at.Node, f.Index, before.last+1).
				Against(before.leader, "became leader").Against(before.wrote, "its log ended with entry %d", before.last)
		}
	case *factRestored:
		n.last, n.wrote = f.Base, at
	case *factTruncated:
		before := *n
		n.last, n.wrote = f.From-1, at
		if n.leader.Node != 0 {
			return sim.Breachf("leader %s deleted its log from entry %d on", at.Node, f.From).
				Against(before.leader, "became leader").Against(before.wrote, "its log ended with entry %d", before.last)
		}
	}
	return nil
}

// logMatching: "if two logs contain an entry with the same index and term, then the logs are identical in all
// entries up through the given index. §5.3"
type logMatching struct{ at []sameIndex }

// sameIndex holds the entries of one index: mostly there is only one.
type sameIndex struct {
	first termChain
	rest  []termChain
}

// termChain is the hash of a log that ends with an entry of this term.
type termChain struct {
	term  Term
	chain uint64
	at    sim.Sighting // where and when it was seen first
}

func (m *logMatching) Name() string { return "log matching" }

func (m *logMatching) Observe(at sim.Sighting, f sim.Fact) *sim.Breach {
	a, ok := f.(*factAppended)
	if !ok {
		return nil
	}
	for Index(len(m.at)) <= a.Index {
		m.at = append(m.at, sameIndex{})
	}
	seen := m.at[a.Index].withTerm(a.Term)
	if seen.at.Node == 0 {
		*seen = termChain{a.Term, a.Chain, at}
	}
	if seen.chain != a.Chain {
		return sim.Breachf("the logs of %s and %s both have entry %d of term %d, but differ up to there", seen.at.Node, at.Node, a.Index, a.Term).
			Against(seen.at, "appended %d@t%d", a.Index, a.Term)
	}
	return nil
}

// withTerm returns the place of the entry with a term, empty if there is none yet.
func (s *sameIndex) withTerm(t Term) *termChain {
	if s.first.at.Node == 0 || s.first.term == t {
		return &s.first
	}
	for i := range s.rest {
		if s.rest[i].term == t {
			return &s.rest[i]
		}
	}
	s.rest = append(s.rest, termChain{})
	return &s.rest[len(s.rest)-1]
}

// leaderCompleteness: "if a log entry is committed in a given term, then that entry will be present in the logs of
// the leaders for all higher-numbered terms. §5.4"
type leaderCompleteness struct {
	logs    [][]uint64 // by node and index: the hash of the log up to there
	bases   []Index    // by node: a snapshot has what is before
	leading []leading  // by node
	commits []commitPoint
}

// commitPoint is the furthest that a leader of a term committed. They are kept in order of term.
type commitPoint struct {
	term  Term
	index Index
	chain uint64
	at    sim.Sighting
}

// leading is of which term a node is leader now, 0 of none, and since when.
type leading struct {
	term Term
	at   sim.Sighting
}

func newLeaderCompleteness(nodes int) *leaderCompleteness {
	m := &leaderCompleteness{logs: make([][]uint64, nodes+1), leading: make([]leading, nodes+1), bases: make([]Index, nodes+1)}
	for i := range m.logs {
		m.logs[i] = make([]uint64, 1, 256)
	}
	return m
}

func (m *leaderCompleteness) Name() string { return "leader completeness" }

func (m *leaderCompleteness) Booted(at sim.Sighting) {
	m.logs[at.Node], m.bases[at.Node] = m.logs[at.Node][:1], 0
	m.leading[at.Node] = leading{}
}

func (m *leaderCompleteness) Observe(at sim.Sighting, f sim.Fact) *sim.Breach {
	switch f := f.(type) {
	case *factAppended:
		if f.Index <= Index(len(m.logs[at.Node])) {
			m.logs[at.Node] = append(m.logs[at.Node][:f.Index], f.Chain)
		}
	case *factRestored:
		m.bases[at.Node] = f.Base
		m.logs[at.Node] = append(m.logs[at.Node][:0], make([]uint64, f.Base+1)...)
	case *factTruncated:
		m.logs[at.Node] = m.logs[at.Node][:min(f.From, Index(len(m.logs[at.Node])))]
	case *factSteppedDown:
		m.leading[at.Node] = leading{}
	case *factBecameLeader:
		m.leading[at.Node] = leading{f.Term, at}
		for i := len(m.commits) - 1; i >= 0; i-- {
			if m.commits[i].term < f.Term {
				return m.since(at.Node, m.commits[i])
			}
		}
	case *factCommitted:
		if f.Leader {
			return m.committed(commitPoint{f.Term, f.Index, f.Chain, at})
		}
	}
	return nil
}

// since is missing of what was committed before.
func (m *leaderCompleteness) since(node sim.NodeID, c commitPoint) *sim.Breach {
	if b := m.missing(node, c); b != nil {
		return b.Against(c.at, "committed %d as leader of t%d", c.index, c.term)
	}
	return nil
}

// committed notes what a leader committed, and looks at later leaders that exist already.
func (m *leaderCompleteness) committed(c commitPoint) *sim.Breach {
	i := len(m.commits)
	for i > 0 && m.commits[i-1].term >= c.term {
		i--
	}
	switch {
	case i == len(m.commits):
		m.commits = append(m.commits, c)
	case m.commits[i].term == c.term:
		m.commits[i] = c
	default:
		m.commits = append(m.commits[:i], append([]commitPoint{c}, m.commits[i:]...)...)
	}
	for node, l := range m.leading {
		if l.term > c.term {
			if b := m.missing(sim.NodeID(node), c); b != nil {
				return b.Against(l.at, "became leader of t%d", l.term)
			}
		}
	}
	return nil
}

func (m *leaderCompleteness) missing(node sim.NodeID, c commitPoint) *sim.Breach {
	log := m.logs[node]
	if c.index <= m.bases[node] || c.index < Index(len(log)) && log[c.index] == c.chain {
		return nil
	}
	return sim.Breachf("%s is leader of term %d without entry %d, which was committed in term %d", node, m.leading[node].term, c.index, c.term)
}

// commitMonotone: a commit index "increases monotonically" (Figure 2), so that no server deletes an entry
// that it knows to be committed.
type commitMonotone struct{ commit []committed }

// committed is how far a node knows the log to be committed, and since when.
type committed struct {
	index Index
	at    sim.Sighting
}

func (m *commitMonotone) Name() string { return "commit monotone" }

func (m *commitMonotone) Booted(at sim.Sighting) { m.commit[at.Node] = committed{} }

func (m *commitMonotone) Observe(at sim.Sighting, f sim.Fact) *sim.Breach {
	switch f := f.(type) {
	case *factCommitted:
		before := m.commit[at.Node]
		m.commit[at.Node] = committed{f.Index, at}
		if f.Index < before.index {
			return sim.Breachf("the commit index of %s went back from %d to %d", at.Node, before.index, f.Index).Against(before.at, "committed %d", before.index)
		}
	case *factTruncated:
		if c := m.commit[at.Node]; f.From <= c.index {
			return sim.Breachf("%s deleted its log from entry %d on, but knows entry %d to be committed", at.Node, f.From, c.index).Against(c.at, "committed %d", c.index)
		}
	}
	return nil
}

// voteMonotone: a server's term "increases monotonically" over its whole life, restarts included, and in a term it votes
// once (Figure 2, §5.2).
type voteMonotone struct{ nodes []voteState }

type voteState struct {
	term    Term         // the latest term in which it acted
	reached sim.Sighting // since when
	votedIn Term
	vote    sim.NodeID
	voted   sim.Sighting
}

func (m *voteMonotone) Name() string { return "vote monotone" }

// Forgot implements [sim.Forgetter].
func (m *voteMonotone) Forgot(at sim.Sighting) { m.nodes[at.Node] = voteState{} }

func (m *voteMonotone) Observe(at sim.Sighting, f sim.Fact) *sim.Breach {
	n := &m.nodes[at.Node]
	switch f := f.(type) {
	case *factVoted:
		if f.Term > n.term {
			n.term, n.reached = f.Term, at
		}
		if f.Term == n.votedIn && f.For != n.vote {
			return sim.Breachf("%s voted for %s and for %s in term %d", at.Node, n.vote, f.For, f.Term).Against(n.voted, "voted for %s in t%d", n.vote, n.votedIn)
		}
		if f.Term > n.votedIn {
			n.votedIn, n.vote, n.voted = f.Term, f.For, at
		}
	case *factTermStored:
		return n.reach(at, f.Term)
	case *factRecovered:
		if f.Term == n.votedIn && n.vote != 0 && f.Vote != n.vote {
			return sim.Breachf("%s voted for %s in term %d, and has forgotten it after its restart", at.Node, n.vote, f.Term).
				Against(n.voted, "voted for %s in t%d", n.vote, n.votedIn)
		}
		return n.reach(at, f.Term)
	}
	return nil
}

func (n *voteState) reach(at sim.Sighting, term Term) *sim.Breach {
	if term < n.term {
		return sim.Breachf("%s is in term %d after it was in term %d", at.Node, term, n.term).Against(n.reached, "was in t%d", n.term)
	}
	if term > n.term {
		n.term, n.reached = term, at
	}
	return nil
}
