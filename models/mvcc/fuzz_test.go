package mvcc

import (
	"bytes"
	"testing"

	"simrun/models/txn"
)

// What is decoded encodes to the same bytes.
func FuzzDecode(f *testing.F) {
	c := command{7, 2, 40, []seen{{1, 40, false}, {2, 41, true}}, txn.Txn{{Kind: txn.Append, Key: 2, Arg: 9}}}
	f.Add(c.append(nil))
	f.Add(query{3, 40}.append(nil))
	f.Fuzz(func(t *testing.T, b []byte) {
		var c command
		if c.decode(b) {
			if again := c.append(nil); !bytes.Equal(again, b) {
				t.Errorf("command %x became %x", b, again)
			}
			_ = c.String()
		}
		var q query
		if q.decode(b) {
			if again := q.append(nil); !bytes.Equal(again, b) {
				t.Errorf("query %x became %x", b, again)
			}
			_ = q.String()
		}
		_, _ = describe(b)
	})
}
