package api

import (
	"errors"
	"time"

	"simrun/models/session"
	"simrun/sim"
)

// pipelineTime is how long a client waits for the commands of a pipeline to be done.
const pipelineTime = 2 * time.Second

var errPipeline = errors.New("not all commands were done in time")

// sent is a command of a pipeline that is not known to be done.
type sent struct {
	payload []byte
	server  sim.NodeID
	call    sim.CallID
	done    bool
}

// Pipeline does commands of the session, which it sends one after the other without waiting for answers. Each names the one before it, so that the servers do them in the
// order in which they were sent, whatever becomes of the messages, and however often each is sent again (Hunt et al. §2.3: "FIFO client order"). If err is not nil, the
// first few may have been done, or may yet, and the session is given up.
func (cl *Client) Pipeline(commands ...[]Op) error {
	var all []*sent
	before := uint64(0)
	for _, ops := range commands {
		id, seq, err := cl.Number()
		if err != nil {
			return err
		}
		if before != 0 {
			ops = append([]Op{{Kind: OpAfter, Number: before}}, ops...)
		}
		before = seq
		all = append(all, &sent{payload: session.Seal(AppendCommand(session.Begin(nil), id, seq, ops), session.Command), server: cl.server})
	}
	for _, s := range all {
		s.call = cl.c.Start(s.server, s.payload, localTimeout)
	}
	err := cl.finish(all)
	cl.c.Forget()
	if err != nil {
		cl.Abandon()
	}
	return err
}

// finish waits until all commands are done. Each that was not is sent again, to another server.
func (cl *Client) finish(all []*sent) error {
	for end, left := cl.c.Now()+sim.Time(pipelineTime), len(all); left > 0; {
		call, reply, err := cl.c.Wait()
		if cl.c.Now() >= end {
			return errPipeline
		}
		for _, s := range all {
			if s.call != call {
				continue
			}
			var r session.Result
			if err == nil && !r.Decode(reply) {
				err = ErrUnavailable
			}
			if s.done, err = cl.finished(s, r, err); err != nil {
				return err
			}
			if s.done {
				left--
				continue
			}
			cl.c.Sleep(retryPause)
			s.call = cl.c.Start(s.server, s.payload, localTimeout)
		}
	}
	return nil
}

// finished reports whether a command is done, by what a server answered, and where to send it again if it is not.
func (cl *Client) finished(s *sent, r session.Result, failed error) (bool, error) {
	switch {
	case failed == nil && r.Status == session.NoSession:
		return false, session.ErrNoSession
	case failed == nil && r.Status == session.Stale: // a later one was done, and with it this one
		return true, nil
	case failed == nil && r.Status == session.Absent && Refusal(r.Value) == OutOfOrder:
		return false, nil
	case failed == nil && r.Status != session.NotLeader && r.Status != session.Lost:
		cl.see(r)
		return true, nil
	}
	s.server = 1 + s.server%sim.NodeID(cl.c.Nodes())
	if hint := sim.NodeID(r.Value); failed == nil && r.Status == session.NotLeader && hint >= 1 && int(hint) <= cl.c.Nodes() {
		s.server = hint
	}
	return false, nil
}
