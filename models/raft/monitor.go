package raft

import (
	"fmt"

	"simrun/models/invariant"
	"simrun/sim"
)

// Monitors returns the invariants of Figure 3 ("Raft guarantees that each of these properties is true at
// all times"), and the monotonicity that Figure 2 asks of terms, votes and commit indexes.
// Each costs O(1) per fact.
func Monitors(nodes int) []sim.Monitor {
	return []sim.Monitor{
		invariant.OnePerEpoch(election, "leader", "term", elected),
		&leaderAppendOnly{nodes: make([]appendState, nodes+1)},
		&logMatching{},
		newLeaderCompleteness(nodes),
		invariant.EqualPrefixFrom(machineSafety, nodes, applied, jumped),
		&commitMonotone{commit: make([]Index, nodes+1)},
		&voteMonotone{nodes: make([]voteState, nodes+1)},
		invariant.Durable(durable, nodes, kept),
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
	leader bool
}

func (m *leaderAppendOnly) Name() string { return "leader append-only" }

func (m *leaderAppendOnly) Booted(_ sim.Time, node sim.NodeID) { m.nodes[node] = appendState{} }

func (m *leaderAppendOnly) Observe(_ sim.Time, node sim.NodeID, f sim.Fact) string {
	n := &m.nodes[node]
	switch f := f.(type) {
	case *factBecameLeader:
		n.leader = true
	case *factSteppedDown:
		n.leader = false
	case *factAppended:
		expected := n.last + 1
		n.last = f.Index
		if n.leader && f.Index != expected {
			return fmt.Sprintf("leader %s wrote entry %d where entry %d comes next", node, f.Index, expected)
		}
	case *factRestored:
		n.last = f.Base
	case *factTruncated:
		n.last = f.From - 1
		if n.leader {
			return fmt.Sprintf("leader %s deleted its log from entry %d on", node, f.From)
		}
	}
	return ""
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
	node  sim.NodeID // where it was seen first
}

func (m *logMatching) Name() string { return "log matching" }

func (m *logMatching) Observe(_ sim.Time, node sim.NodeID, f sim.Fact) string {
	a, ok := f.(*factAppended)
	if !ok {
		return ""
	}
	for Index(len(m.at)) <= a.Index {
		m.at = append(m.at, sameIndex{})
	}
	seen := m.at[a.Index].withTerm(a.Term)
	if seen.node == 0 {
		*seen = termChain{a.Term, a.Chain, node}
	}
	if seen.chain != a.Chain {
		return fmt.Sprintf("the logs of %s and %s both have entry %d of term %d, but differ up to there", seen.node, node, a.Index, a.Term)
	}
	return ""
}

// withTerm returns the place of the entry with a term, empty if there is none yet.
func (s *sameIndex) withTerm(t Term) *termChain {
	if s.first.node == 0 || s.first.term == t {
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
	leading []Term     // by node: of which term it is leader now, 0 of none
	commits []commitPoint
}

// commitPoint is the furthest that a leader of a term committed. They are kept in order of term.
type commitPoint struct {
	term  Term
	index Index
	chain uint64
}

func newLeaderCompleteness(nodes int) *leaderCompleteness {
	m := &leaderCompleteness{logs: make([][]uint64, nodes+1), leading: make([]Term, nodes+1), bases: make([]Index, nodes+1)}
	for i := range m.logs {
		m.logs[i] = make([]uint64, 1, 256)
	}
	return m
}

func (m *leaderCompleteness) Name() string { return "leader completeness" }

func (m *leaderCompleteness) Booted(_ sim.Time, node sim.NodeID) {
	m.logs[node], m.bases[node] = m.logs[node][:1], 0
	m.leading[node] = 0
}

func (m *leaderCompleteness) Observe(_ sim.Time, node sim.NodeID, f sim.Fact) string {
	switch f := f.(type) {
	case *factAppended:
		if f.Index <= Index(len(m.logs[node])) {
			m.logs[node] = append(m.logs[node][:f.Index], f.Chain)
		}
	case *factRestored:
		m.bases[node] = f.Base
		m.logs[node] = append(m.logs[node][:0], make([]uint64, f.Base+1)...)
	case *factTruncated:
		m.logs[node] = m.logs[node][:min(f.From, Index(len(m.logs[node])))]
	case *factSteppedDown:
		m.leading[node] = 0
	case *factBecameLeader:
		m.leading[node] = f.Term
		for i := len(m.commits) - 1; i >= 0; i-- {
			if m.commits[i].term < f.Term {
				return m.missing(node, m.commits[i])
			}
		}
	case *factCommitted:
		if f.Leader {
			return m.committed(commitPoint{f.Term, f.Index, f.Chain})
		}
	}
	return ""
}

// committed notes what a leader committed, and looks at later leaders that exist already.
func (m *leaderCompleteness) committed(c commitPoint) string {
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
	for node, term := range m.leading {
		if term > c.term {
			if v := m.missing(sim.NodeID(node), c); v != "" {
				return v
			}
		}
	}
	return ""
}

func (m *leaderCompleteness) missing(node sim.NodeID, c commitPoint) string {
	log := m.logs[node]
	if c.index <= m.bases[node] || c.index < Index(len(log)) && log[c.index] == c.chain {
		return ""
	}
	return fmt.Sprintf("%s is leader of term %d without entry %d, which was committed in term %d", node, m.leading[node], c.index, c.term)
}

// commitMonotone: a commit index "increases monotonically" (Figure 2), so that no server deletes an entry
// that it knows to be committed.
type commitMonotone struct{ commit []Index }

func (m *commitMonotone) Name() string { return "commit monotone" }

func (m *commitMonotone) Booted(_ sim.Time, node sim.NodeID) { m.commit[node] = 0 }

func (m *commitMonotone) Observe(_ sim.Time, node sim.NodeID, f sim.Fact) string {
	switch f := f.(type) {
	case *factCommitted:
		before := m.commit[node]
		m.commit[node] = f.Index
		if f.Index < before {
			return fmt.Sprintf("the commit index of %s went back from %d to %d", node, before, f.Index)
		}
	case *factTruncated:
		if commit := m.commit[node]; f.From <= commit {
			return fmt.Sprintf("%s deleted its log from entry %d on, but knows entry %d to be committed", node, f.From, commit)
		}
	}
	return ""
}

// voteMonotone: a server's term "increases monotonically" over its whole life, restarts included, and in a term it votes
// once (Figure 2, §5.2).
type voteMonotone struct{ nodes []voteState }

type voteState struct {
	term    Term // the latest term in which it acted
	votedIn Term
	vote    sim.NodeID
}

func (m *voteMonotone) Name() string { return "vote monotone" }

func (m *voteMonotone) Observe(_ sim.Time, node sim.NodeID, f sim.Fact) string {
	n := &m.nodes[node]
	switch f := f.(type) {
	case *factVoted:
		n.term = max(n.term, f.Term)
		if f.Term == n.votedIn && f.For != n.vote {
			return fmt.Sprintf("%s voted for %s and for %s in term %d", node, n.vote, f.For, f.Term)
		}
		if f.Term > n.votedIn {
			n.votedIn, n.vote = f.Term, f.For
		}
	case *factTermStored:
		return n.reach(node, f.Term)
	case *factRecovered:
		return n.reach(node, f.Term)
	}
	return ""
}

func (n *voteState) reach(node sim.NodeID, term Term) string {
	if term < n.term {
		return fmt.Sprintf("%s is in term %d after it was in term %d", node, term, n.term)
	}
	n.term = term
	return ""
}
