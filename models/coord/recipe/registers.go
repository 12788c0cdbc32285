package recipe

import (
	"simrun/models/coord/api"
	"simrun/sim"
)

// doRegister does an operation of the workload kv: each key is a node. A compare-and-set reads the node, and sets it if its version is still the same.
func (cl *client) doRegister(o sim.Op) {
	path := "/kv/" + o.Key
	switch o.F {
	case "read":
		cl.readRegister(path)
	case "write":
		v, _ := o.Value.AsInt()
		_, uncertain, err := cl.Commit(api.Put(path, v))
		cl.ended(o, uncertain, err)
	default:
		cl.compareAndSet(path, o)
	}
}

func (cl *client) readRegister(path string) {
	read := cl.Read
	if cl.c.Option(OptionReads) == "local" {
		read = cl.ReadLocal
	}
	a, err := read(api.Get(path))
	if err != nil {
		cl.c.Fail(err.Error())
		return
	}
	cl.c.OK(a.Single())
}

func (cl *client) compareAndSet(path string, o sim.Op) {
	from, to, _ := o.Value.AsPair()
	next, _ := to.AsInt()
	for {
		a, err := cl.Read(api.Get(path))
		if err != nil {
			cl.c.Fail(err.Error())
			return
		}
		if found := a.Single(); found != from {
			cl.c.FailWith(found)
			return
		}
		unchanged := api.Absent(path)
		if len(a.Items) > 0 {
			unchanged = api.Version(path, a.Items[0].Version)
		}
		a, uncertain, err := cl.Commit(unchanged, api.Put(path, next))
		if err == nil && a.Otherwise {
			continue // it was changed since: read again
		}
		cl.ended(o, uncertain, err)
		return
	}
}

// ended records how a command ended.
func (cl *client) ended(o sim.Op, uncertain bool, err error) {
	switch {
	case err == nil:
		cl.c.OK(o.Value)
	case uncertain:
		cl.c.Info(err.Error())
	default:
		cl.c.Fail(err.Error())
	}
}
