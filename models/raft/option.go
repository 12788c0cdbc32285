package raft

import (
	"simrun/models"
	"simrun/sim"
)

// Options of the model, as they are in a case.
const (
	optionPreVote     sim.OptionName = "pre-vote"
	optionCheckQuorum sim.OptionName = "check-quorum"
	optionReads       sim.OptionName = "reads"
)

// options are the choices that the algorithm leaves open.
type options struct {
	preVote     bool // ask before an election whether it could be won (dissertation §9.6)
	checkQuorum bool // a leader without a majority steps down (dissertation §6.2)
}

// readOptions reads the options of the case. Without pre-vote and check of the quorum a single
// server that hears nobody, or a leader that nobody can answer, stops the cluster for good: both are on
// unless switched off.
func readOptions(env Environment) options {
	return options{
		preVote:     env.Option(optionPreVote) != "off" && !env.Bug(bugNoPreVote),
		checkQuorum: env.Option(optionCheckQuorum) != "off" && !env.Bug(bugNoPreVote) && !env.Bug(bugNoCheckQuorum),
	}
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
