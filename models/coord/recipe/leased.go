package recipe

import (
	"strconv"
	"time"

	"simrun/check/specs"
	"simrun/history"
	"simrun/models"
	"simrun/models/coord/api"
	"simrun/sim"
	"simrun/sim/rng"
)

const (
	leasePrefix = "lease-"                    // of the keys of the workload
	leaseTicks  = int64(time.Hour / api.Tick) // an hour, so that a lease ends when it is revoked, and not before
	leaseDir    = "/leases/"
)

var leaseName = rng.Of("which lease")

// leases is the workload of leases: a value is a node that is attached to a lease of its own. A write grants a lease and revokes the one before, a delete
// revokes it; and a client that knows the value reads it by renewing the lease, which tells it that nobody has revoked it.
func leases() models.Workload {
	return models.Workload{
		Name:    "lease",
		Spec:    specs.KV,
		Summary: "values attached to leases: a write grants one, a delete revokes it, and a read renews it",
		Rate:    10,
		Keys:    3,
		Mix:     []sim.Weight{{F: "read", Weight: 6}, {F: "write", Weight: 2}, {F: "delete", Weight: 1}},
		Next: func(t *sim.Turn) sim.Op {
			o := sim.Op{F: t.Pick(), Key: leasePrefix + strconv.FormatUint(1+t.Rand(leaseName).N(uint64(max(t.Keys, 1))), 10)}
			if o.F == "write" {
				o.Value = history.Int(t.Unique())
			}
			return o
		},
	}
}

// doLeased does an operation of the workload lease.
func (cl *client) doLeased(o sim.Op) {
	if o.F == "read" {
		cl.readLeased(o)
		return
	}
	var granted uint64
	if o.F == "write" {
		a, _, err := cl.Commit(api.Op{Kind: api.OpGrant, Value: leaseTicks})
		if err != nil {
			cl.c.Fail(err.Error())
			return
		}
		granted = a.Items[0].Created
	}
	for {
		a, err := cl.Read(api.Get(leaseDir + o.Key))
		if err != nil {
			cl.c.Fail(err.Error())
			return
		}
		a, uncertain, err := cl.Commit(replace(o, a.Items, granted)...)
		if err == nil && (a.Otherwise || a.Refused != api.NotRefused) {
			continue // it was changed since
		}
		cl.ended(o, uncertain, err)
		return
	}
}

// replace is a transaction that revokes the lease of a value, if that is still what was read, and attaches the new value to another.
func replace(o sim.Op, found []api.Item, granted uint64) []api.Op {
	path := leaseDir + o.Key
	ops := []api.Op{api.Absent(path)}
	if len(found) > 0 {
		ops = []api.Op{api.CreatedAt(path, found[0].Created), {Kind: api.OpExpire, Number: found[0].Owner}}
	}
	if o.F == "write" {
		v, _ := o.Value.AsInt()
		ops = append(ops, api.Op{Kind: api.OpCreate, Path: path, Value: v, Number: granted})
	}
	return ops
}

// readLeased renews the lease of the value that the client knows. If that has ended, it reads the value anew.
func (cl *client) readLeased(o sim.Op) {
	known, ok := cl.leased[o.Key]
	if ok {
		a, err := cl.Read(api.Op{Kind: api.OpTouch, Number: known.Owner})
		if err != nil {
			cl.c.Fail(err.Error())
			return
		}
		if a.Refused == api.NotRefused {
			cl.c.OK(history.Int(known.Value))
			return
		}
		cl.c.Note("the lease was revoked")
	}
	a, err := cl.Read(api.Get(leaseDir + o.Key))
	if err != nil {
		cl.c.Fail(err.Error())
		return
	}
	delete(cl.leased, o.Key)
	if len(a.Items) > 0 {
		cl.leased[o.Key] = a.Items[0]
	}
	cl.c.OK(a.Single())
}
