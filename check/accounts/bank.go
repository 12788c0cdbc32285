package accounts

import (
	"fmt"

	"simrun/check"
	"simrun/history"
)

// BankTotal asks whether all accounts of a bank always add up to the same sum, and whether
// none is negative. All reads have the same accounts. It holds of any system that reads a snapshot, even of an old one.
//
//	transfer {"from": 1, "to": 2, "amount": 5}     read → {"1": 5, "2": 15}
//
// The sum is that of the first read; --spec bank asks for linearizability too.
var BankTotal = Checker{
	Name:       "bank-total",
	Summary:    `accounts keep their sum, and none is negative: transfer {"from", "to", "amount"}, read → {account: balance, …}`,
	operations: []string{"transfer", "read"},
	accepts:    acceptsBank,
	count:      func(l *ledger) Report { return countBank(l, true) },
}

// BankAccounts asks less: whether no account is negative, and all reads have the same accounts. What they add up to is counted, and decides nothing. It
// is what transactions keep that do not read a snapshot, but add to accounts one by one (read committed).
var BankAccounts = Checker{
	Name:       "bank-accounts",
	Summary:    `no account is negative, whatever they add up to: transfer {"from", "to", "amount"}, read → {account: balance, …}`,
	operations: []string{"transfer", "read"},
	accepts:    acceptsBank,
	count:      func(l *ledger) Report { return countBank(l, false) },
}

func acceptsBank(op history.Operation) error {
	if op.F != "read" || op.Outcome != history.OK {
		return nil
	}
	some := false
	for name, v := range op.Output.Members() {
		n, isInt := v.AsInt()
		if !isInt || n > maxBalance || n < -maxBalance {
			return fmt.Errorf("account %s: expected an integer of at most %d, got %s", name, int64(maxBalance), quoted(v))
		}
		some = true
	}
	return expected(some, "read result", "{account: balance, …}", op.Output)
}

// maxBalance bounds balances, so that their sums don't overflow.
const maxBalance = 1 << 40

// countBank counts what reads saw. That the sum is another one is wrong if total.
func countBank(l *ledger, total bool) Report {
	var first *history.Operation
	var should int64
	var names map[string]bool
	r := Report{Verdict: check.Verdict{Outcome: check.Valid}}
	reads, wrong, negative, other := 0, 0, 0, 0
	blame := func(counter *int, reason string, core ...int) {
		if *counter++; r.Reason == "" {
			r.Outcome, r.Reason, r.Core = check.Violation, reason, core
		}
	}
	for i := range l.ops {
		op := &l.ops[i]
		if op.F != "read" || op.Outcome != history.OK {
			continue
		}
		reads++
		sum, accounts, below := int64(0), make(map[string]bool), ""
		for name, v := range op.Output.Members() {
			n, _ := v.AsInt()
			if sum, accounts[name] = sum+n, true; n < 0 && below == "" {
				below = fmt.Sprintf("account %s has %d in the read by %s", name, n, l.by(op))
			}
		}
		if first == nil {
			first, should, names = op, sum, accounts
		}
		switch {
		case below != "":
			blame(&negative, below, op.Invoke)
		case !sameNames(names, accounts):
			blame(&other, fmt.Sprintf("the read by %s has other accounts than that by %s", l.by(op), l.by(first)), op.Invoke, first.Invoke)
		case sum != should && !total:
			wrong++
		case sum != should:
			blame(&wrong, fmt.Sprintf("the accounts add up to %d in the read by %s, and to %d in that by %s", sum, l.by(op), should, l.by(first)), op.Invoke, first.Invoke)
		}
	}
	r.Figures = []Figure{{Name: "reads", Count: reads}, {Name: "wrong total", Count: wrong}, {Name: "negative", Count: negative}, {Name: "other accounts", Count: other}}
	if leak := leak(l, names); total && wrong > 0 && negative+other == 0 && leak != "" {
		r.Outcome, r.Core = check.Unknown, nil
		r.Reason = leak
	}
	if r.Outcome == check.Valid && reads == 0 && len(l.ops) > 0 {
		r.Outcome, r.Reason = check.Unknown, "nothing to decide: no read completed"
	}
	return r
}

// leak names a transfer between an account that reads see and one that they don't, so that
// the sum may change; "" if there is none.
func leak(l *ledger, names map[string]bool) string {
	for i := range l.ops {
		op := &l.ops[i]
		if op.F != "transfer" || op.Outcome == history.Fail {
			continue
		}
		inside := 0
		for side, account := range op.Input.Members() {
			name, isText := account.AsString()
			if !isText {
				name = account.String()
			}
			if (side == "from" || side == "to") && names[name] {
				inside++
			}
		}
		if inside == 1 {
			return fmt.Sprintf("the sum changes, but a transfer by %s is between an account that reads see and one that they don't", l.by(op))
		}
	}
	return ""
}

func sameNames(a, b map[string]bool) bool {
	if len(a) != len(b) {
		return false
	}
	for name := range a {
		if !b[name] {
			return false
		}
	}
	return true
}
