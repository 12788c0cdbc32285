// Package txn is what transactional stores share: transactions as lists of micro-operations, their encoding, the client that runs one after the
// other and records how each ended, and the workloads whose histories check/txn decides.
//
// Micro-operations and their histories are those of Elle (Kingsbury and Alvaro, VLDB 2020). Predicates are left out: a read names its keys, and
// check/txn knows dependencies between items alone.
package txn

import (
	"fmt"
	"slices"
	"strings"
)

// MaxMops is how many micro-operations a transaction has at most. Elle's generators make as many.
const MaxMops = 8

// Key names an object: a list, a register or an account. A store has all of them, and each holds nothing at first.
type Key int64

// Kind is what a micro-operation does. The zero value is none.
type Kind uint8

const (
	Read   Kind = 1 + iota // sees what the key holds
	Append                 // puts a value at the end of a list
	Write                  // replaces what a register holds
	Add                    // adds to an account, which may not go below zero: it reads what the key holds, and writes the sum
)

// Opening is what an account holds to which nobody has added anything.
const Opening = 10

// Mop is a micro-operation.
type Mop struct {
	Kind Kind
	Key  Key
	Arg  int64   // what is appended, written or added; 0 for a read
	Seen []int64 // of a read that was done, what the key held: the elements of a list, or one number; nil: nothing
}

// Writes reports whether the micro-operation changes its key.
func (m *Mop) Writes() bool { return m.Kind != Read }

// Reads reports whether what the micro-operation does depends on what its key holds, so that a store has to look. Of a list, an append writes all of it.
func (m *Mop) Reads() bool { return m.Kind != Write }

// Do carries out the micro-operation on what its key holds, and returns what it holds then; neither is ever changed in place. A read takes what
// it sees. It is false for an addition that would leave an account below zero: the whole transaction has to be aborted.
func (m *Mop) Do(held []int64) (then []int64, ok bool) {
	switch m.Kind {
	case Read:
		m.Seen = held
		return held, true
	case Append:
		return append(slices.Clip(held), m.Arg), true
	case Write:
		return []int64{m.Arg}, true
	}
	sum := Balance(held) + m.Arg
	return []int64{sum}, sum >= 0
}

// Balance is what an account holds.
func Balance(held []int64) int64 {
	if len(held) == 0 {
		return Opening
	}
	return held[0]
}

// Txn is a transaction: its micro-operations in their order, at most [MaxMops].
type Txn []Mop

// ReadOnly reports whether the transaction changes nothing.
func (t Txn) ReadOnly() bool { return !slices.ContainsFunc(t, func(m Mop) bool { return m.Writes() }) }

// Keys are those of the transaction, in order and each once.
func (t Txn) Keys() []Key { return t.keys(func(*Mop) bool { return true }) }

// WriteKeys are the keys that the transaction changes, in order and each once.
func (t Txn) WriteKeys() []Key { return t.keys((*Mop).Writes) }

func (t Txn) keys(of func(*Mop) bool) []Key {
	var keys []Key
	for i := range t {
		if of(&t[i]) {
			keys = append(keys, t[i].Key)
		}
	}
	slices.Sort(keys)
	return slices.Compact(keys)
}

// Clone is a copy that can be carried out without changing t.
func (t Txn) Clone() Txn { return slices.Clone(t) }

// String tells a person what a transaction does: "r 1, append 2 7, w 3 5, add 4 -1".
func (t Txn) String() string {
	var b strings.Builder
	for i := range t {
		m := &t[i]
		if i > 0 {
			b.WriteString(", ")
		}
		fmt.Fprintf(&b, "%s %d", kindNames[m.Kind], m.Key)
		if m.Writes() {
			fmt.Fprintf(&b, " %d", m.Arg)
		}
	}
	return b.String()
}
