package txn

import (
	"strconv"

	"simrun/history"
	"simrun/sim"
)

// form is how the operations of a workload look in the history.
type form struct {
	parse func(op sim.Op) (Txn, bool)
	done  func(op sim.Op, did Txn) history.Value
}

// formOf is that of a workload: lists and registers have transactions as check/txn reads them, and a bank has transfers and reads as
// check/accounts does.
func formOf(workload string) form {
	switch workload {
	case bankName:
		return form{parseBank, bankResult}
	case listAppendName:
		return form{parseTxn, func(_ sim.Op, did Txn) history.Value { return did.Value(true) }}
	}
	return form{parseTxn, func(_ sim.Op, did Txn) history.Value { return did.Value(false) }}
}

var kindNames = [...]string{Read: "r", Append: "append", Write: "w", Add: "add"}

// Value is the transaction in a history, with what its reads saw: of a list all elements, of a register its value; nothing is null. An addition
// has no form there.
func (t Txn) Value(lists bool) history.Value {
	mops := make([]history.Value, len(t))
	for i := range t {
		m, v := &t[i], history.Null
		switch {
		case m.Writes():
			v = history.Int(m.Arg)
		case lists && len(m.Seen) > 0:
			v = history.Ints(m.Seen...)
		case len(m.Seen) > 0:
			v = history.Int(m.Seen[0])
		}
		mops[i] = history.List(history.String(kindNames[m.Kind]), history.Int(int64(m.Key)), v)
	}
	return history.List(mops...)
}

// parseTxn reads the transaction of an operation that is to be done, whose reads have seen nothing yet.
func parseTxn(op sim.Op) (Txn, bool) {
	list, ok := op.Value.AsList()
	if !ok || op.F != "txn" || len(list) > MaxMops {
		return nil, false
	}
	t := make(Txn, len(list))
	for i, v := range list {
		if t[i], ok = parseMop(v); !ok {
			return nil, false
		}
	}
	return t, true
}

func parseMop(v history.Value) (m Mop, ok bool) {
	parts, _ := v.AsList()
	if len(parts) != 3 {
		return m, false
	}
	name, _ := parts[0].AsString()
	for kind, known := range kindNames {
		if name == known && name != "" {
			m.Kind = Kind(kind)
		}
	}
	key, isKey := parts[1].AsInt()
	arg, isArg := parts[2].AsInt()
	m.Key, m.Arg = Key(key), arg
	return m, isKey && (m.Kind == Read && parts[2].IsNull() || (m.Kind == Append || m.Kind == Write) && isArg)
}

// parseBank reads a transfer {"from": 1, "to": 2, "amount": 5}, or a read of a list of accounts.
func parseBank(op sim.Op) (t Txn, ok bool) {
	if op.F == "transfer" {
		var n [3]int64
		for i, name := range [...]string{"from", "to", "amount"} {
			v, _ := op.Value.Field(name)
			if n[i], ok = v.AsInt(); !ok {
				return nil, false
			}
		}
		return Txn{{Kind: Add, Key: Key(n[0]), Arg: -n[2]}, {Kind: Add, Key: Key(n[1]), Arg: n[2]}}, true
	}
	list, ok := op.Value.AsList()
	if op.F != "read" || len(list) > MaxMops {
		return nil, false
	}
	for _, v := range list {
		account, isInt := v.AsInt()
		t, ok = append(t, Mop{Kind: Read, Key: Key(account)}), ok && isInt
	}
	return t, ok
}

// bankResult is what a transfer or a read results in: a read in an object of balances by account.
func bankResult(op sim.Op, did Txn) history.Value {
	if op.F == "transfer" {
		return op.Value
	}
	balances := make(map[string]history.Value, len(did))
	for i := range did {
		balances[strconv.FormatInt(int64(did[i].Key), 10)] = history.Int(Balance(did[i].Seen))
	}
	return history.Object(balances)
}
