package percolator

import (
	"testing"

	"simrun/models/gateway"
	"simrun/models/modeltest"
	"simrun/models/txn"
)

func FuzzMessages(f *testing.F) {
	again := func(b []byte) ([]byte, bool) {
		m, ok := decode(b)
		return m.encode(), ok
	}
	modeltest.FuzzMessages(f, describe, again,
		message{kind: kindTimestamp}.encode(),
		message{kind: kindPrewrite, key: 3, start: 7, primary: 2, value: []int64{4, 5}}.encode(),
		message{kind: kindCheck, key: 3, start: 7, own: true}.encode(),
		message{kind: kindAnswer, status: locked, key: 3, start: 6, primary: 2}.encode(),
		message{kind: recordEnd, key: 3, start: 7, commit: 9}.encode(),
		gateway.Answer(txn.Abort("too late")))
}

// People can read what is sent.
func TestDescribe(t *testing.T) {
	for _, c := range []struct {
		payload []byte
		want    string
	}{
		{message{kind: kindTimestamp}.encode(), "Timestamp?"},
		{message{kind: kindGet, key: 3, start: 7}.encode(), "Get 3 at 7"},
		{message{kind: kindPrewrite, key: 3, start: 7, primary: 2, value: []int64{4, 5}}.encode(), "Prewrite 3 = [4 5] by T7, primary 2"},
		{message{kind: kindCommit, key: 3, start: 7, commit: 9}.encode(), "Commit 3 by T7 at 9"},
		{message{kind: kindResolve, key: 3, start: 7}.encode(), "Roll T7 back in 3"},
		{message{kind: kindResolve, key: 3, start: 7, commit: 9}.encode(), "Roll T7 forward in 3 at 9"},
		{message{kind: kindAnswer, status: conflict, start: 7}.encode(), "Answer conflict: T7"},
		{message{kind: kindAnswer, start: 7, value: []int64{4}}.encode(), "Answer done: T7 [4]"},
		{gateway.Answer(txn.Abort("too late")), "Aborted: too late"},
		{[]byte("nonsense"), "damaged message"},
	} {
		if got := describe(c.payload); got != c.want {
			t.Errorf("%q, want %q", got, c.want)
		}
	}
}
