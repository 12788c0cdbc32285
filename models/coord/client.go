package coord

import (
	"encoding/binary"
	"errors"
	"time"

	"simrun/models/session"
	"simrun/sim"
)

// client is the library on which the recipes are built. It is the session of one client with the service.
type client struct {
	*session.Client
	c      *sim.Client
	server sim.NodeID      // that it asks what need not be the latest
	seen   uint64          // the greatest revision of an answer
	names  uint64          // that it has made up
	leased map[string]item // what it knows of the workload lease
	pauses uint64          // that it could have made
	awake  uint64          // the pause before which it makes none
}

const (
	localTimeout = 250 * time.Millisecond // until it asks another server; far below the time of a session
	retryPause   = 20 * time.Millisecond
)

var errUnavailable = errors.New("no server answered in time")

func newClient(c *sim.Client) *client {
	return &client{leased: make(map[string]item), Client: session.NewClient(c), c: c, server: sim.NodeID(1 + (int(-c.ID())-1)%c.Nodes())}
}

// commit does a transaction in the session, which is opened if there is none. If err is not nil, uncertain says whether it may have been done.
func (cl *client) commit(ops ...op) (a answer, uncertain bool, err error) {
	r, uncertain, err := cl.Command(func(b []byte, session, seq uint64) []byte { return appendCommand(b, session, seq, ops) })
	if err != nil {
		return answer{}, uncertain, err
	}
	return cl.see(r), false, nil
}

// access asks the resource, which knows of no sessions. A request may be done twice; uncertain says whether one that was refused, or not
// answered, may have been done before.
func (cl *client) access(o op) (a answer, uncertain bool, err error) {
	r, uncertain, err := cl.Repeatable(func(b []byte) []byte { return appendCommand(b, 0, 0, []op{o}) })
	if err != nil {
		return answer{}, uncertain, err
	}
	return cl.see(r), uncertain, nil
}

// read reads the latest state.
func (cl *client) read(ops ...op) (answer, error) {
	r, err := cl.Read(session.Read, func(b []byte) []byte { return appendOps(b, cl.Session(), ops) })
	if err != nil {
		return answer{}, err
	}
	return cl.see(r), nil
}

// readLocal reads the state of some server, which may be an old one, but never older than what the client has seen.
func (cl *client) readLocal(ops ...op) (answer, error) {
	for end := cl.c.Now() + sim.Time(time.Second); cl.c.Now() < end; {
		if r, err := cl.ask(ops...); err == nil && r.Status != session.NotLeader {
			return cl.see(r), nil
		}
		cl.moveOn()
	}
	return answer{}, errUnavailable
}

// await waits until a node, or the list of its children, changes after a revision, for a short time. It returns whether it has.
func (cl *client) await(path string, after uint64) bool {
	r, err := cl.ask(op{kind: opWatch, path: path, number: after})
	if err != nil {
		cl.moveOn()
		return false
	}
	cl.see(r)
	return true
}

// keep tells the service that the client lives, and returns whether the session does.
func (cl *client) keep() bool {
	if cl.Session() == 0 {
		return false
	}
	a, err := cl.read(op{kind: opTouch, number: mine})
	return err != nil || a.refused == notRefused
}

// ask asks the server of the client once.
func (cl *client) ask(ops ...op) (r session.Result, err error) {
	body := binary.LittleEndian.AppendUint64(session.Begin(nil), cl.seen)
	reply, err := cl.c.Call(cl.server, session.Seal(appendOps(body, cl.Session(), ops), session.Local), localTimeout)
	if err == nil && !r.Decode(reply) {
		err = errUnavailable
	}
	return r, err
}

// moveOn turns to another server.
func (cl *client) moveOn() {
	cl.server = 1 + cl.server%sim.NodeID(cl.c.Nodes())
	cl.c.Sleep(retryPause)
}

// see decodes an answer, and remembers of when it is.
func (cl *client) see(r session.Result) answer {
	a := answerOf(r)
	cl.seen = max(cl.seen, a.revision)
	return a
}
