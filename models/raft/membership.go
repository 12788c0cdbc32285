package raft

import (
	"encoding/binary"
	"fmt"

	"simrun/models/oplog"
	"simrun/sim"
	"simrun/sim/fault"
)

// entryMembers changes who the members are (dissertation §4.1: "cluster configurations are stored and communicated using special entries in the
// replicated log").
const entryMembers oplog.Kind = 4

// members is a configuration of the cluster: who votes, and who is sent the log.
//
// While it is joint (§6) there are two sets of voters, and elections and commitment need "separate majorities from both the old and new configurations".
type members struct {
	voters   fault.Set
	outgoing fault.Set // the old voters, while the configuration is joint; else empty
	learners fault.Set // are sent the log, and do not vote (dissertation §4.2.1)
}

const membersSize = 24

func (m members) append(b []byte) []byte {
	b = binary.LittleEndian.AppendUint64(b, uint64(m.voters))
	b = binary.LittleEndian.AppendUint64(b, uint64(m.outgoing))
	return binary.LittleEndian.AppendUint64(b, uint64(m.learners))
}

// decodeMembers reads a configuration; false for one without voters, or of servers that there are not.
func decodeMembers(b []byte, nodes int) (m members, ok bool) {
	if len(b) < membersSize {
		return m, false
	}
	m = members{fault.Set(binary.LittleEndian.Uint64(b)), fault.Set(binary.LittleEndian.Uint64(b[8:])), fault.Set(binary.LittleEndian.Uint64(b[16:]))}
	return m, m.voters != 0 && m.all()&^fault.All(nodes) == 0
}

func (m members) all() fault.Set          { return m.voters | m.outgoing | m.learners }
func (m members) joint() bool             { return m.outgoing != 0 }
func (m members) votes(n sim.NodeID) bool { return (m.voters | m.outgoing).Has(fault.Node(n)) }

// won reports whether servers are a majority of the voters, of both sets while there are two.
func (m members) won(by fault.Set) bool {
	return ofMajority(by, m.voters) && (!m.joint() || ofMajority(by, m.outgoing))
}

func ofMajority(some, of fault.Set) bool { return (some & of).Len() >= majority(of.Len()) }

func (m members) String() string {
	s := "voters " + m.voters.String()
	if m.joint() {
		s += " and " + m.outgoing.String()
	}
	if m.learners != 0 {
		s += ", learners " + m.learners.String()
	}
	return s
}

// configuration is the members from an entry of the log on.
type configuration struct {
	index Index
	members
}

// configurations are those of the log, in order. The first is of a time before it, or before its snapshot. "A server always uses the latest configuration in
// its log, regardless of whether the entry is committed" (§6).
type configurations []configuration

func (c configurations) latest() *configuration { return &c[len(c)-1] }

// at is the configuration that holds up to an entry.
func (c configurations) at(i Index) members {
	k := len(c) - 1
	for k > 0 && c[k].index > i {
		k--
	}
	return c[k].members
}

// pending reports whether the latest entry is not committed.
func (c configurations) pending(commit Index) bool { return c.latest().index > commit }

// takeMembers puts the configuration of an entry in force.
func (s *Server) takeMembers(i Index, data []byte) {
	m, ok := decodeMembers(data, s.env.Nodes())
	if !ok {
		return
	}
	if s.env.Bug(bugMembersNotUndone) && (m.voters&^s.members.voters).Len()+(s.members.voters&^m.voters).Len() > 1 {
		s.env.Fatal(fmt.Sprintf("entry %d makes the voters %v, which were %v: more than one changes", i, m.voters, s.members.voters))
	}
	before := s.everyone()
	was := *s.configs.latest()
	s.configs = append(s.configs, configuration{i, m})
	s.members = m
	s.facts.members = factMembers{Index: i, members: m, before: was, Leader: s.role == leader, commit: s.commit, settled: s.commit >= s.termStart}
	s.env.Report(&s.facts.members)
	for n := range (s.everyone() &^ before).Nodes() {
		s.peers[n] = peer{next: i, probing: true, active: true}
	}
}

// dropMembers goes back to the configuration before an entry that is deleted.
func (s *Server) dropMembers(from Index) {
	for len(s.configs) > 1 && s.configs.latest().index >= from {
		s.env.Sometimes(markMembersUndone)
		s.configs = s.configs[:len(s.configs)-1]
		if !s.env.Bug(bugMembersNotUndone) {
			s.members = s.configs.latest().members
		}
	}
}

// everyone is who is sent the log.
func (s *Server) everyone() fault.Set { return s.members.all() }

// sendsTo reports whether a server is another one that is a member.
func (s *Server) sendsTo(to sim.NodeID) bool {
	return to != s.id && s.everyone().Has(fault.Node(to))
}

// mayStand reports whether the server may be elected: it votes, or what takes its vote away is not committed. Until then the others may need it, since its log may
// be the newest.
func (s *Server) mayStand() bool {
	if s.members.votes(s.id) {
		return true
	}
	if s.env.Bug(bugRemovalBars) {
		return false
	}
	return s.configs.at(s.commit).votes(s.id)
}

// agreedBy is the largest value that a majority of some servers reach, less being how many may be missing for a bug.
func (s *Server) agreedBy(set fault.Set, of func(*peer) uint64, less int) uint64 {
	s.counts = s.counts[:0]
	for i := 1; i < len(s.peers); i++ {
		if set.Has(fault.Node(i)) {
			s.counts = append(s.counts, of(&s.peers[i]))
		}
	}
	return agreed(s.counts, max(majority(len(s.counts))-less, 1))
}

// agreed is the largest value that a quorum reaches.
func (s *Server) agreed(of func(*peer) uint64, less int) uint64 {
	voters := s.members.voters
	switch {
	case !s.members.joint() && s.env.Bug(bugLearnersCount):
		voters |= s.members.learners
	case s.members.joint() && s.env.Bug(bugJointAsUnion):
		return s.agreedBy(voters|s.members.outgoing, of, less)
	case s.members.joint():
		return min(s.agreedBy(voters, of, less), s.agreedBy(s.members.outgoing, of, less))
	}
	return s.agreedBy(voters, of, less)
}

// won reports whether the servers that voted are a quorum.
func (s *Server) won(by fault.Set) bool {
	if s.env.Bug(bugJointAsUnion) {
		return ofMajority(by, s.members.voters|s.members.outgoing)
	}
	return s.members.won(by)
}

func matchOf(p *peer) uint64 { return uint64(p.match) }
func roundOf(p *peer) uint64 { return p.round }

// factMembers: the server put a configuration in force.
type factMembers struct {
	Index Index
	members
	Leader bool // it decided so itself

	before  configuration // of the log before it
	commit  Index         // of the server
	settled bool          // it has committed an entry of its term
}

func (f *factMembers) String() string { return fmt.Sprintf("members from %d: %v", f.Index, f.members) }

// Trigger names what a plan of faults may wait for.
func (f *factMembers) Trigger() fault.Event { return "members" }
