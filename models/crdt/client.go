package crdt

import (
	"encoding/json"
	"errors"

	"simrun/history"
	"simrun/models/session"
	"simrun/models/wire"
	"simrun/sim"
)

// client is the whole life of a client. Its final read is of a node of its own.
func client(c *sim.Client) {
	for op, at := range session.Turns(c) {
		if op.F == opFinal {
			at = int(-c.ID())
		}
		value, _ := op.Value.AsInt()
		body, _ := json.Marshal(request{op.F, op.Key, value})
		reply, err := session.AskAnyone(c, at, wire.Append(nil, kindRequest, body), clientPatience)
		answer, ok := wire.Decode(reply, kindResult, nil)
		result, wrong := history.ParseValue(string(answer))
		switch {
		case ok && wrong == nil:
			c.OK(result)
		case op.Value.IsNull() || errors.Is(err, sim.ErrRefused): // reads have no value
			c.Fail("no node answered in time")
		default:
			c.Info("the node did not answer in time")
		}
	}
}
