package session

import (
	"errors"
	"time"

	"simrun/sim"
)

// AskAnyone calls a server, and the next ones if it refuses, which means that it did nothing; first counts from 0 and wraps. If the error is
// [sim.ErrRefused], none has done anything.
func AskAnyone(c *sim.Client, first int, request []byte, timeout time.Duration) (reply []byte, err error) {
	err = sim.ErrRefused
	for i := 0; i < c.Nodes() && errors.Is(err, sim.ErrRefused); i++ {
		reply, err = c.Call(sim.NodeID(1+(first+i)%c.Nodes()), request, timeout)
	}
	return reply, err
}
