package quorum

import (
	"errors"

	"simrun/check/accounts"
	"simrun/history"
	"simrun/models"
	"simrun/models/session"
	"simrun/models/workload"
	"simrun/sim"
	"simrun/sim/rng"
)

// lwwMap is the workload that asks what the last writer promises: in the end, each key has the value with the greatest tag of those that were acknowledged.
const lwwMap = "lww-map"

// The operations of clients. Registers have the first two, the map the others.
const (
	opRead  = "read"
	opWrite = "write"
	opGet   = "get"
	opPut   = "put"
	opFinal = "final"
)

var keyName = rng.Of("quorum map key")

// lastWriters puts distinct values to the keys of a map, and gets them. The final operation gets all.
func lastWriters() models.Workload {
	return models.Workload{
		Name: lwwMap, Summary: "put distinct values to the keys of a map in which the last writer wins, and get them", Account: accounts.LWWMap,
		Rate: 20, Keys: 10, Mix: []sim.Weight{{F: opGet, Weight: 1}, {F: opPut, Weight: 1}},
		Next: func(t *sim.Turn) sim.Op {
			op := sim.Op{F: t.Pick(), Key: workload.Key(int(t.Rand(keyName).N(uint64(max(t.Keys, 1)))))}
			if op.F == opPut {
				op.Value = history.Int(t.Unique())
			}
			return op
		},
		Final: func(t *sim.Turn) sim.Op {
			keys := make([]history.Value, max(t.Keys, 1))
			for i := range keys {
				keys[i] = history.String(workload.Key(i))
			}
			return sim.Op{F: opFinal, Value: history.List(keys...)}
		},
	}
}

// client is the whole life of a client. It begins each operation at another node, so that all coordinate, and asks the next if one refuses,
// which means that nothing was done. After a timeout it gives up: a write that is done twice, with two tags, could come back after a later one.
func client(c *sim.Client) {
	for op, first := range session.Turns(c) {
		switch op.F {
		case opFinal:
			readAll(c, op, first)
		case opWrite, opPut:
			write(c, op, first)
		default:
			if v, ok := read(c, op.Key, kindRead, first); ok {
				c.OK(v)
			} else {
				c.Fail(markNoQuorum)
			}
		}
	}
}

// write writes a value. Of the map, the result is its tag.
func write(c *sim.Client, op sim.Op, first int) {
	value, _ := op.Value.AsInt()
	reply, err := session.AskAnyone(c, first, version{Key: op.Key, Value: value}.append(nil, kindWrite), clientPatience)
	v, ok := decode(reply, kindIs)
	switch {
	case ok && op.F == opPut:
		c.OK(history.Ints(int64(v.Tag.Number), int64(v.Tag.Node), int64(v.Tag.Incarnation), int64(v.Tag.Attempt)))
	case ok:
		c.OK(op.Value)
	case errors.Is(err, sim.ErrRefused):
		c.Fail(markNoQuorum)
	default:
		c.Info(markNoQuorum)
	}
}

// read reads a key; null if it was never written.
func read(c *sim.Client, key string, kind byte, first int) (_ history.Value, ok bool) {
	reply, _ := session.AskAnyone(c, first, version{Key: key}.append(nil, kind), clientPatience)
	v, ok := decode(reply, kindIs)
	if v.Tag == (tag{}) {
		return history.Null, ok
	}
	return history.Int(v.Value), ok
}

// readAll reads each of the keys that an operation lists, of all replicas that answer. Keys that were never written are left out.
func readAll(c *sim.Client, op sim.Op, first int) {
	all := map[string]history.Value{}
	keys, _ := op.Value.AsList()
	for _, k := range keys {
		key, _ := k.AsString()
		v, ok := read(c, key, kindReadAll, first)
		if !ok {
			c.Fail(markNoQuorum)
			return
		}
		if !v.IsNull() {
			all[key] = v
		}
	}
	c.OK(history.Object(all))
}
