package specs

import (
	"fmt"
	"strconv"

	"simrun/check"
	"simrun/history"
	"simrun/internal/brief"
)

// Initial returns the operations that set an object from its own initial state to a
// value, for histories of objects that did not begin as the specification does: of a
// register that began as 0, write 0. Of objects that hold several values, the value is
// a list. The error says in one sentence why there are none.
func Initial(spec check.Spec, value history.Value) ([]history.Operation, error) {
	if of, ok := initials[spec.Name()]; ok {
		return of(value)
	}
	return nil, fmt.Errorf("%s has no initial value to set", spec.Name())
}

var initials = map[string]func(history.Value) ([]history.Operation, error){
	"register":       one("write"),
	"cas-register":   one("write"),
	"kv":             one("put"),
	"counter":        one("add"),
	"append-list":    each("append"),
	"log":            each("append"),
	"set":            each("add"),
	"queue":          each("enqueue"),
	"stack":          each("push"),
	"priority-queue": each("insert"),
	"multi-register": initialRegisters,
	"semaphore":      initialPermits,
	"bank":           initialBalances,
}

// Saw returns the value of a register that an operation found, if it tells one.
func Saw(op history.Operation) (history.Value, bool) { return sawRegister(op) }

// one sets the value by one operation.
func one(f string) func(history.Value) ([]history.Operation, error) {
	return func(v history.Value) ([]history.Operation, error) {
		return []history.Operation{{F: f, Input: v}}, nil
	}
}

// each adds the values of a list, one after the other.
func each(f string) func(history.Value) ([]history.Operation, error) {
	return func(v history.Value) ([]history.Operation, error) {
		list, ok := v.AsList()
		if !ok {
			return nil, fmt.Errorf("initial value: expected a list such as [1, 2], got %s", brief.Middle(v.String(), maxShown))
		}
		var ops []history.Operation
		for _, e := range list {
			ops = append(ops, history.Operation{F: f, Input: e})
		}
		return ops, nil
	}
}

// initialRegisters sets all registers of an object such as {"x": 0, "y": 0} in one transaction.
func initialRegisters(v history.Value) ([]history.Operation, error) {
	var steps []history.Value
	for key, value := range v.Members() {
		name := history.String(key)
		if n, err := strconv.ParseInt(key, 10, 64); err == nil {
			name = history.Int(n) // the members of an object have no other names than texts
		}
		steps = append(steps, history.List(history.String("w"), name, value))
	}
	if len(steps) == 0 {
		return nil, fmt.Errorf(`initial value: expected an object such as {"x": 0, "y": 0}, got %s`, brief.Middle(v.String(), maxShown))
	}
	txn := history.List(steps...)
	return []history.Operation{{F: "txn", Input: txn, Output: txn}}, nil
}

// initialPermits says how many permits there are.
func initialPermits(v history.Value) ([]history.Operation, error) {
	if n, ok := v.AsInt(); !ok || n < 0 || n > maxSum {
		return nil, fmt.Errorf("initial value: expected a number of permits, got %s", brief.Middle(v.String(), maxShown))
	}
	return []history.Operation{{F: setPermits, Input: v}}, nil
}

// initialBalances is a read, since that makes balances known.
func initialBalances(v history.Value) ([]history.Operation, error) {
	if !areBalances(v) {
		return nil, fmt.Errorf(`initial value: expected balances such as {"1": 10, "2": 10}, got %s`, brief.Middle(v.String(), maxShown))
	}
	return []history.Operation{{F: "read", Output: v}}, nil
}
