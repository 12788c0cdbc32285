package maelstrom

import (
	"errors"

	"simrun/check"
	"simrun/check/specs"
	"simrun/history"
	"simrun/models"
	"simrun/sim"
	"simrun/sim/rng"
)

// listAppend are transactions that append to lists and read them.
func listAppend() *workload {
	return txn("txn-list-append", "transactions that append distinct elements to lists and read them; whole transactions must be linearizable, which is strict serializability", "append", specs.MultiList)
}

// rwRegister are transactions that write registers and read them.
func rwRegister() *workload {
	return txn("txn-rw-register", "transactions that write distinct values to registers and read them; whole transactions must be linearizable, which is strict serializability", "w", specs.MultiRegister)
}

// txn is a workload of transactions. Its keys change as time goes on, so that what a key holds stays short; the rate is low, since a search decides the history.
func txn(name, summary, change string, spec check.Spec) *workload {
	return &workload{
		Workload: models.Workload{
			Name: name, Summary: summary, Spec: spec, Rate: 5, Keys: 3, Mix: []sim.Weight{{F: "txn", Weight: 1}},
			Next: func(t *sim.Turn) sim.Op { return sim.Op{F: "txn", Value: transaction(t, change)} },
		},
		ask:     func(op sim.Op) []byte { return bodyOf("txn", field{"txn", op.Value}) },
		answers: map[string]answer{"txn": {"txn_ok", done}},
	}
}

const (
	mostSteps = 4 // of a transaction, as in Elle
	keysLast  = 6 // turns of a client
)

var (
	stepsName = rng.Of("maelstrom steps of a transaction")
	stepName  = rng.Of("maelstrom step")
)

// transaction draws the steps of a turn.
func transaction(t *sim.Turn, change string) history.Value {
	n := 1 + int(t.Rand(stepsName).N(mostSteps))
	first := t.Ordinal / keysLast * max(t.Keys, 1)
	draw := t.Rand(stepName)
	steps := make([]history.Value, n)
	for i := range steps {
		what, value := "r", history.Null
		if draw.Chance(1, 2) {
			what, value = change, history.Int(t.Unique()*mostSteps+int64(i))
		}
		draw = draw.Next()
		key := first + int(draw.N(uint64(max(t.Keys, 1))))
		draw = draw.Next()
		steps[i] = history.List(history.String(what), history.Int(int64(key)), value)
	}
	return history.List(steps...)
}

// done reads what a transaction did: its steps, with the values of the reads. Nothing in a list is null.
func done(asked, body history.Value) (history.Value, error) {
	in, _ := asked.Field("txn")
	out, _ := body.Field("txn")
	steps, _ := in.AsList()
	did, ok := out.AsList()
	if !ok || len(did) != len(steps) {
		return history.Null, errors.New(`its "txn" must have the steps of the request`)
	}
	for i := range did {
		want, _ := steps[i].AsList()
		got, _ := did[i].AsList()
		reads := want[0] == history.String("r")
		if len(got) != len(want) || got[0] != want[0] || got[1] != want[1] || !reads && got[2] != want[2] {
			return history.Null, errors.New(`its "txn" must have the steps of the request, with the values of the reads alone filled in`)
		}
		if n, isList := got[2].Len(); reads && isList && n == 0 {
			did[i] = history.List(got[0], got[1], history.Null)
		}
	}
	return history.List(did...), nil
}

// onlyReads reports whether a transaction changes nothing.
func onlyReads(txn history.Value) bool {
	steps, _ := txn.AsList()
	for _, s := range steps {
		if parts, _ := s.AsList(); parts[0] != history.String("r") {
			return false
		}
	}
	return true
}
