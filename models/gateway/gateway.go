// Package gateway is how clients hand whole transactions to the servers of a store, and learn how each ended.
package gateway

import (
	"errors"
	"time"

	"simrun/models/session"
	"simrun/models/txn"
	"simrun/models/wire"
	"simrun/sim"
	"simrun/sim/blocking"
)

// The kinds of payloads.
const (
	kindTransact = 0x2a + iota // client → server
	kindOutcome                // server → client
)

// Patience is how long a client waits for an answer. A server gives up, or has done the transaction, before that.
const Patience = 3 * time.Second

// impatience is how long a client waits that then does the transaction again.
const impatience = 200 * time.Millisecond

// RunClient is the whole life of a client: it gives each transaction to another server. After a timeout it gives up, since the transaction may commit yet. again names
// the bug of a client that soon asks another server instead; "" if the model has none.
func RunClient(c *sim.Client, again sim.BugName) {
	first := int(-c.ID())
	txn.Run(c, func(t txn.Txn) txn.Outcome {
		first++
		request := wire.Append(nil, kindTransact, t.Append(nil))
		var reply []byte
		err := sim.ErrTimeout
		if again != "" && c.Bug(again) {
			reply, err = session.AskAnyone(c, first+1, request, impatience)
		}
		if errors.Is(err, sim.ErrTimeout) {
			reply, err = session.AskAnyone(c, first, request, Patience)
		}
		if errors.Is(err, sim.ErrRefused) {
			return txn.Abort("no server took it")
		}
		body, ok := wire.Decode(reply, kindOutcome, nil)
		if o, whole := txn.DecodeOutcome(body); err == nil && ok && whole {
			return o
		}
		return txn.Lost("no answer in time")
	})
}

// Serve does a transaction that a client sent, and answers. It is false for any other message.
func Serve(p *blocking.Proc, m blocking.Message, do func(p *blocking.Proc, t txn.Txn) txn.Outcome) bool {
	t, ok := Open(m.Payload)
	if ok {
		p.Reply(m.Caller, Answer(do(p, t)))
	}
	return ok
}

// Open returns the transaction that a client sent; false for any other payload.
func Open(payload []byte) (txn.Txn, bool) {
	body, ok := wire.Decode(payload, kindTransact, nil)
	if !ok {
		return nil, false
	}
	t, rest, ok := txn.Decode(body)
	return t, ok && len(rest) == 0
}

// Answer is the payload that tells a client how its transaction ended.
func Answer(o txn.Outcome) []byte { return wire.Append(nil, kindOutcome, o.Append(nil)) }

// Describe tells a person what a payload between a client and a server says; false for any other payload.
func Describe(payload []byte) (string, bool) {
	if t, ok := Open(payload); ok {
		return "Transact " + t.String(), true
	}
	body, ok := wire.Decode(payload, kindOutcome, nil)
	if !ok {
		return "", false
	}
	o, ok := txn.DecodeOutcome(body)
	switch {
	case !ok:
		return "", false
	case o.Status == txn.Committed:
		return "Committed " + o.Did.Value(true).String(), true
	case o.Status == txn.Aborted:
		return "Aborted: " + o.Reason, true
	}
	return "Unknown: " + o.Reason, true
}
