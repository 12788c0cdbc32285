// Package workload holds the generators of operations that models share.
//
// A generator decides an operation from nothing but its turn, so that dropping
// one operation of a case leaves all others as they were.
package workload

import (
	"strconv"

	"simrun/check/specs"
	"simrun/history"
	"simrun/models"
	"simrun/sim"
	"simrun/sim/rng"
)

var (
	keyName   = rng.Of("workload key")
	valueName = rng.Of("workload value")
	lookName  = rng.Of("workload cas look back")

	amountName = rng.Of("amount")
	lockedName = rng.Of("which lock")
)

// Key is the name of the i-th key, from 0: k1, k2, ….
func Key(i int) string { return "k" + strconv.Itoa(i+1) }

// KV reads, writes and compare-and-sets a few keys. No two operations write
// the same value, so that every read names the write that it saw.
func KV() models.Workload {
	return models.Workload{
		Name:    "kv",
		Spec:    specs.KV,
		Summary: "read, write and cas by key; every written value is distinct",
		Rate:    20,
		Keys:    3,
		Mix:     []sim.Weight{{F: "read", Weight: 4}, {F: "write", Weight: 4}, {F: "cas", Weight: 2}},
		Next: func(t *sim.Turn) sim.Op {
			k := keyOf(t)
			return distinct(t, Key(k), func(t *sim.Turn) bool { return keyOf(t) == k })
		},
	}
}

// Register reads and writes one register. No two operations write the same value.
func Register() models.Workload {
	return models.Workload{
		Name:    "register",
		Spec:    specs.Register,
		Summary: "read and write one register; every written value is distinct",
		Rate:    20,
		Keys:    1,
		Mix:     []sim.Weight{{F: "read", Weight: 1}, {F: "write", Weight: 1}},
		Next:    func(t *sim.Turn) sim.Op { return distinct(t, "", func(*sim.Turn) bool { return true }) },
	}
}

// Registers reads and writes a few registers, one for each key. No two operations write the same value.
func Registers() models.Workload {
	return models.Workload{
		Name:    "registers",
		Spec:    specs.Register,
		Summary: "read and write registers by key; every written value is distinct",
		Rate:    20,
		Keys:    3,
		Mix:     []sim.Weight{{F: "read", Weight: 1}, {F: "write", Weight: 1}},
		Next: func(t *sim.Turn) sim.Op {
			k := keyOf(t)
			return distinct(t, Key(k), func(t *sim.Turn) bool { return keyOf(t) == k })
		},
	}
}

// CASRegister is the workload of Jepsen's classic tests: one register and five values,
// so that operations can't be told apart by what they write.
func CASRegister() models.Workload {
	return models.Workload{
		Name:    "cas-register",
		Spec:    specs.CASRegister,
		Summary: "read, write and cas one register with the values 0 to 4, as in Jepsen's classic tests",
		Rate:    20,
		Keys:    1,
		Mix:     []sim.Weight{{F: "read", Weight: 1}, {F: "write", Weight: 1}, {F: "cas", Weight: 1}},
		Next: func(t *sim.Turn) sim.Op {
			draw := t.Rand(valueName)
			from, to := int64(draw.N(5)), int64(draw.Next().N(5))
			switch f := t.Pick(); f {
			case "read":
				return sim.Op{F: f}
			case "cas":
				return sim.Op{F: f, Value: history.Ints(from, to)}
			default:
				return sim.Op{F: f, Value: history.Int(to)}
			}
		},
	}
}

// UniqueIDs asks for numbers, none of which may come twice.
func UniqueIDs() models.Workload {
	return models.Workload{
		Name:    "unique-ids",
		Spec:    specs.UniqueIDs,
		Summary: "every client asks for numbers, none of which may come twice",
		Rate:    20,
		Keys:    1,
		Mix:     []sim.Weight{{F: "generate", Weight: 1}},
		Next:    func(*sim.Turn) sim.Op { return sim.Op{F: "generate"} },
	}
}

// Counters adds to counters, and reads them. An addition is read and written back under the lock that the model has for its key, counter-1, counter-2, ….
func Counters() models.Workload {
	return models.Workload{
		Name:    "lock",
		Spec:    specs.Counter,
		Summary: "counters that are read and written back under a lock",
		Rate:    4,
		Keys:    2,
		Mix:     []sim.Weight{{F: "add", Weight: 4}, {F: "read", Weight: 1}},
		Next: func(t *sim.Turn) sim.Op {
			op := sim.Op{F: t.Pick(), Key: "counter-" + strconv.FormatUint(1+t.Rand(lockedName).N(uint64(max(t.Keys, 1))), 10)}
			if op.F == "add" {
				op.Value = history.Int(100 + int64(t.Rand(amountName).N(100))) // not a sum that is soon reached
			}
			return op
		},
	}
}

// keyOf is the position of the key of a turn.
func keyOf(t *sim.Turn) int { return int(t.Rand(keyName).N(uint64(max(t.Keys, 1)))) }

// distinct makes an operation on a key whose written value no other turn of the
// run has. same reports whether another turn is about the same key.
func distinct(t *sim.Turn, key string, same func(*sim.Turn) bool) sim.Op {
	switch f := t.Pick(); f {
	case "read":
		return sim.Op{F: f, Key: key}
	case "cas":
		return sim.Op{F: f, Key: key, Value: history.List(recent(t, same), history.Int(t.Unique()))}
	default:
		return sim.Op{F: f, Key: key, Value: history.Int(t.Unique())}
	}
}

// lookBack bounds how many turns of each client a cas looks back for a value to expect.
const lookBack = 6

// recent guesses the value that a key holds now: one that a recent turn, of whatever client, writes to
// it, or none if there is no such turn. Clients advance at about the same rate, so a good
// part of the guesses is right.
func recent(t *sim.Turn, same func(*sim.Turn) bool) history.Value {
	first := int(t.Rand(lookName).N(uint64(t.Clients)))
	other := *t
	for back := 1; back <= lookBack && back <= t.Ordinal; back++ {
		for i := range t.Clients {
			other.Client = 1 + (first+i)%t.Clients
			other.Ordinal = t.Ordinal - back
			if same(&other) && other.Pick() != "read" {
				return history.Int(other.Unique())
			}
		}
	}
	return history.Null
}
