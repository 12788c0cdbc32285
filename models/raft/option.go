package raft

// Options of the model, as they stand in a case.
const (
	OptionPreVote     = "pre-vote"
	OptionCheckQuorum = "check-quorum"
	OptionReads       = "reads"
)

// options are the choices that the algorithm leaves open.
type options struct {
	preVote     bool // ask before an election whether it could be won (dissertation §9.6)
	checkQuorum bool // a leader without a majority steps down (dissertation §6.2)
}

// readOptions reads the options of the case. Without pre-vote and check of the quorum a single
// server that hears nobody, or a leader that nobody can answer, stops the cluster for good: both are on
// unless switched off.
func readOptions(env environment) options {
	return options{
		preVote:     env.Option(OptionPreVote) != "off" && !env.Bug(BugNoPreVote),
		checkQuorum: env.Option(OptionCheckQuorum) != "off" && !env.Bug(BugNoPreVote) && !env.Bug(BugNoCheckQuorum),
	}
}
