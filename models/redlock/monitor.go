package redlock

import (
	"fmt"

	"simrun/models/invariant"
	"simrun/models/saved"
	"simrun/sim"
	"simrun/sim/fault"
)

const (
	oneHolder  = "one holder per token"
	tokensGrow = "tokens grow"
)

// The facts of a node.
type (
	acquired struct { // a worker has a lock
		key   string
		by    attempt
		token uint64 // 0: without one
	}
	commits  struct{ key string } // a worker still has a lock by its clock, and is about to store
	accepted struct {             // the resource takes the request of a holder
		key   string
		token uint64 // 0: without one
		store bool
	}
	refused struct { // the resource has seen a greater token
		key         string
		token, seen uint64
	}
)

func (f acquired) String() string { return "holds " + f.key + with(f.token) }
func (f commits) String() string  { return "is about to store " + f.key }
func (f accepted) String() string {
	if f.store {
		return f.key + " is stored" + with(f.token)
	}
	return f.key + " is loaded" + with(f.token)
}
func (f refused) String() string {
	return fmt.Sprintf("refuses a request for %s%s, after token %d", f.key, with(f.token), f.seen)
}

// with is how a token is told; "" if there is none.
func with(token uint64) string {
	if token == 0 {
		return ""
	}
	return fmt.Sprintf(" with token %d", token)
}

func (acquired) Trigger() fault.Event { return eventAcquired }
func (commits) Trigger() fault.Event  { return eventCommit }
func (accepted) Trigger() fault.Event { return eventAccepted }

func monitors(c *sim.Case) []sim.Monitor {
	return []sim.Monitor{saved.Durability(c.Nodes), invariant.Unique(oneHolder, tokenOf), &fencing{map[string]taken{}}}
}

// tokenOf tells which facts give a token to an attempt.
func tokenOf(f sim.Fact) (id, use string, ok bool) {
	a, ok := f.(acquired)
	if !ok || a.token == 0 {
		return "", "", false
	}
	return fmt.Sprintf("token %d of %s", a.token, a.key), a.by.String(), true
}

// fencing is the invariant that the resource never takes a token of a lock that is lower than one that it has taken before.
type fencing struct{ tokens map[string]taken }

type taken struct {
	token uint64
	at    sim.Sighting
}

func (*fencing) Name() string { return tokensGrow }

// Booted begins anew when the resource restarts: it may have taken a token that its disk did not hold, and then it has told nobody. That it forgets
// nothing else is the invariant of durability.
func (m *fencing) Booted(at sim.Sighting) {
	if at.Node == resourceNode {
		clear(m.tokens)
	}
}

func (m *fencing) Observe(at sim.Sighting, f sim.Fact) *sim.Breach {
	a, ok := f.(accepted)
	if !ok {
		return nil
	}
	before := m.tokens[a.key]
	m.tokens[a.key] = taken{a.token, at}
	if a.token < before.token {
		return sim.Breachf("%v, after it was used with token %d", a, before.token).Against(before.at, "took token %d for %s", before.token, a.key)
	}
	return nil
}
