package recipe

import (
	"time"

	"simrun/history"
	"simrun/models"
	"simrun/models/coord/api"
	"simrun/models/workload"
	"simrun/sim"
	"simrun/sim/rng"
)

var (
	amountName = rng.Of("amount")
	pauseName  = rng.Of("long pause")
)

// counterPrefix begins the keys of the workload lock, and of no other.
const counterPrefix = "counter-"

// guarded is the workload of the lock: counters that clients read and write back while they hold a lock. Now and then a client is paused for longer than its session
// lives, in line or while it holds the lock: the resource must refuse what it writes after that.
func guarded() models.Workload {
	w := workload.Counters()
	w.Summary += "; clients sometimes pause for longer than their session lives"
	return w
}

// doGuarded does an operation of the workload lock.
func (cl *client) doGuarded(o sim.Op) {
	if o.F == "read" {
		a, err := cl.Read(api.Op{Kind: api.OpLoad, Path: o.Key})
		if err != nil {
			cl.c.Fail(err.Error())
			return
		}
		cl.c.OK(history.Int(a.Items[0].Value))
		return
	}
	n, _ := o.Value.AsInt()
	l, err := cl.acquire(LockDir+o.Key, alone, cl.c.Now()+sim.Time(lockWait), cl.pause)
	if err != nil {
		cl.c.Fail(err.Error())
		return
	}
	cl.add(o.Key, n, l)
	cl.release(l)
}

// add adds to a counter in two steps, as the holder of its lock, and records how the operation ended.
func (cl *client) add(name string, n int64, l lock) {
	a, _, err := cl.Access(api.Op{Kind: api.OpLoad, Path: name, Number: l.token, Value: int64(l.held)})
	if err != nil || a.Refused != api.NotRefused {
		cl.c.Fail("no longer the holder of the lock")
		return
	}
	cl.pause()
	sum := a.Items[0].Value + n
	a, uncertain, err := cl.Access(api.Op{Kind: api.OpStore, Path: name, Number: l.token, Value: sum})
	switch {
	case err == nil && a.Refused == api.NotRefused:
		cl.c.OK(history.Int(sum))
	case uncertain:
		cl.c.Info("nobody knows whether it was stored")
	case err != nil:
		cl.c.Fail(err.Error())
	default:
		cl.c.Fail("somebody else has got the lock since")
	}
}

// pause stops the client for longer than its session lives, now and then, but not twice in a row, so that it gets on.
func (cl *client) pause() {
	if cl.pauses++; cl.pauses < cl.awake {
		return
	}
	if cl.c.Rand(pauseName, cl.pauses).N(9) == 0 {
		cl.c.Sleep(longPause + time.Duration(cl.c.Rand(pauseName, cl.pauses).Next().N(uint64(time.Second))))
		cl.awake = cl.pauses + 6
	}
}
