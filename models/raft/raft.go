// Package raft is the Raft consensus algorithm as a system under test: a
// replicated key-value store with clients that expect linearizability.
//
// Sections and figures in comments are those of Ongaro and Ousterhout, "In Search of an
// Understandable Consensus Algorithm (Extended Version)", 2014; "dissertation" is Ongaro,
// "Consensus: Bridging Theory and Practice", Stanford 2014.
//
// A server is a pure event handler. All that a handler changes leaves it in [Server.finish]:
// first to the disk, then, when it is durable, to the other servers.
package raft

import (
	"time"

	"simrun/models/oplog"
	"simrun/models/session"
	"simrun/models/wal"
	"simrun/sim"
	"simrun/sim/fault"
	"simrun/sim/rng"
)

// Timings of §9.3: "the election timeout … is chosen randomly from a fixed interval
// (e.g., 150–300ms)", and heartbeats well below it.
const (
	electionMin    = 150 * time.Millisecond
	electionMax    = 300 * time.Millisecond
	heartbeatEvery = 50 * time.Millisecond
	diskRetry      = 50 * time.Millisecond
)

// The timers of a server.
const (
	timerElection  sim.TimerID = iota // follower, candidate: start an election; leader: check the quorum
	timerHeartbeat                    // leader: tell that it lives
	timerDisk                         // the disk refused: try again

	// FirstTimer is the first that a server does not use itself.
	FirstTimer
)

// Timers are the names of the timers, for [models.Model].
func Timers() []string {
	return []string{timerElection: "election", timerHeartbeat: "heartbeat", timerDisk: "disk"}
}

var electionTimeout = rng.Of("election timeout")

// role is what a server is at the moment (§5.1, Figure 4).
type role uint8

const (
	follower role = iota
	preCandidate
	candidate
	leader
	halted // its disk is damaged: it takes no part
)

var roleNames = [...]string{"follower", "pre-candidate", "candidate", "leader", "halted"}

func (r role) String() string { return roleNames[r] }

// Environment is the part of [sim.Env] that a server uses; tests drive a server
// by hand through another.
type Environment interface {
	ID() sim.NodeID
	Nodes() int
	Now() sim.Time
	Boots() int
	Send(to sim.NodeID, payload []byte)
	Reply(to sim.Caller, payload []byte)
	SetTimer(t sim.TimerID, d time.Duration)
	StopTimer(t sim.TimerID)
	Read(file string) ([]byte, error)
	WriteAt(file string, offset int, data []byte) error
	Truncate(file string, size int) error
	Rename(from, to string) error
	Remove(file string) error
	Sync(file string, id sim.SyncID)
	Rand(what rng.Name, ordinal uint64) rng.Value
	Option(name sim.OptionName) string
	Bug(name sim.BugName) bool
	Buggify(site sim.SiteName) bool
	Report(f sim.Fact)
	Sometimes(mark string)
	Fatal(reason string)
}

// Server is one server of the cluster (Figure 2: State). It is a [sim.Node], and a model can wrap it in a node of its own, to serve
// more kinds of requests or to set more timers.
type Server struct {
	env     Environment
	id      sim.NodeID
	options options
	planted planted // what bugs need

	// Persistent state on all servers.
	term Term        // currentTerm
	vote sim.NodeID  // votedFor, 0 for none
	log  oplog.Store // log[]

	// Volatile state on all servers.
	role    role
	leader  sim.NodeID // of the current term, 0 if unknown
	commit  Index      // commitIndex
	applied Index      // lastApplied
	machine session.Machine

	// Log compaction.
	snapshot   snapshot // the latest
	incoming   incoming // of a leader's, what has arrived
	compactNow bool     // an operator asks for it

	// Membership.
	configs configurations // in the log
	members members        // the latest
	target  fault.Set      // leader: who is to vote, as an operator wants it; empty if that is so

	// Election.
	heard   sim.Time      // when the leader, or a candidate that got our vote, was last heard
	timeout time.Duration // until an election starts
	attempt uint64        // timeouts drawn in this term
	votes   fault.Set     // who granted
	urged   bool          // the leader has told the server to stand
	awaited int           // the priority that a server needs to be elected, with priorities
	contact sim.Time      // when a leader was last heard, whoever it was; with leases, since the start at least

	// Volatile state on leaders.
	peers     []peer // by server, this one among them
	termStart Index  // this leader's no-op
	pending   []call // commands in the log, in order of index
	reads     reads
	lease     lease
	transfer  transfer

	forwarded forwarded // follower: reads that wait for the leader

	// Persistence.
	out      wal.Outbox[promise]
	termTold Term           // the last term told to be durable
	meta     [metaSize]byte // scratch

	in      message // scratch: the message that is handled
	scratch []byte  // scratch: the reply that is built
	counts  []uint64
	facts   facts
}

// peer is what a leader knows of a server (Figure 2: nextIndex[], matchIndex[]).
type peer struct {
	match   Index
	next    Index
	probing bool   // where the logs agree is not known: one message at a time
	active  bool   // was heard of since the last check of the quorum
	round   uint64 // latest read round that it acknowledged

	install *outgoing // the snapshot that it is sent, if it needs one
	flight  flight    // with flow control: what it has not answered
}

// Boot starts a server, with what its disk holds and a machine in its first state, which it brings up to date.
func Boot(env Environment, machine session.Machine) *Server {
	return boot(env, machine, readOptions(env))
}

func boot(env Environment, machine session.Machine, o options) *Server {
	nodes := env.Nodes()
	s := &Server{
		env:     env,
		id:      env.ID(),
		options: o,
		machine: machine,
		peers:   make([]peer, nodes+1),
		counts:  make([]uint64, 0, nodes),
		members: members{voters: fault.All(nodes)},
	}
	s.configs = configurations{{members: s.members}}
	s.log = oplog.NewStore(env, s.files(), metaSize, func() { env.SetTimer(timerDisk, diskRetry) })
	s.recover()
	return s
}

// Receive implements [sim.Node].
func (s *Server) Receive(from sim.NodeID, payload []byte) {
	if s.role == halted {
		return
	}
	if !s.in.decode(payload) {
		s.env.Sometimes(markDamagedMessage)
		return
	}
	s.step(from, &s.in)
	s.finish()
}

// step handles a message of another server (Figure 2: Rules for Servers).
func (s *Server) step(from sim.NodeID, m *message) {
	switch m.kind {
	case preVote:
		s.handlePreVote(from, m)
		return
	case preVoteReply:
		s.handlePreVoteReply(from, m)
		return
	case requestVote:
		if m.term > s.term && !m.ok && !s.env.Bug(bugVoteDespiteLease) && (s.options.checkQuorum && s.hearsLeader() || s.bound()) {
			return // dissertation §4.2.3: a server that hears a leader is not disrupted
		}
	}
	if m.term > s.term && m.kind == appendReply && s.role == leader && s.env.Bug(bugRejectionIsContact) {
		s.peers[from].active = true
		return
	}
	if m.term > s.term { // §5.1: "If one server's current term is smaller than the other's, then it updates"
		s.becomeFollower(m.term, 0)
	}
	if m.term < s.term { // §5.1: "If a server receives a request with a stale term number, it rejects the request"
		s.rejectStale(from, m)
		return
	}
	switch m.kind {
	case requestVote:
		s.handleRequestVote(from, m)
	case voteReply:
		s.handleVoteReply(from, m)
	case appendEntries:
		s.handleAppendEntries(from, m)
	case appendReply:
		s.handleAppendReply(from, m)
	case installSnapshot:
		s.handleInstall(from, m)
	case installReply:
		s.handleInstallReply(from, m)
	case timeoutNow:
		s.handleTimeoutNow()
	case readIndex:
		s.handleReadIndex(from, m)
	case readIndexReply:
		s.handleReadIndexReply(m)
	}
}

func (s *Server) rejectStale(from sim.NodeID, m *message) {
	switch m.kind {
	case requestVote:
		s.send(from, needTerm, &message{kind: voteReply, term: s.term})
	case appendEntries:
		s.send(from, needTerm, &message{kind: appendReply, term: s.term, prev: m.prev, round: m.round})
	case installSnapshot:
		s.send(from, needTerm, &message{kind: installReply, term: s.term, round: m.round})
	}
}

// Timer implements [sim.Node].
func (s *Server) Timer(t sim.TimerID) {
	if t == timerDisk {
		s.retryDisk()
	}
	if s.role == halted {
		return
	}
	switch t {
	case timerElection:
		s.electionTimer()
	case timerHeartbeat:
		s.heartbeat()
	}
	s.finish()
}

// Synced implements [sim.SyncHandler].
func (s *Server) Synced(id sim.SyncID, err error) {
	if s.log.Synced(id, err) {
		s.becameDurable()
	}
	s.finish()
}

// finish ends a handler: what changed goes to the disk, and what may leave leaves.
func (s *Server) finish() {
	if s.log.Dirty() {
		s.persist()
	}
	s.compact()
	if !s.syncsLater() {
		s.log.Sync()
	}
	if s.role == leader && s.trustsMemory() {
		s.log.Assume()
		s.countOwn()
	}
	s.release()
}

// appendEntry adds an entry of this leader's own at the end of the log.
func (s *Server) appendEntry(kind oplog.Kind, data []byte) Index {
	i := s.log.Append(s.term, kind, data)
	s.reportAppended(i)
	return i
}

// truncate deletes the entries from an index on.
func (s *Server) truncate(from Index) {
	s.log.Truncate(from)
	s.dropMembers(from)
	s.reportTruncated(from)
}

func (s *Server) reportTruncated(from Index) {
	s.facts.acked.Index = min(s.facts.acked.Index, from-1)
	s.facts.truncated = factTruncated{From: from}
	s.env.Report(&s.facts.truncated)
}

func (s *Server) reportAppended(i Index) {
	s.facts.appended = factAppended{Index: i, Term: s.log.Epoch(i), Chain: s.log.Chain(i)}
	s.env.Report(&s.facts.appended)
	if s.options.membership != fixed && i > s.snapshot.index {
		if kind, data := s.log.Entry(i); kind == entryMembers {
			s.takeMembers(i, data)
		}
	}
}
