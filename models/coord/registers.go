package coord

import (
	"simrun/history"
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
		_, uncertain, err := cl.commit(put(path, v))
		cl.ended(o, uncertain, err)
	default:
		cl.compareAndSet(path, o)
	}
}

func (cl *client) readRegister(path string) {
	read := cl.read
	if cl.c.Option(optionReads) == "local" {
		read = cl.readLocal
	}
	a, err := read(get(path))
	if err != nil {
		cl.c.Fail(err.Error())
		return
	}
	cl.c.OK(a.value())
}

// value is that of the node that was read, or null.
func (a *answer) value() history.Value {
	if len(a.items) == 0 {
		return history.Null
	}
	return history.Int(a.items[0].value)
}

func (cl *client) compareAndSet(path string, o sim.Op) {
	from, to, _ := o.Value.AsPair()
	next, _ := to.AsInt()
	for {
		a, err := cl.read(get(path))
		if err != nil {
			cl.c.Fail(err.Error())
			return
		}
		if found := a.value(); found != from {
			cl.c.FailWith(found)
			return
		}
		unchanged := absent(path)
		if len(a.items) > 0 {
			unchanged = version(path, a.items[0].version)
		}
		a, uncertain, err := cl.commit(unchanged, put(path, next))
		if err == nil && a.otherwise {
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
