package session

import (
	"errors"
	"time"

	"simrun/sim"
	"simrun/sim/rng"
)

const (
	callTimeout = 200 * time.Millisecond // until a client asks another server
	giveUp      = time.Second            // until a client gives up an operation
	retryPause  = 25 * time.Millisecond  // at most, before the next attempt
)

var retryPauseName = rng.Of("client retry")

var (
	// ErrTimeout ends an operation that no server answered in time.
	ErrTimeout = errors.New("timeout")
	// ErrNoSession ends a command whose session the servers have forgotten: it was not done by this attempt, and may
	// have been by an earlier one.
	ErrNoSession = errors.New("no session")
)

// Client asks one server after another until one answers for the cluster (Raft §8: "Clients of Raft send all of
// their requests to the leader").
type Client struct {
	c        *sim.Client
	server   sim.NodeID // whom it believes to be the leader
	session  uint64     // 0 until it is registered
	seq      uint64     // of the last command
	attempts uint64     // over the client's life
	request  []byte
}

// NewClient returns the retry loop of a client, which begins with a server of its own.
func NewClient(c *sim.Client) *Client {
	return &Client{c: c, server: sim.NodeID(1 + (int(-c.ID())-1)%c.Nodes())}
}

// Command does a command in a session, which is opened first if there is none: append appends the command to b.
// If no server answered in time, the error is [ErrTimeout], and uncertain says whether the command may have taken
// effect.
func (cl *Client) Command(append func(b []byte, session, seq uint64) []byte) (r Result, uncertain bool, err error) {
	deadline := cl.c.Now() + sim.Time(giveUp)
	if err := cl.open(deadline); err != nil {
		return r, false, err
	}
	cl.seq++
	cl.request = append(Begin(cl.request), cl.session, cl.seq)
	r, uncertain, err = cl.attempt(Seal(cl.request, Command), deadline)
	if err == ErrNoSession {
		cl.Abandon()
		uncertain = true
	}
	return r, uncertain, err
}

// Repeatable does a command without a session, which may be done more than once. uncertain says whether it may have been done by an
// attempt that nobody answered, even if there is a result.
func (cl *Client) Repeatable(append func(b []byte) []byte) (r Result, uncertain bool, err error) {
	cl.request = append(Begin(cl.request))
	return cl.attempt(Seal(cl.request, Command), cl.c.Now()+sim.Time(giveUp))
}

// Number returns the session, which is opened first if there is none, and the number of a command that the caller sends itself. Commands with later numbers make it
// stale.
func (cl *Client) Number() (session, seq uint64, err error) {
	if err := cl.open(cl.c.Now() + sim.Time(giveUp)); err != nil {
		return 0, 0, err
	}
	cl.seq++
	return cl.session, cl.seq, nil
}

// open opens a session if there is none.
func (cl *Client) open(deadline sim.Time) error {
	if cl.session != 0 {
		return nil
	}
	r, _, err := cl.attempt(Seal(Begin(cl.request), Register), deadline)
	if err != nil {
		return errors.New("no session: " + err.Error())
	}
	cl.session = uint64(r.Value)
	return nil
}

// Session is the session of the last command; 0 if there is none.
func (cl *Client) Session() uint64 { return cl.session }

// Abandon makes the next command open a new session. The servers keep the old one until it expires, if it does.
func (cl *Client) Abandon() { cl.session, cl.seq = 0, 0 }

// Read does a request without effect, of one of the kinds: append appends its body to b.
func (cl *Client) Read(kind Kind, append func(b []byte) []byte) (Result, error) {
	deadline := cl.c.Now() + sim.Time(giveUp)
	cl.request = append(Begin(cl.request))
	r, _, err := cl.attempt(Seal(cl.request, kind), deadline)
	return r, err
}

// attempt sends a request to one server after another until one answers for the cluster. If none does in
// time, uncertain says whether the request may have taken effect.
func (cl *Client) attempt(request []byte, deadline sim.Time) (r Result, uncertain bool, err error) {
	for cl.c.Now() < deadline {
		timeout := min(callTimeout, time.Duration(deadline-cl.c.Now()))
		reply, err := cl.c.Call(cl.server, request, timeout)
		switch {
		case errors.Is(err, sim.ErrRefused):
			cl.moveOn(0)
		case err != nil || !r.Decode(reply):
			uncertain = true
			cl.moveOn(0)
		case r.Status == NotLeader:
			cl.moveOn(sim.NodeID(r.Value))
		case r.Status == Lost:
			uncertain = true
			cl.moveOn(0)
		case r.Status == NoSession:
			return r, uncertain, ErrNoSession
		case r.Status == Stale:
			// Only a command that this client has given up can be older than its latest.
			uncertain = true
			cl.moveOn(0)
		default:
			return r, uncertain, nil
		}
	}
	return r, uncertain, ErrTimeout
}

// AskNext makes the client begin the next request with another server.
func (cl *Client) AskNext() { cl.server = 1 + cl.server%sim.NodeID(cl.c.Nodes()) }

// moveOn turns to the server that another named, or else to the next one, after a short pause.
func (cl *Client) moveOn(hint sim.NodeID) {
	if hint < 1 || int(hint) > cl.c.Nodes() {
		hint = 1 + cl.server%sim.NodeID(cl.c.Nodes())
	}
	cl.server = hint
	cl.attempts++
	cl.c.Sleep(time.Duration(1 + cl.c.Rand(retryPauseName, cl.attempts).N(uint64(retryPause))))
}
