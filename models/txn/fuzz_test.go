package txn

import (
	"bytes"
	"testing"
)

// What is decoded encodes to the same bytes, and nothing makes a decoder panic.
func FuzzDecode(f *testing.F) {
	f.Add(Txn{{Kind: Read, Key: 1, Seen: []int64{1, 2}}, {Kind: Append, Key: 2, Arg: 3}}.Append(nil))
	f.Add(Commit(Txn{{Kind: Write, Key: 1, Arg: 7}}).Append(nil))
	f.Add(Abort("a conflict").Append(nil))
	f.Add(AppendValue(nil, []int64{1, 2, 3}))
	f.Fuzz(func(t *testing.T, b []byte) {
		if tx, rest, ok := Decode(b); ok {
			if again := tx.Append(nil); !bytes.Equal(again, b[:len(b)-len(rest)]) {
				t.Errorf("transaction %x became %x", b, again)
			}
		}
		if o, ok := DecodeOutcome(b); ok {
			if again := o.Append(nil); !bytes.Equal(again, b) {
				t.Errorf("outcome %x became %x", b, again)
			}
		}
		if held, rest, ok := DecodeValue(b); ok {
			if again := AppendValue(nil, held); !bytes.Equal(again, b[:len(b)-len(rest)]) {
				t.Errorf("value %x became %x", b, again)
			}
		}
	})
}
