package raft

import (
	"simrun/models"
	"simrun/sim"
	"simrun/sim/fault"
)

// Options of the model, as they are in a case.
const (
	optionPreVote     sim.OptionName = "pre-vote"
	optionCheckQuorum sim.OptionName = "check-quorum"
	optionReads       sim.OptionName = "reads"
	optionCompaction  sim.OptionName = "compaction"
	optionMembership  sim.OptionName = "membership"
	optionTransfer    sim.OptionName = "transfer"
	optionFlow        sim.OptionName = "flow"
	optionPriority    sim.OptionName = "priority"
	optionSyncs       sim.OptionName = "syncs"
)

// options are the choices that the algorithm leaves open.
type options struct {
	preVote       bool // ask before an election whether it could be won (dissertation §9.6)
	checkQuorum   bool // a leader without a majority steps down (dissertation §6.2)
	compaction    bool // logs are compacted (§7)
	membership    membership
	flow          bool // messages in flight are bounded
	lease         bool // reads go by the leader's lease (dissertation §6.4.1)
	followerReads bool // reads at followers (dissertation §6.4)
	severalSyncs  bool // of the log are in flight at a time
	priority      bool // servers with lower numbers are elected first
	timing        timing
}

// readOptions reads the options of the case. Without pre-vote and check of the quorum a single
// server that hears nobody, or a leader that nobody can answer, stops the cluster for good: both are on
// unless switched off.
func readOptions(env Environment) options {
	return options{
		preVote:     preVotes(env) && !env.Bug(bugNoPreVote),
		membership:  fixed,
		timing:      usual,
		checkQuorum: env.Option(optionCheckQuorum) != "off" && !env.Bug(bugNoPreVote) && !env.Bug(bugNoCheckQuorum),
	}
}

// preVotes reports whether the server asks before an election. While a cluster is upgraded, those do that were restarted.
func preVotes(env Environment) bool {
	switch env.Option(optionPreVote) {
	case "off":
		return false
	case "rolling":
		return env.Boots() > 1
	}
	return true
}

// readAllOptions reads those that only machines with snapshots have, too.
func readAllOptions(env Environment) options {
	o := readOptions(env)
	o.compaction = env.Option(optionCompaction) == on
	o.membership = membership(env.Option(optionMembership))
	o.flow = env.Option(optionFlow) == "messages"
	o.timing = readTiming(env)
	o.lease = env.Option(optionReads) == "lease"
	o.followerReads = env.Option(optionReads) == "follower"
	o.severalSyncs = env.Option(optionSyncs) == "several"
	o.priority = env.Option(optionPriority) == on
	return o
}

// Options are the choices of the servers that a case can make.
func Options() []models.Option {
	return []models.Option{
		{Name: optionPreVote, Summary: "ask before an election whether it could be won (dissertation §9.6): all servers do, none, or each from its first restart on, as while a cluster is upgraded", Values: []string{"on", "off", "rolling"}},
		{Name: optionCheckQuorum, Summary: "a leader that no majority answers steps down (dissertation §6.2)", Values: []string{"on", "off"}, Weaker: []string{"off"}},
	}
}

// readsOption is the choice of the clients of the key-value store.
var readsOption = models.Option{
	Name: optionReads, Values: []string{"index", "log", "lease", "follower"},
	Summary: "reads by ReadIndex (dissertation §6.4), through the log, by the leader's lease (§6.4.1: clocks must not jump, and run at most 10 % fast or slow), or by ReadIndex at any server",
	Claims:  map[string]fault.Claims{"lease": leaseClaims()},
	Marks:   map[string][]string{"lease": {markLeaseRead}, "follower": {markFollowerRead}},
}

// flowOption is how far a leader is ahead of the answers of a server.
var flowOption = models.Option{
	Name: optionFlow, Values: []string{"entries", "messages"},
	Summary: "how far a leader is ahead of a server's answers: 256 entries, or 4 messages of 8 entries and about 512 bytes (as go.etcd.io/raft bounds inflight messages)",
	Marks:   map[string][]string{"messages": {markWindowFull}},
}

// syncsOption is how the log is synced.
var syncsOption = models.Option{
	Name: optionSyncs, Values: []string{"one", "several"},
	Summary: "how many syncs of the log are in flight at a time: one, which covers all that was written before it, or up to four, which may end in any order",
}

// priorityOption prefers some servers as leaders.
var priorityOption = models.Option{
	Name: optionPriority, Values: []string{"off", on},
	Summary: "of the servers that could lead, the one with the lowest number is elected first, if there is time to wait for it (as in NuRaft)",
	Marks:   map[string][]string{on: {markTooLow}},
}

// transferOption comes with the operator, who asks leaders to hand over.
var transferOption = models.Option{
	Name: optionTransfer, Summary: "the first client asks leaders to hand over to another server (dissertation §3.10)", Values: []string{"off", on},
	Marks: map[string][]string{on: {markTransferred, markTransferGivenUp}},
}

// on is the value of an option that is off by default.
const on = "on"

// compactionOption needs a machine that can be saved.
var compactionOption = models.Option{
	Name: optionCompaction, Summary: "servers save their state, drop their log up to there, and send it to those that lag (§7)", Values: []string{"off", on},
	Marks: map[string][]string{on: {markInstalled, markRetained, markTailDropped}},
}

// membership says how the members of the cluster change.
type membership string

const (
	fixed  membership = "fixed"
	single membership = "single" // one server at a time (dissertation §4.1)
	joint  membership = "joint"  // any number at once, through a joint configuration (§6)
)

// membershipOption comes with an operator who changes the members: the first client does. Whoever may be lost for good must not be needed for a majority of
// voters who are fewer than the nodes.
var membershipOption = models.Option{
	Name: optionMembership, Values: []string{string(fixed), string(single), string(joint)},
	Summary: "the first client changes who the voters are: one server at a time (dissertation §4.1), or any at once through joint consensus (§6)",
	Claims:  map[string]fault.Claims{string(single): changing(), string(joint): changing()},
	Marks: map[string][]string{
		string(single): {markMembersUndone, markRemovedLeader},
		string(joint):  {markMembersUndone, markRemovedLeader},
	},
}

// changing is what is claimed while an operator changes the members.
func changing() fault.Claims {
	c := Profile().Claims
	c.Lost = fault.Nobody
	return c
}
