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
)

// options are the choices that the algorithm leaves open.
type options struct {
	preVote     bool // ask before an election whether it could be won (dissertation §9.6)
	checkQuorum bool // a leader without a majority steps down (dissertation §6.2)
	compaction  bool // logs are compacted (§7)
	membership  membership
}

// readOptions reads the options of the case. Without pre-vote and check of the quorum a single
// server that hears nobody, or a leader that nobody can answer, stops the cluster for good: both are on
// unless switched off.
func readOptions(env Environment) options {
	return options{
		preVote:     env.Option(optionPreVote) != "off" && !env.Bug(bugNoPreVote),
		membership:  fixed,
		checkQuorum: env.Option(optionCheckQuorum) != "off" && !env.Bug(bugNoPreVote) && !env.Bug(bugNoCheckQuorum),
	}
}

// readAllOptions reads those that only machines with snapshots have, too.
func readAllOptions(env Environment) options {
	o := readOptions(env)
	o.compaction = env.Option(optionCompaction) == on
	o.membership = membership(env.Option(optionMembership))
	return o
}

// Options are the choices of the servers that a case can make.
func Options() []models.Option {
	return []models.Option{
		{Name: optionPreVote, Summary: "ask before an election whether it could be won (dissertation §9.6)", Values: []string{"on", "off"}},
		{Name: optionCheckQuorum, Summary: "a leader that no majority answers steps down (dissertation §6.2)", Values: []string{"on", "off"}, Weaker: []string{"off"}},
	}
}

// readsOption is the choice of the clients of the key-value store.
var readsOption = models.Option{Name: optionReads, Summary: "reads by ReadIndex (dissertation §6.4), or through the log", Values: []string{"index", "log"}}

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
	Claims:  map[string]fault.Claims{string(single): operated(), string(joint): operated()},
	Marks: map[string][]string{
		string(single): {markMembersUndone, markRemovedLeader},
		string(joint):  {markMembersUndone, markRemovedLeader},
	},
}

// operated is what is claimed while an operator changes the members.
func operated() fault.Claims {
	c := Profile().Claims
	c.Lost = fault.Nobody
	return c
}
