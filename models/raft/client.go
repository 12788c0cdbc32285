package raft

import (
	"errors"
	"time"

	"simrun/history"
	"simrun/sim"
	"simrun/sim/rng"
)

const (
	callTimeout = 200 * time.Millisecond // until a client asks another server
	giveUp      = time.Second            // until a client gives up an operation
	retryPause  = 25 * time.Millisecond  // at most, before the next attempt
)

var retryPauseName = rng.Of("client retry")

// client is one client of the cluster (§8: "Clients of Raft send all of their requests to the
// leader").
type client struct {
	c                *sim.Client
	server           sim.NodeID // whom it believes to be the leader
	session          uint64     // 0 until it is registered
	seq              uint64     // of the last command
	attempts         uint64     // over the client's life
	logReads         bool
	timeoutIsFailure bool
	request          []byte
}

// runClient is the whole life of a client.
func runClient(c *sim.Client) {
	cl := &client{
		c:                c,
		server:           sim.NodeID(1 + (int(-c.ID())-1)%c.Nodes()),
		logReads:         c.Option(optionReads) == "log",
		timeoutIsFailure: c.Bug(bugTimeoutIsFailure),
	}
	for {
		op, ok := c.Next()
		if !ok {
			return
		}
		cl.do(op)
	}
}

var (
	errTime    = errors.New("timeout")    // not done in time
	errSession = errors.New("no session") // the cluster has forgotten the session
)

// do carries out one operation and records how it ended.
func (cl *client) do(op sim.Op) {
	deadline := cl.c.Now() + sim.Time(giveUp)
	if op.F == "read" {
		cl.read(op, deadline)
		return
	}
	cmd, ok := commandOf(op)
	if !ok {
		cl.c.Fail("no such operation")
		return
	}
	if cl.session == 0 {
		r, _, err := cl.attempt(sealRequest(cl.body(), requestRegister), deadline)
		if err != nil {
			cl.c.Fail("no session: " + err.Error())
			return
		}
		cl.session = uint64(r.value)
	}
	cl.seq++
	cmd.session, cmd.seq = cl.session, cl.seq
	cl.request = cmd.append(cl.body())
	r, uncertain, err := cl.attempt(sealRequest(cl.request, requestCommand), deadline)
	switch {
	case err == errSession:
		cl.session, cl.seq = 0, 0
		cl.c.Info(err.Error())
	case err != nil && (!uncertain || cl.timeoutIsFailure):
		cl.c.Fail(err.Error())
	case err != nil:
		cl.c.Info(err.Error())
	case r.status == statusAbsent:
		cl.c.FailWith(history.Null)
	case r.status == statusMismatch:
		cl.c.FailWith(history.Int(r.value))
	default:
		cl.c.OK(op.Value)
	}
}

// read carries out a read. One that was not answered has had no effect.
func (cl *client) read(op sim.Op, deadline sim.Time) {
	kind := requestRead
	if cl.logReads {
		cmd := command{op: opRead, key: []byte(op.Key)}
		cl.request = cmd.append(cl.body())
		kind = requestCommand
	} else {
		cl.request = append(cl.body(), op.Key...)
	}
	r, _, err := cl.attempt(sealRequest(cl.request, kind), deadline)
	switch {
	case err != nil:
		cl.c.Fail(err.Error())
	case r.status == statusAbsent:
		cl.c.OK(history.Null)
	default:
		cl.c.OK(history.Int(r.value))
	}
}

// body begins a request.
func (cl *client) body() []byte { return append(cl.request[:0], 0, 0, 0, 0, 0) }

// attempt sends a request to one server after another until one answers for the cluster. If none does in
// time, uncertain says whether the request may have taken effect.
func (cl *client) attempt(request []byte, deadline sim.Time) (r result, uncertain bool, err error) {
	for cl.c.Now() < deadline {
		timeout := min(callTimeout, time.Duration(deadline-cl.c.Now()))
		reply, err := cl.c.Call(cl.server, request, timeout)
		switch {
		case errors.Is(err, sim.ErrRefused):
			cl.moveOn(0)
		case err != nil || !r.decode(reply):
			uncertain = true
			cl.moveOn(0)
		case r.status == statusNotLeader:
			cl.moveOn(sim.NodeID(r.value))
		case r.status == statusLost:
			uncertain = true
			cl.moveOn(0)
		case r.status == statusNoSession:
			return r, uncertain, errSession
		case r.status == statusStale:
			// Only a command that this client has given up can be older than its latest.
			uncertain = true
			cl.moveOn(0)
		default:
			return r, uncertain, nil
		}
	}
	return r, uncertain, errTime
}

// moveOn turns to the leader that a server named, or else to the next server, after a short pause.
func (cl *client) moveOn(hint sim.NodeID) {
	if hint < 1 || int(hint) > cl.c.Nodes() {
		hint = 1 + cl.server%sim.NodeID(cl.c.Nodes())
	}
	cl.server = hint
	cl.attempts++
	cl.c.Sleep(time.Duration(1 + cl.c.Rand(retryPauseName, cl.attempts).N(uint64(retryPause))))
}

// commandOf translates an operation of the workload.
func commandOf(op sim.Op) (command, bool) {
	cmd := command{key: []byte(op.Key)}
	switch op.F {
	case "write":
		v, ok := op.Value.AsInt()
		cmd.op, cmd.value = opWrite, v
		return cmd, ok
	case "cas":
		expected, wanted, ok := op.Value.AsPair()
		to, isInt := wanted.AsInt()
		if expected.IsNull() {
			cmd.op, cmd.value = opCreate, to
			return cmd, ok && isInt
		}
		from, fromInt := expected.AsInt()
		cmd.op, cmd.from, cmd.value = opCAS, from, to
		return cmd, ok && isInt && fromInt
	}
	return cmd, false
}
