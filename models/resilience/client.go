package resilience

import (
	"simrun/history"
	"simrun/sim"
)

// client is the whole life of a client. It asks the gateways in turn, and never asks for the same operation twice: that is the gateway's part.
func client(c *sim.Client) {
	for seq := uint64(1); ; seq++ {
		op, more := c.Next()
		if !more {
			return
		}
		q := call{Kind: kindRead, Key: op.Key, Client: uint64(-c.ID()), Seq: seq, Rest: patience}
		if op.F == "add" {
			q.Kind = kindAdd
			q.Amount, _ = op.Value.AsInt()
		}
		reply, _ := c.Call(gatewayFor(seq), q.append(), patience)
		switch sum, ok := decodeDone(reply); {
		case ok:
			c.OK(history.Int(sum))
		case op.F == "add":
			c.Info("no answer in time")
		default:
			c.Fail("no answer in time")
		}
	}
}

func gatewayFor(seq uint64) sim.NodeID { return sim.NodeID(1 + seq%gateways) }
