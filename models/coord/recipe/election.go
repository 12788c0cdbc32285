package recipe

import (
	"errors"

	"simrun/check/specs"
	"simrun/history"
	"simrun/models"
	"simrun/models/coord/api"
	"simrun/models/session"
	"simrun/sim"
	"simrun/sim/rng"
)

const (
	electionKey = "election" // of the operations
	electionDir = "/election"
	sumPath     = "/elected/sum"
)

var resignName = rng.Of("resign")

// leadership is what a client has while it believes that it is elected. It stands in line as for a lock, and keeps what it writes in memory, since
// nobody else writes.
type leadership struct {
	line lock
	sum  int64
	acts uint64 // over the client's life
}

// elections is the workload of leader election: whoever is elected adds to a sum that it has in memory, and stays elected for a while.
func elections() models.Workload {
	return models.Workload{
		Name:    "election",
		Spec:    specs.Counter,
		Summary: "whoever is elected adds to a sum that it keeps in memory, resigns after a while, or pauses for longer than its session lives",
		Rate:    4,
		Keys:    1,
		Mix:     []sim.Weight{{F: "add", Weight: 3}, {F: "read", Weight: 1}},
		Next: func(t *sim.Turn) sim.Op {
			o := sim.Op{F: t.Pick(), Key: electionKey}
			if o.F == "add" {
				o.Value = history.Int(100 + int64(t.Rand(amountName).N(100)))
			}
			return o
		},
	}
}

// do does an operation of the workload election.
func (l *leadership) do(cl *client, o sim.Op) {
	if o.F == "read" {
		if sum, err := cl.sum(); err == nil {
			cl.c.OK(history.Int(sum))
		} else {
			cl.c.Fail(err.Error())
		}
		return
	}
	if err := l.campaign(cl); err != nil {
		cl.c.Fail(err.Error())
		return
	}
	l.acts++
	cl.pause()
	n, _ := o.Value.AsInt()
	l.add(cl, n)
	if l.line.path != "" && cl.c.Rand(resignName, l.acts).N(3) == 0 {
		cl.release(l.line)
		l.line = lock{}
	}
}

func (cl *client) sum() (int64, error) {
	a, err := cl.Read(api.Get(sumPath))
	if err != nil || len(a.Items) == 0 {
		return 0, err
	}
	return a.Items[0].Value, nil
}

// campaign makes the client the leader, unless it believes that it is.
func (l *leadership) campaign(cl *client) (err error) {
	if l.line.path != "" {
		return nil
	}
	line, err := cl.acquire(electionDir, alone, cl.c.Now()+sim.Time(lockWait), cl.pause)
	if err != nil {
		return err
	}
	if l.sum, err = cl.sum(); err != nil {
		cl.release(line)
		return err
	}
	l.line = line
	return nil
}

// add writes as the leader, and records how the operation ended. The write is done only if the leader's node is still there: the session in which it was created may
// have ended, and the client may act in a later one.
func (l *leadership) add(cl *client, n int64) {
	ops := []api.Op{api.Put(sumPath, l.sum+n)}
	if !cl.c.Bug(BugDeposedActs) {
		ops = append(ops, api.CreatedAt(l.line.path, l.line.token))
	}
	a, uncertain, err := cl.Commit(ops...)
	if errors.Is(err, session.ErrNoSession) {
		a, _, err = cl.Commit(ops...)
	}
	if err == nil && !a.Otherwise {
		l.sum += n
		cl.c.OK(history.Int(l.sum))
		return
	}
	l.line = lock{}
	cl.Abandon()
	if err != nil || uncertain {
		cl.c.Info("nobody knows whether it was written")
	} else {
		cl.c.Fail("no longer the leader")
	}
}
