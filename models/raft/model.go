package raft

import (
	"slices"

	"simrun/models"
	"simrun/models/invariant"
	"simrun/models/kv"
	"simrun/models/session"
	"simrun/models/workload"
	"simrun/sim"
	"simrun/sim/fault"
)

// Model is Raft as a system under test.
func Model() models.Model {
	return models.Model{
		Name:      "raft",
		Epoch:     "term",
		Summary:   "a key-value store replicated with Raft",
		Guarantee: "linearizable as long as a majority keeps what it synced, and available while a majority is connected",

		Boot:      func(env *sim.Env) sim.Node { return bootStore(env) },
		Client:    runClient,
		Workloads: []models.Workload{workload.KV(), workload.Register(), workload.CASRegister(), operated()},
		Options:   append(Options(), compactionOption, membershipOption, transferOption, flowOption, readsOption, priorityOption, syncsOption, timingOption()),
		Bugs:      slices.Concat(bugRows(), diskBugs(), electionBugs(), snapshotBugs(), membershipBugs(), leaderBugs()),
		Profile:   profile(),
		Sites:     Sites(),
		Monitors:  monitors,
		Marks:     append(Marks(), markRepeated),

		Timers:          Timers(),
		DescribeMessage: DescribeMessage(describeRequest),
		Converged:       converged,
	}
}

// profile is that of servers whose members may change.
func profile() fault.Profile {
	p := Profile()
	p.Events = append(p.Events, fault.EventDecl{Event: "members", Summary: "a server put other members in force"})
	return p
}

// monitors returns those of a case: with options there is more that must hold.
func monitors(c *sim.Case) []sim.Monitor {
	list := Monitors(c.Nodes)
	if c.Options[optionCompaction] == on {
		list = append(list, invariant.Equal(equalStates, equalState))
	}
	if m := membership(c.Options[optionMembership]); m != fixed && m != "" {
		list = append(list, &overlapping{})
	}
	if c.Options[optionReads] == "lease" {
		list = append(list, &leaseExclusive{})
	}
	return list
}

// store is the key-value store that the servers of the model replicate.
type store struct {
	kv.Machine
	env Environment
}

// bootStore starts a server of the model.
func bootStore(env Environment) *Server { return boot(env, newStore(env), readAllOptions(env)) }

func newStore(env Environment) *store { return &store{kv.NewMachine(), env} }

// Apply implements [session.Machine].
func (m *store) Apply(index uint64, kind session.Kind, data []byte) session.Result {
	var c kv.Command
	if kind == session.Command && m.env.Bug(bugNoSessions) && c.Decode(data) {
		return m.Do(&c)
	}
	r := m.Machine.Apply(index, kind, data)
	if m.Repeated {
		m.env.Sometimes(markRepeated)
	}
	return r
}

// AppendState implements [session.Snapshotter].
func (m *store) AppendState(b []byte) []byte {
	if m.env.Bug(bugWithoutSessions) {
		bare := m.Machine
		bare.Sessions = session.Table{}
		return bare.AppendState(b)
	}
	return m.Machine.AppendState(b)
}

// AppliedUpTo implements [oplog.Applier].
func (s *Server) AppliedUpTo() (node sim.NodeID, index Index, ok bool) {
	return s.id, s.applied, s.role != halted
}

// HashUpTo implements [oplog.Applier].
func (s *Server) HashUpTo(index Index) uint64 {
	if index < s.log.Base() || index > s.log.Last() {
		return 0 // a bug has lost it
	}
	return s.log.Chain(index)
}
