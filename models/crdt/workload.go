package crdt

import (
	"simrun/check/accounts"
	"simrun/history"
	"simrun/models"
	"simrun/models/workload"
	"simrun/sim"
	"simrun/sim/rng"
)

// The names of the objects are those of their workloads, and the keys of operations; but a key of put and get is one of the map.
const (
	gSet      = "g-set"
	gCounter  = "g-counter"
	pnCounter = "pn-counter"
	orSet     = "or-set"
	lwwMap    = "lww-map"
)

// The operations of clients.
const (
	opAdd    = "add"
	opRemove = "remove"
	opRead   = "read"
	opPut    = "put"
	opGet    = "get"
	opFinal  = "final"
)

const elements = 5 // of the set with removals: so few that they come again

var (
	elementName = rng.Of("crdt element")
	keyName     = rng.Of("crdt key")
)

func workloads() []models.Workload {
	return []models.Workload{
		workload.GSet(),
		workload.GCounter(),
		workload.PNCounter(),
		workload.Convergent(orSet, "add elements to a set and remove them, and read it", accounts.ORSet, func(t *sim.Turn) int64 { return int64(t.Rand(elementName).N(elements)) + 1 }, opAdd, opRemove),
		mapWorkload(),
	}
}

// mapWorkload puts distinct values to a few keys, and gets them.
func mapWorkload() models.Workload {
	return models.Workload{
		Name: lwwMap, Summary: "put distinct values to the keys of a map in which the last writer wins, and get them", Account: accounts.LWWMap,
		Rate: 10, Keys: 3, Mix: []sim.Weight{{F: opGet, Weight: 1}, {F: opPut, Weight: 1}},
		Next: func(t *sim.Turn) sim.Op {
			op := sim.Op{F: t.Pick(), Key: string(rune('a' + t.Rand(keyName).N(uint64(min(t.Keys, 26)))))}
			if op.F == opPut {
				op.Value = history.Int(t.Unique())
			}
			return op
		},
		Final: func(*sim.Turn) sim.Op { return sim.Op{F: opFinal, Key: lwwMap} },
	}
}
