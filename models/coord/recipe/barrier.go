package recipe

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"simrun/check/accounts"
	"simrun/history"
	"simrun/models"
	"simrun/models/coord/api"
	"simrun/sim"
)

const (
	barrierKey = "barrier" // of the operations
	barrierDir = "/barrier/"
	readyName  = "/ready" // of the node that says that all have come

	barrierWait = 3 * time.Second // for the others, at most
)

// barrier is the recipe of a double barrier (ZooKeeper's recipes; Hunt et al. §2.4): who comes creates a node of its own, the last to come creates the node ready, and
// who leaves deletes its node and waits until those of the others are gone. Each round has a directory of its own.
//
// When the first enters, all have come, and were registered at one moment. A client whose session ends before that has not come; it comes again in a new session. One whose
// session ends inside counts as having left: the others leave without it, and it finds out when it leaves. The barrier can't keep it inside, as a lock can't keep
// its holder. Nobody waits forever: who has waited too long for the others withdraws, or leaves alone and says so.
type barrier struct {
	round  int64 // that the client is in, or has left last
	inside bool
	dir    string // of the round
	path   string // of the client's node
	at     uint64 // the revision at which it was created; 0: it has none
}

// barriers is the workload of the double barrier: all clients enter each round, and leave it.
func barriers() models.Workload {
	return models.Workload{
		Name:    "barrier",
		Account: accounts.DoubleBarrier,
		Summary: "all clients enter round after round together, and leave together; they sometimes pause for longer than their session lives",
		Rate:    6,
		Keys:    1,
		Mix:     []sim.Weight{{F: "enter", Weight: 1}, {F: "leave", Weight: 1}},
		Next: func(t *sim.Turn) sim.Op {
			o := sim.Op{F: t.Pick(), Key: barrierKey}
			if o.F == "enter" {
				o.Value = history.Int(int64(t.Clients))
			}
			return o
		},
	}
}

// do does an operation of the workload barrier.
func (b *barrier) do(cl *client, o sim.Op) {
	switch {
	case b.inside == (o.F == "enter"):
		cl.c.FailWith(history.Bool(b.inside)) // it can't enter twice, or leave before it has entered
	case o.F == "leave":
		cl.pause()
		b.inside = false
		registered := b.unregister(cl)
		how := "all-left"
		if !b.left(cl) {
			how = "others-remain"
		}
		if !registered {
			how = "session-ended"
		}
		cl.c.OK(history.List(history.Int(b.round), history.String(how)))
	default:
		n, _ := o.Value.AsInt()
		b.dir = barrierDir + strconv.FormatInt(b.round+1, 10)
		b.path = fmt.Sprintf("%s/%v", b.dir, cl.c.ID())
		if !b.enter(cl, int(n)) {
			cl.c.FailWith(history.String("not all have come"))
			return
		}
		b.round, b.inside = b.round+1, true
		cl.c.OK(history.Int(b.round))
	}
}

// enter returns true when n clients have come, and false when the client has withdrawn, since they did not come in time.
func (b *barrier) enter(cl *client, n int) bool {
	b.at = 0
	cl.pause()
	for end := cl.c.Now() + sim.Time(barrierWait); ; {
		a, err := cl.Read(api.List(b.dir))
		if err != nil {
			continue
		}
		own, come, ready := b.count(a.Items)
		if own.Path != "" {
			b.at = own.Created
		}
		switch {
		case ready:
			return true
		case cl.c.Now() >= end:
			if b.withdraw(cl, own) {
				return false
			}
		case own.Path == "" || own.Owner != cl.Session():
			b.register(cl, own)
		case len(come) >= n:
			cl.Commit(append(come, b.notReady(), api.Put(b.dir+readyName, 1))...) // whether it is done or not: the next turn shows
		default:
			if told := b.await(cl, a.Revision); told && cl.c.Bug(BugEntersOnAnyEvent) {
				return true
			}
		}
	}
}

func (b *barrier) notReady() api.Op { return api.Absent(b.dir + readyName) }

// withdraw deletes the client's node, unless all have come; false if it does not know that.
func (b *barrier) withdraw(cl *client, own api.Item) bool {
	if own.Path == "" {
		a, _, err := cl.Commit(b.notReady(), api.Absent(b.path)) // after it no earlier command of the session is done
		return err == nil && !a.Otherwise
	}
	a, _, err := cl.Commit(b.notReady(), api.CreatedAt(b.path, own.Created), api.Remove(b.path))
	return err == nil && !a.Otherwise && a.Refused == api.NotRefused
}

// count finds the client's node among those of a round, and all that are of clients, as comparisons that hold as long as they are there. The node ready is not one of them.
func (b *barrier) count(items []api.Item) (own api.Item, come []api.Op, ready bool) {
	for _, i := range items {
		switch {
		case strings.HasSuffix(i.Path, readyName):
			ready = true
			continue
		case i.Path == b.path:
			own = i
		}
		come = append(come, api.CreatedAt(i.Path, i.Created))
	}
	return own, come, ready
}

// register creates the client's node, unless all have come. One that is there belongs to a session that the client has given up, and would vanish with it.
func (b *barrier) register(cl *client, old api.Item) {
	ops := []api.Op{b.notReady()}
	if old.Path == "" {
		ops = append(ops, api.Absent(b.path))
	} else {
		ops = append(ops, api.CreatedAt(b.path, old.Created), api.Remove(b.path))
	}
	cl.Commit(append(ops, api.Ephemeral(b.path))...) // whether it is done or not: the next turn shows
}

// await waits for a change of the round, and tells the service that the client lives.
func (b *barrier) await(cl *client, after uint64) bool {
	told := cl.Await(b.dir, after)
	if cl.Session() != 0 && !cl.Keep() {
		cl.Abandon()
	}
	return told
}

// unregister deletes the client's node, and returns false if its session had ended before.
func (b *barrier) unregister(cl *client) bool {
	for {
		a, _, err := cl.Commit(api.CreatedAt(b.path, b.at), api.Remove(b.path))
		if err == nil {
			return b.at != 0 && !a.Otherwise
		}
	}
}

// left returns true when no client is in the round any more, and false when it has waited too long for that.
func (b *barrier) left(cl *client) bool {
	if cl.c.Bug(BugLeavesAlone) {
		return true
	}
	for end := cl.c.Now() + sim.Time(barrierWait); cl.c.Now() < end; {
		a, err := cl.Read(api.List(b.dir))
		if err != nil {
			continue
		}
		if _, inside, _ := b.count(a.Items); len(inside) == 0 {
			return true
		}
		b.await(cl, a.Revision)
	}
	return false
}
