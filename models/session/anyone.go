package session

import (
	"errors"
	"iter"
	"time"

	"simrun/sim"
)

// Turns are the operations of a client, until the run is over, each with the server to ask first, as [AskAnyone] counts them: another one each time, so that
// clients and servers meet in all ways.
func Turns(c *sim.Client) iter.Seq2[sim.Op, int] {
	return func(yield func(sim.Op, int) bool) {
		for first := int(-c.ID()); ; first++ {
			op, more := c.Next()
			if !more || !yield(op, first) {
				return
			}
		}
	}
}

// AskAnyone calls a server, and the next ones if it refuses, which means that it did nothing; first counts from 0 and wraps. If the error is
// [sim.ErrRefused], none has done anything.
func AskAnyone(c *sim.Client, first int, request []byte, timeout time.Duration) (reply []byte, err error) {
	err = sim.ErrRefused
	for i := 0; i < c.Nodes() && errors.Is(err, sim.ErrRefused); i++ {
		reply, err = c.Call(sim.NodeID(1+(first+i)%c.Nodes()), request, timeout)
	}
	return reply, err
}
