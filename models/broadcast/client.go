package broadcast

import (
	"encoding/json"
	"errors"

	"simrun/history"
	"simrun/models/lattice"
	"simrun/models/session"
	"simrun/models/wire"
	"simrun/sim"
)

// client is the whole life of a client. Its final read is of a node of its own.
func client(c *sim.Client) {
	for op, at := range session.Turns(c) {
		request := wire.Append(nil, kindRead, nil)
		switch op.F {
		case opBroadcast:
			v, _ := op.Value.AsInt()
			request = wire.Append(nil, kindBroadcast, nil, uint64(v))
		case opFinal:
			at = int(-c.ID())
		}
		reply, err := session.AskAnyone(c, at, request, clientPatience)
		var values lattice.Set
		body, ok := wire.Decode(reply, kindDone, nil)
		switch {
		case ok && op.F == opBroadcast:
			c.OK(op.Value)
		case ok && json.Unmarshal(body, &values) == nil:
			c.OK(history.Ints(values...))
		case op.F != opBroadcast || errors.Is(err, sim.ErrRefused):
			c.Fail("no node answered in time")
		default:
			c.Info("the node did not answer in time")
		}
	}
}
