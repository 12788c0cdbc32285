package twopc

import (
	"testing"

	"simrun/models/gateway"
	"simrun/models/modeltest"
	"simrun/models/txn"
	"simrun/sim"
)

func FuzzMessages(f *testing.F) {
	again := func(b []byte) ([]byte, bool) {
		m, ok := decode(b)
		return m.encode(), ok
	}
	id := ID{Node: 2, Boots: 1, Count: 7}
	modeltest.FuzzMessages(f, Describe, again,
		message{kind: kindDo, id: id, age: 5, number: 1, items: []item{{key: 3, kind: txn.Append, arg: 9}}}.encode(),
		message{kind: kindDid, id: id, life: 2, items: []item{{key: 3, kind: txn.Read, value: []int64{1, 2}}}}.encode(),
		message{kind: kindPrepare, id: id, life: 2, nodes: []sim.NodeID{1, 3}}.encode(),
		message{kind: kindVote, id: id, what: committed, at: 17}.encode(),
		message{kind: recordPrepared, id: id, nodes: []sim.NodeID{1}, items: []item{{key: 3, mode: 2, value: []int64{4}}}}.encode())
}

// People can read what is sent.
func TestDescribe(t *testing.T) {
	id := ID{Node: 2, Boots: 1, Count: 7}
	for _, c := range []struct {
		payload []byte
		want    string
	}{
		{message{kind: kindDid, id: id, items: []item{{key: 3, value: []int64{1, 2}}}}.encode(), "Did n2.1.7 3 = [1 2]"},
		{message{kind: kindDo, id: id, items: []item{{key: 3, kind: txn.Append, arg: 5}}}.encode(), "Do n2.1.7 append 3 5"},
		{message{kind: kindPeek, at: 2_000_000_000, items: []item{{key: 3, kind: txn.Read}}}.encode(), "Peek r 3 at 2.000s"},
		{message{kind: kindVote, id: id, what: committed, at: 1_000_000_000}.encode(), "Vote n2.1.7: commit at 1.000s"},
		{gateway.Answer(txn.Abort("too late")), "Aborted: too late"},
		{[]byte("nonsense"), "damaged message"},
	} {
		if got := Describe(c.payload); got != c.want {
			t.Errorf("%q, want %q", got, c.want)
		}
	}
}
