package recipe

import (
	"strings"

	"simrun/check/specs"
	"simrun/history"
	"simrun/models"
	"simrun/models/coord/api"
	"simrun/sim"
	"simrun/sim/rng"
)

// mode is how a client wants a lock, as the end of the name of its node before the number.
type mode string

const (
	alone   mode = ""       // nobody else
	reading mode = "read-"  // no writer
	writing mode = "write-" // nobody else, either
)

// Excludes reports whether the owner of a node can't hold a lock together with the owner of one that is before it in line. Readers share it (Hunt et al. §2.4,
// "Read/Write Locks": only earlier write nodes keep a client from a read lock).
func Excludes(before, own string) bool { return !isReader(before) || !isReader(own) }

func isReader(path string) bool {
	return strings.HasSuffix(strings.TrimSuffix(path, Number(path)), "-"+string(reading))
}

// excludes is that for the client, with its bugs.
func (cl *client) excludes(before, own string) bool {
	switch {
	case isReader(own) && cl.c.Bug(BugReaderIgnoresWriter):
		return false
	case strings.Contains(own, string(writing)) && isReader(before) && cl.c.Bug(BugWriterIgnoresReader):
		return false
	}
	return Excludes(before, own)
}

const (
	sharedKey   = "pair" // of the operations, the lock, and the beginning of the names of the values
	sharedLeft  = "pair-left"
	sharedRight = "pair-right"
)

// LockOf is the lock that guards a value of the resource.
func LockOf(name string) string {
	lock, _, _ := strings.Cut(name, "-left")
	lock, _, _ = strings.Cut(lock, "-right")
	return lock
}

var sharedName = rng.Of("read or write")

// shared is the workload of the read-write lock: two values that writers set at once, and readers read one after the other. A reader that is not alone with other
// readers sees two values of different writes.
func shared() models.Workload {
	return models.Workload{
		Name:    "rwlock",
		Spec:    specs.MultiRegister,
		Summary: "two values under a read-write lock: set at once, read one after the other; clients sometimes pause for longer than their session lives",
		Rate:    4,
		Keys:    1,
		Mix:     []sim.Weight{{F: "txn", Weight: 1}},
		Next: func(t *sim.Turn) sim.Op {
			step := func(what, name string, v history.Value) history.Value {
				return history.List(history.String(what), history.String(name), v)
			}
			what, v := "r", history.Null
			if t.Rand(sharedName).N(3) == 0 {
				what, v = "w", history.Int(t.Unique())
			}
			return sim.Op{F: t.Pick(), Key: sharedKey, Value: history.List(step(what, sharedLeft, v), step(what, sharedRight, v))}
		},
	}
}

// doShared does an operation of the workload rwlock.
func (cl *client) doShared(o sim.Op) {
	steps, _ := o.Value.AsList()
	first, _ := steps[0].AsList()
	as := reading
	if first[0] == history.String("w") {
		as = writing
	}
	l, err := cl.acquire(LockDir+sharedKey, as, cl.c.Now()+sim.Time(lockWait), cl.pause)
	if err != nil {
		cl.c.Fail(err.Error())
		return
	}
	if as == writing {
		cl.setBoth(o, l, first[2])
	} else {
		cl.readBoth(steps, l)
	}
	cl.release(l)
}

// setBoth sets the values, as the holder of the write lock.
func (cl *client) setBoth(o sim.Op, l lock, v history.Value) {
	load := api.Op{Kind: api.OpLoad, Path: sharedLeft, Number: l.token, Value: int64(l.held)}
	if a, _, err := cl.Access(load); err != nil || a.Refused != api.NotRefused {
		cl.c.Fail("no longer the holder of the lock")
		return
	}
	cl.pause()
	n, _ := v.AsInt()
	a, uncertain, err := cl.Access(api.Op{Kind: api.OpStore, Path: sharedLeft, Number: l.token, Value: n}, api.Op{Kind: api.OpStore, Path: sharedRight, Number: l.token, Value: n})
	switch {
	case err == nil && a.Refused == api.NotRefused:
		cl.c.OK(o.Value)
	case uncertain:
		cl.c.Info("nobody knows whether they were stored")
	case err != nil:
		cl.c.Fail(err.Error())
	default:
		cl.c.Fail("somebody else has got the lock since")
	}
}

// readBoth reads one value after the other, as a holder of the read lock.
func (cl *client) readBoth(steps []history.Value, l lock) {
	var read []history.Value
	for _, step := range steps {
		parts, _ := step.AsList()
		name, _ := parts[1].AsString()
		a, _, err := cl.Access(api.Op{Kind: api.OpShare, Path: name, Number: l.token, Value: int64(l.held)})
		if err != nil || a.Refused != api.NotRefused {
			cl.c.Fail("no longer a holder of the lock")
			return
		}
		v := history.Null
		if a.Items[0].Value != 0 { // something was written
			v = history.Int(a.Items[0].Value)
		}
		read = append(read, history.List(parts[0], parts[1], v))
		cl.pause()
	}
	cl.c.OK(history.List(read...))
}
