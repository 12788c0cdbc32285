package twopc

import (
	"simrun/models/invariant"
	"simrun/models/journal"
	"simrun/sim"
	"simrun/sim/fault"
)

// OneDecision is the name of the check that no server commits what another aborts.
const OneDecision = "one decision"

// The events that faults can wait for.
const (
	eventPrepared fault.Event = "prepared"
	eventDecided  fault.Event = "decided"
	eventAborted  fault.Event = "aborted"
	eventSettled  fault.Event = "settled"
)

// Events lists them, for the profile of a model.
func Events() []fault.EventDecl {
	return []fault.EventDecl{
		{Event: eventPrepared, Summary: "a shard is about to vote yes"},
		{Event: eventDecided, Summary: "a coordinator has decided to commit a transaction"},
		{Event: eventAborted, Summary: "a coordinator has decided to abort a transaction"},
		{Event: eventSettled, Summary: "a shard in doubt has heard the outcome"},
	}
}

// The facts of a server.
type (
	preparedFact struct{ id ID }
	decidedFact  struct {
		id   ID
		what outcome
	}
	settledFact struct {
		id   ID
		what outcome
	}
)

func (f preparedFact) String() string { return "votes yes to " + f.id.String() }
func (f decidedFact) String() string  { return "decides " + f.id.String() + ": " + f.what.String() }
func (f settledFact) String() string  { return "hears of " + f.id.String() + ": " + f.what.String() }

func (preparedFact) Trigger() fault.Event { return eventPrepared }
func (settledFact) Trigger() fault.Event  { return eventSettled }
func (f decidedFact) Trigger() fault.Event {
	if f.what == committed {
		return eventDecided
	}
	return eventAborted
}

// Monitors returns fresh monitors of so many servers.
func Monitors(nodes int, o Options) []sim.Monitor {
	return append(journal.Monitors(nodes, o.Files), invariant.OneDecision(OneDecision, func(f sim.Fact) (string, bool, bool) {
		switch f := f.(type) {
		case decidedFact:
			return f.id.String(), f.what == committed, true
		case settledFact:
			return f.id.String(), f.what == committed, true
		}
		return "", false, false
	}))
}
