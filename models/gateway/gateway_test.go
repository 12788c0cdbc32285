package gateway_test

import (
	"testing"

	"simrun/models/gateway"
	"simrun/models/modeltest"
	"simrun/models/txn"
	"simrun/models/wire"
)

var transact = wire.Append(nil, 0x2a, txn.Txn{{Kind: txn.Read, Key: 1}, {Kind: txn.Add, Key: 2, Arg: -3}}.Append(nil))

func FuzzMessages(f *testing.F) {
	describe := func(b []byte) string {
		if text, ok := gateway.Describe(b); ok {
			return text + "."
		}
		return "another payload"
	}
	again := func(b []byte) ([]byte, bool) {
		t, ok := gateway.Open(b)
		return wire.Append(nil, 0x2a, t.Append(nil)), ok
	}
	modeltest.FuzzMessages(f, describe, again, transact, gateway.Answer(txn.Abort("too late")))
}

// People can read what is sent.
func TestDescribe(t *testing.T) {
	for _, c := range []struct {
		payload []byte
		want    string
	}{
		{transact, "Transact r 1, add 2 -3"},
		{gateway.Answer(txn.Commit(txn.Txn{{Kind: txn.Read, Key: 1, Seen: []int64{4}}})), `Committed [["r",1,[4]]]`},
		{gateway.Answer(txn.Abort("too late")), "Aborted: too late"},
		{gateway.Answer(txn.Lost("crashed")), "Unknown: crashed"},
		{[]byte("nonsense"), ""},
	} {
		if got, _ := gateway.Describe(c.payload); got != c.want {
			t.Errorf("%q, want %q", got, c.want)
		}
	}
}
