package recipe

import (
	"strconv"

	"simrun/check/specs"
	"simrun/history"
	"simrun/models"
	"simrun/models/coord/api"
	"simrun/sim"
	"simrun/sim/rng"
)

const (
	bankKey      = "bank" // of the operations
	bankAccounts = 4
	firstBalance = 20 // of an account that was not written yet
)

var transferName = rng.Of("transfer")

// bank is the workload of transactions: transfers between accounts, each of which is a node. A transfer sets two nodes, if both have the version that the
// client has read.
func bank() models.Workload {
	return models.Workload{
		Name:    "bank",
		Spec:    specs.Bank,
		Summary: "transfers between accounts, each a transaction on two nodes, and reads of all accounts at once",
		Rate:    10,
		Keys:    1,
		Mix:     []sim.Weight{{F: "transfer", Weight: 2}, {F: "read", Weight: 1}},
		Next: func(t *sim.Turn) sim.Op {
			o := sim.Op{F: t.Pick(), Key: bankKey}
			if o.F == "transfer" {
				draw := t.Rand(transferName)
				from, step, amount := draw.N(bankAccounts), draw.Next().N(bankAccounts-1), draw.Next().Next().N(9)
				o.Value = history.Object(map[string]history.Value{"from": history.Int(int64(1 + from)),
					"to": history.Int(int64(1 + (from+1+step)%bankAccounts)), "amount": history.Int(int64(1 + amount))})
			}
			return o
		},
	}
}

// doBank does an operation of the workload bank.
func (cl *client) doBank(o sim.Op) {
	for {
		a, err := cl.Read(api.List("/bank"))
		if err != nil {
			cl.c.Fail(err.Error())
			return
		}
		if o.F == "read" {
			all := make(map[string]history.Value)
			for i := range bankAccounts {
				all[strconv.Itoa(1+i)] = history.Int(balance(a.Items, int64(1+i)).Value)
			}
			cl.c.OK(history.Object(all))
			return
		}
		if cl.transfer(o, a.Items) {
			return
		}
	}
}

// balance is an account among the nodes that were read.
func balance(nodes []api.Item, account int64) api.Item {
	path := "/bank/" + strconv.FormatInt(account, 10)
	for _, i := range nodes {
		if i.Path == path {
			return i
		}
	}
	return api.Item{Path: path, Value: firstBalance}
}

// transfer makes a transfer between accounts as they were read; false if they have changed since.
func (cl *client) transfer(o sim.Op, nodes []api.Item) bool {
	argument := map[string]int64{}
	for name, v := range o.Value.Members() {
		argument[name], _ = v.AsInt()
	}
	from, to, amount := balance(nodes, argument["from"]), balance(nodes, argument["to"]), argument["amount"]
	if from.Value < amount {
		cl.c.OK(history.Bool(false))
		return true
	}
	a, uncertain, err := cl.Commit(api.PutAt(from.Path, from.Value-amount, from.Version), api.PutAt(to.Path, to.Value+amount, to.Version))
	if err == nil && a.Refused == api.BadVersion {
		return false
	}
	cl.ended(o, uncertain, err)
	return true
}
