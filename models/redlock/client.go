package redlock

import (
	"errors"

	"simrun/history"
	"simrun/models/session"
	"simrun/sim"
)

// client is the whole life of a client. It begins each operation at another worker, and asks the next if one refuses, which means that nothing was done. After a
// timeout it gives up: an addition must not be done twice.
func client(c *sim.Client) {
	first := firstWorker(c.Nodes())
	workers := c.Nodes() - int(first) + 1
	for op, turn := range session.Turns(c) {
		q, kind := message{Key: op.Key}, byte(kindRead)
		if op.F == "add" {
			q.Value, _ = op.Value.AsInt()
			kind = kindAdd
		}
		var reply []byte
		err := error(sim.ErrRefused)
		for i := 0; i < workers && errors.Is(err, sim.ErrRefused); i++ {
			reply, err = c.Call(first+sim.NodeID(uint(turn+i)%uint(workers)), q.append(kind), clientPatience)
		}
		m, ok := decode(reply, kindValue)
		_, busy := decode(reply, kindBusy)
		switch {
		case ok:
			c.OK(history.Int(m.Value))
		case busy:
			c.Fail("nobody got the lock in time")
		case kind == kindRead || errors.Is(err, sim.ErrRefused):
			c.Fail("no answer in time")
		default:
			c.Info("no answer in time")
		}
	}
}
