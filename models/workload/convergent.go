package workload

import (
	"simrun/check/accounts"
	"simrun/history"
	"simrun/models"
	"simrun/sim"
	"simrun/sim/rng"
)

// The workloads of this file are of objects whose replicas agree in the end, with final reads that show it. Their names are those of Maelstrom.

// amounts names what is added to counters. The text is part of what a seed means.
var amounts = rng.Of("crdt amount")

// Convergent does updates with the values that are drawn, and reads, of one object, whose name is that of the workload and the key of each operation.
func Convergent(name, summary string, account accounts.Checker, value func(*sim.Turn) int64, updates ...string) models.Workload {
	w := models.Workload{
		Name: name, Summary: summary, Account: account, Rate: 10, Keys: 1, Mix: []sim.Weight{{F: "read", Weight: 1}},
		Next: func(t *sim.Turn) sim.Op {
			op := sim.Op{F: t.Pick(), Key: name}
			if op.F != "read" {
				op.Value = history.Int(value(t))
			}
			return op
		},
		Final: func(*sim.Turn) sim.Op { return sim.Op{F: "final", Key: name} },
	}
	for _, f := range updates {
		w.Mix = append(w.Mix, sim.Weight{F: f, Weight: 1})
	}
	return w
}

// GSet adds distinct elements to a set that grows.
func GSet() models.Workload {
	return Convergent("g-set", "add distinct elements to a set that grows, and read it", accounts.GSet, (*sim.Turn).Unique, "add")
}

// GCounter adds to a counter that grows.
func GCounter() models.Workload {
	return Convergent("g-counter", "add to a counter that grows, and read it", accounts.GCounter, func(t *sim.Turn) int64 { return int64(t.Rand(amounts).N(5)) + 1 }, "add")
}

// PNCounter adds positive and negative numbers to a counter.
func PNCounter() models.Workload {
	return Convergent("pn-counter", "add positive and negative numbers to a counter, and read it", accounts.PNCounter, func(t *sim.Turn) int64 { return int64(t.Rand(amounts).N(9)) - 4 }, "add")
}

// Broadcast gives distinct values to any node, and reads all values of one.
func Broadcast() models.Workload {
	return models.Workload{
		Name:    "broadcast",
		Summary: "broadcast distinct values at any node, and read all values of one",
		Account: accounts.Broadcast,
		Rate:    20, Keys: 1, Mix: []sim.Weight{{F: "broadcast", Weight: 1}, {F: "read", Weight: 1}},
		Next: func(t *sim.Turn) sim.Op {
			if f := t.Pick(); f == "read" {
				return sim.Op{F: f}
			}
			return sim.Op{F: "broadcast", Value: history.Int(t.Unique())}
		},
		Final: func(*sim.Turn) sim.Op { return sim.Op{F: "final"} },
	}
}
