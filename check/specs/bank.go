package specs

import (
	"fmt"
	"strings"

	"simrun/check"
	"simrun/history"
)

// Bank holds accounts between which money is transferred. A read sees all accounts that it
// names at once, so that the sum of all stays the same. No balance is ever negative.
//
//	transfer {"from": 1, "to": 2, "amount": 5}          → false: there was not enough
//	read → {"1": 5, "2": 15}                            some accounts, or all
//
// What the accounts held at first is known from the first read of each, or from the
// operations of [Initial].
var Bank = check.Define(check.Object[table]{
	Name:    "bank",
	Summary: `accounts: transfer {"from", "to", "amount"}, read → {account: balance, …}`,
	Step: func(accounts table, op history.Operation) (table, bool) {
		if op.F == "read" {
			return readBank(accounts, op)
		}
		t, _ := transferOf(op.Input)
		if refused(op) {
			balance, known := balanceOf(accounts, t.from)
			return accounts, !known || balance < t.amount
		}
		next, enough := withBalance(accounts, t.from, -t.amount)
		if !enough {
			return accounts, false
		}
		return withBalance(next, t.to, t.amount)
	},
	Equal: table.equal,
	Hash:  table.hash,
	Accepts: func(op history.Operation) error {
		switch op.F {
		case "transfer":
			if _, ok := transferOf(op.Input); !ok {
				return want(false, "transfer argument", `{"from": account, "to": account, "amount": integer from 0}`, op.Input)
			}
			if op.Output != op.Input {
				return want(isFlag(op.Output), "transfer result", "true, false or nothing", op.Output)
			}
			return nil
		case "read":
			return want(op.Outcome == history.Info || areBalances(op.Output), "read result", "{account: balance, …}", op.Output)
		}
		return has(op.F, "transfer", "read")
	},
	Contradict: contradictBank,
	Explain:    explainBank,
	DescribeState: func(accounts table) string {
		var parts []string
		for _, e := range accounts.entries() {
			if name, _ := e.key.AsString(); !isChange(e.value) {
				parts = append(parts, fmt.Sprintf("%s: %v", name, e.value))
			} else {
				parts = append(parts, fmt.Sprintf("%s: as at first, and %v more", name, changeOf(e.value)))
			}
		}
		return strings.Join(parts, ", ")
	},
})

// transfer is the argument of an operation that moves money.
type transfer struct {
	from, to history.Value // the names of the accounts, as texts
	amount   int64
}

func transferOf(v history.Value) (t transfer, ok bool) {
	found := 0
	for name, value := range v.Members() {
		switch name {
		case "from":
			t.from = accountName(value)
		case "to":
			t.to = accountName(value)
		case "amount":
			n, isInt := value.AsInt()
			if t.amount = n; !isInt || n < 0 || n > maxSum {
				return t, false
			}
		default:
			continue
		}
		found++
	}
	return t, found == 3
}

// accountName is the name of an account as in what a read returns, where names are texts.
func accountName(v history.Value) history.Value {
	if _, isText := v.AsString(); isText {
		return v
	}
	return history.String(v.String())
}

// areBalances reports whether v is an object of integers that can be added up.
func areBalances(v history.Value) bool {
	some := false
	for _, balance := range v.Members() {
		n, isInt := balance.AsInt()
		if !isInt || abs(n) > maxSum>>20 {
			return false
		}
		some = true
	}
	return some
}

// The balance of an account is an integer once it is known. Before, its entry is a list of
// one integer: how it changed so far.
func isChange(v history.Value) bool { _, isList := v.AsList(); return isList }

func changeOf(v history.Value) int64 {
	list, _ := v.AsList()
	if len(list) == 0 {
		return 0
	}
	n, _ := list[0].AsInt()
	return n
}

// balanceOf returns the balance of an account, if it is known.
func balanceOf(accounts table, name history.Value) (balance int64, known bool) {
	v, there := accounts.get(name)
	if !there || isChange(v) {
		return 0, false
	}
	return v.AsInt()
}

// withBalance changes the balance of an account. It reports false if that is known, and would be negative.
func withBalance(accounts table, name history.Value, by int64) (table, bool) {
	if balance, known := balanceOf(accounts, name); known {
		return accounts.with(name, history.Int(balance+by)), balance+by >= 0
	}
	v, _ := accounts.get(name)
	return accounts.with(name, history.List(history.Int(changeOf(v)+by))), true
}

// readBank compares what a read saw with the balances that are known, and learns the others.
func readBank(accounts table, op history.Operation) (table, bool) {
	if op.Outcome == history.Info {
		return accounts, true
	}
	for name, v := range op.Output.Members() {
		seen, _ := v.AsInt()
		if balance, known := balanceOf(accounts, history.String(name)); seen < 0 || known && balance != seen {
			return accounts, false
		}
		accounts = accounts.with(history.String(name), v)
	}
	return accounts, true
}

// explainBank returns why the culprit can't have seen the balances that it saw: one is
// negative, or they add up to another sum than before.
func explainBank(f *check.Finding) string {
	if f.Culprit.F != "read" {
		return ""
	}
	inside := make(map[history.Value]bool)
	for name, v := range f.Culprit.Output.Members() {
		if balance, _ := v.AsInt(); balance < 0 {
			return fmt.Sprintf("account %s has %d", name, balance)
		}
		inside[history.String(name)] = true
	}
	for _, op := range f.Earlier() {
		if t, ok := transferOf(op.Input); op.F == "transfer" && ok && inside[t.from] != inside[t.to] {
			return "" // the sum may change
		}
	}
	sum := sumOf(f.Culprit.Output)
	for _, op := range f.Others {
		if op.F == "read" && sameAccounts(op.Output, inside) && sumOf(op.Output) != sum {
			return fmt.Sprintf("these add up to %d, and to %d when %s read them, by %s; transfers keep the sum", sum, sumOf(op.Output), f.Who(op), f.By(op))
		}
	}
	return ""
}

func sumOf(balances history.Value) (sum int64) {
	for _, v := range balances.Members() {
		n, _ := v.AsInt()
		sum += n
	}
	return sum
}

// sameAccounts reports whether a read saw exactly these accounts.
func sameAccounts(balances history.Value, names map[history.Value]bool) bool {
	n := 0
	for name := range balances.Members() {
		if n++; !names[history.String(name)] {
			return false
		}
	}
	return n == len(names)
}
