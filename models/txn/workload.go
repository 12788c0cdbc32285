package txn

import (
	"simrun/check/accounts"
	isolation "simrun/check/txn"
	"simrun/history"
	"simrun/models"
	"simrun/sim"
	"simrun/sim/rng"
)

// A Promise says which level transactions are promised in a case.
type Promise = func(c *sim.Case) isolation.Level

// Workloads are all workloads, for a store that promises a level.
func Workloads(p Promise) []models.Workload {
	return []models.Workload{ListAppend(p), RWRegister(p), LongFork(p), Bank(p)}
}

// The names of the workloads, which say how their histories look.
const (
	listAppendName = "list-append"
	rwRegisterName = "rw-register"
	longForkName   = "long-fork"
	bankName       = "bank"
)

// The texts are part of what a seed means.
var (
	lengthName  = rng.Of("txn length")
	mopName     = rng.Of("txn micro-operation")
	forkName    = rng.Of("txn group to read")
	accountName = rng.Of("txn account")
)

// kinds are the kinds of transactions: those that read and write as it comes, those that only read, and those that only write. A nemesis may leave out
// one of them, and what is left still shows something.
func kinds() []sim.Weight {
	return []sim.Weight{{F: "txn", Weight: 2}, {F: "read", Weight: 1}, {F: "write", Weight: 1}}
}

// ListAppend appends distinct elements to lists, and reads them.
func ListAppend(p Promise) models.Workload {
	return models.Workload{
		Name: listAppendName, Summary: "transactions that append distinct elements to lists and read them",
		Isolation: p, Rate: 20, Keys: 3, Mix: kinds(),
		Next: func(t *sim.Turn) sim.Op { return opOf(mixed(t, Append)) },
	}
}

// RWRegister writes distinct values to registers, and reads them. Half of the writes of a transaction that reads too follow a read of their register,
// since that shows in which order its values came.
func RWRegister(p Promise) models.Workload {
	return models.Workload{
		Name: rwRegisterName, Summary: "transactions that write distinct values to registers and read them",
		Isolation: p, Rate: 20, Keys: 3, Mix: kinds(),
		Next: func(t *sim.Turn) sim.Op { return opOf(mixed(t, Write)) },
	}
}

func opOf(t Txn) sim.Op { return sim.Op{F: "txn", Value: t.Value(false)} }

// mixed draws a transaction of up to [MaxMops] micro-operations, most of them of up to four. No two turns write the same value.
func mixed(t *sim.Turn, change Kind) Txn {
	length := t.Rand(lengthName)
	n := 1 + int(length.N(4))
	if length = length.Next(); length.Chance(1, 8) {
		n += int(length.Next().N(MaxMops - 3))
	}
	list, draw, kind := make(Txn, 0, n), t.Rand(mopName), t.Pick()
	for len(list) < n {
		reads := kind == "read" || kind == "txn" && draw.Chance(1, 2)
		draw = draw.Next()
		key := keyOf(t, int(draw.N(uint64(max(t.Keys, 1)))))
		draw = draw.Next()
		if reads || change == Write && kind == "txn" && len(list)+1 < n && draw.Chance(1, 2) {
			list = append(list, Mop{Kind: Read, Key: key})
		}
		draw = draw.Next()
		if !reads {
			list = append(list, Mop{Kind: change, Key: key, Arg: t.Unique()*MaxMops + int64(len(list))})
		}
	}
	return list
}

// writesOfKey is about how many writes a key gets before another takes its place, so that lists stay short.
const writesOfKey = 16

// keyOf is the key that a slot has at a turn: each slot goes over to a new one after a number of turns, and not all at the same time.
func keyOf(t *sim.Turn, slot int) Key {
	slots := max(t.Keys, 1)
	turns := max(1, writesOfKey*slots/max(t.Clients, 1)/2)
	generation := (t.Ordinal + slot*turns/slots) / turns
	return Key(1 + generation*slots + slot)
}

// LongFork writes registers, each by one transaction and nothing else, and reads those that are written at about the same time as a group, so that two
// readers may see two writes in opposite orders (Sovran and others, SOSP 2011; Jepsen's long-fork workload).
func LongFork(p Promise) models.Workload {
	return models.Workload{
		Name: longForkName, Summary: "transactions that write one register, each its own, and transactions that read a group of those at once",
		Isolation: p, Rate: 20, Keys: 1, Mix: []sim.Weight{{F: "read", Weight: 1}, {F: "write", Weight: 1}},
		Next: func(t *sim.Turn) sim.Op {
			if t.Pick() == "write" {
				return opOf(Txn{{Kind: Write, Key: Key(t.Unique()), Arg: t.Unique()}})
			}
			return opOf(group(t))
		},
	}
}

// group reads the registers that the clients write in this turn, or in the one before. If there are none, it reads the one that it would write itself.
func group(t *sim.Turn) Txn {
	var list Txn
	other := *t
	if other.Ordinal > 0 && t.Rand(forkName).Chance(1, 2) {
		other.Ordinal--
	}
	for other.Client = 1; other.Client <= t.Clients && len(list) < MaxMops; other.Client++ {
		if other.Pick() == "write" {
			list = append(list, Mop{Kind: Read, Key: Key(other.Unique())})
		}
	}
	if len(list) == 0 {
		list = Txn{{Kind: Read, Key: Key(t.Unique())}}
	}
	return list
}

// Bank moves money between accounts, and reads all accounts at once. Balances come again and again, so that a read does not say whose write it
// saw: instead of a level the accounts have to keep their sum, which they do under snapshot isolation and all above it. Below that none may be negative.
func Bank(p Promise) models.Workload {
	return models.Workload{
		Name: bankName, Summary: "transfers between accounts, and reads of all accounts at once, which must add up to the same sum where a snapshot is promised",
		AccountOf: func(c *sim.Case) accounts.Checker {
			if p(c).Implies(isolation.SnapshotIsolation) {
				return accounts.BankTotal
			}
			return accounts.BankAccounts
		},
		Rate: 20, Keys: 5, Mix: []sim.Weight{{F: "transfer", Weight: 2}, {F: "read", Weight: 1}},
		Next: func(t *sim.Turn) sim.Op {
			if t.Pick() == "read" {
				return readAll(t)
			}
			all := accountsOf(t)
			draw := t.Rand(accountName)
			from, step, amount := draw.N(all), draw.Next().N(all-1), draw.Next().Next().N(5)
			return sim.Op{F: "transfer", Value: history.Object(map[string]history.Value{"from": history.Int(int64(1 + from)),
				"to": history.Int(int64(1 + (from+1+step)%all)), "amount": history.Int(int64(1 + amount))})}
		},
		Final: readAll,
	}
}

// accountsOf is how many accounts there are.
func accountsOf(t *sim.Turn) uint64 { return uint64(min(max(t.Keys, 2), MaxMops)) }

func readAll(t *sim.Turn) sim.Op {
	list := make([]int64, accountsOf(t))
	for i := range list {
		list[i] = int64(1 + i)
	}
	return sim.Op{F: "read", Value: history.Ints(list...)}
}
