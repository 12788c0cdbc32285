// Package api is what clients and servers of the coordination service share: operations and their answers, their encodings, and the library of a client. What
// a transaction, a watch or a lease promises is said at its operation.
package api

import (
	"encoding/binary"
	"errors"
	"time"

	"simrun/models/session"
	"simrun/sim"
)

// Client is the library on which the recipes are built. It is the session of one client with the service.
type Client struct {
	*session.Client
	c      *sim.Client
	server sim.NodeID // that it asks what need not be the latest
	seen   uint64     // the greatest revision of an answer
}

const (
	localTimeout = 250 * time.Millisecond // until it asks another server; far below the time of a session
	retryPause   = 20 * time.Millisecond
)

// ErrUnavailable ends a request that no server answered in time.
var ErrUnavailable = errors.New("no server answered in time")

// NewClient returns the library of a client, which begins with a server of its own.
func NewClient(c *sim.Client) *Client {
	return &Client{Client: session.NewClient(c), c: c, server: sim.NodeID(1 + (int(-c.ID())-1)%c.Nodes())}
}

// Seen is the greatest revision of an answer.
func (cl *Client) Seen() uint64 { return cl.seen }

// Commit does a transaction in the session, which is opened if there is none. If err is not nil, uncertain says whether it may have been done.
func (cl *Client) Commit(ops ...Op) (a Answer, uncertain bool, err error) {
	r, uncertain, err := cl.Command(func(b []byte, session, seq uint64) []byte { return AppendCommand(b, session, seq, ops) })
	if err != nil {
		return Answer{}, uncertain, err
	}
	return cl.see(r), false, nil
}

// Access asks the resource, which knows of no sessions. A request may be done twice; uncertain says whether one that was refused, or not
// answered, may have been done before.
func (cl *Client) Access(ops ...Op) (a Answer, uncertain bool, err error) {
	r, uncertain, err := cl.Repeatable(func(b []byte) []byte { return AppendCommand(b, 0, 0, ops) })
	if err != nil {
		return Answer{}, uncertain, err
	}
	return cl.see(r), uncertain, nil
}

// Read reads the latest state.
func (cl *Client) Read(ops ...Op) (Answer, error) {
	r, err := cl.Client.Read(session.Read, func(b []byte) []byte { return AppendOps(b, cl.Session(), ops) })
	if err != nil {
		return Answer{}, err
	}
	return cl.see(r), nil
}

// ReadLocal reads the state of some server, which may be an old one, but never older than what the client has seen.
func (cl *Client) ReadLocal(ops ...Op) (Answer, error) {
	for end := cl.c.Now() + sim.Time(time.Second); cl.c.Now() < end; {
		if r, err := cl.Ask(ops...); err == nil && r.Status != session.NotLeader {
			return cl.see(r), nil
		}
		cl.MoveOn()
	}
	return Answer{}, ErrUnavailable
}

// Await waits until a node, or the list of its children, changes after a revision, for a short time. It returns whether it has.
func (cl *Client) Await(path string, after uint64) bool {
	r, err := cl.Ask(Op{Kind: OpWatch, Path: path, Number: after})
	if err != nil {
		cl.MoveOn()
		return false
	}
	cl.see(r)
	return true
}

// Keep tells the service that the client lives, and returns whether the session does.
func (cl *Client) Keep() bool {
	if cl.Session() == 0 {
		return false
	}
	a, err := cl.Read(Touch())
	return err != nil || a.Refused == NotRefused
}

// Ask asks the server of the client once.
func (cl *Client) Ask(ops ...Op) (r session.Result, err error) {
	body := binary.LittleEndian.AppendUint64(session.Begin(nil), cl.seen)
	reply, err := cl.c.Call(cl.server, session.Seal(AppendOps(body, cl.Session(), ops), session.Local), localTimeout)
	if err == nil && !r.Decode(reply) {
		err = ErrUnavailable
	}
	return r, err
}

// MoveOn turns to another server.
func (cl *Client) MoveOn() {
	cl.server = 1 + cl.server%sim.NodeID(cl.c.Nodes())
	cl.c.Sleep(retryPause)
}

// see decodes an answer, and remembers of when it is.
func (cl *Client) see(r session.Result) Answer {
	a := AnswerOf(r)
	cl.seen = max(cl.seen, a.Revision)
	return a
}
