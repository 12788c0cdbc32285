package kv

import (
	"simrun/history"
	"simrun/models/session"
	"simrun/sim"
)

// Options say how a client asks.
type Options struct {
	// LogReads sends reads as commands through the log; else they are requests of kind [session.Read], with the key as
	// body.
	LogReads bool
	// TimeoutIsFailure is a bug: an operation without an answer is recorded as failed, though it may have
	// taken effect.
	TimeoutIsFailure bool
	// AnyServer asks another server for each read, not the one that is believed to lead.
	AnyServer bool
	// Other, if not nil, carries out the operations that are not those of the machine, and reports whether an operation is one.
	Other func(*session.Client, sim.Op) bool
	// Between, if not nil, is what the client does after each of its operations.
	Between func(*session.Client)
}

// RunClient is the whole life of a client of a [Machine] that servers replicate.
func RunClient(c *sim.Client, o Options) {
	cl := &client{Client: session.NewClient(c), c: c, Options: o}
	for {
		op, ok := c.Next()
		if !ok {
			return
		}
		if o.Other == nil || !o.Other(cl.Client, op) {
			cl.do(op)
		}
		if o.Between != nil {
			o.Between(cl.Client)
		}
	}
}

type client struct {
	*session.Client
	Options
	c *sim.Client
}

// do carries out one operation and records how it ended.
func (cl *client) do(op sim.Op) {
	if op.F == "read" {
		cl.read(op)
		return
	}
	cmd, ok := CommandOf(op)
	if !ok {
		cl.c.Fail("no such operation")
		return
	}
	r, uncertain, err := cl.Command(func(b []byte, session, seq uint64) []byte {
		cmd.Session, cmd.Seq = session, seq
		return cmd.Append(b)
	})
	switch {
	case err != nil && uncertain && (!cl.TimeoutIsFailure || err == session.ErrNoSession):
		cl.c.Info(err.Error())
	case err != nil:
		cl.c.Fail(err.Error())
	case r.Status == session.Absent:
		cl.c.FailWith(history.Null)
	case r.Status == session.Mismatch:
		cl.c.FailWith(history.Int(r.Value))
	default:
		cl.c.OK(op.Value)
	}
}

// read carries out a read. One that was not answered has had no effect.
func (cl *client) read(op sim.Op) {
	if cl.AnyServer {
		cl.AskNext()
	}
	kind, cmd := session.Read, Command{Op: Read, Key: []byte(op.Key)}
	if cl.LogReads {
		kind = session.Command
	}
	r, err := cl.Read(kind, func(b []byte) []byte {
		if cl.LogReads {
			return cmd.Append(b)
		}
		return append(b, op.Key...)
	})
	switch {
	case err != nil:
		cl.c.Fail(err.Error())
	case r.Status == session.Absent:
		cl.c.OK(history.Null)
	default:
		cl.c.OK(history.Int(r.Value))
	}
}
