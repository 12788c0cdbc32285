package kv

import (
	"bytes"
	"testing"

	"pgregory.net/rapid"

	"simrun/models/session"
)

// A machine that takes over the state of another answers like it, repeated commands included, and saves the same bytes.
func TestRestoredMachineIsTheSame(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b := NewMachine(), NewMachine()
		seqs := map[uint64]uint64{}
		for index := uint64(1); index <= uint64(rapid.IntRange(1, 40).Draw(t, "entries")); index++ {
			if index < 3 {
				a.Apply(index, session.Register, nil)
				continue
			}
			id := uint64(rapid.IntRange(1, 2).Draw(t, "session"))
			seqs[id] += uint64(rapid.IntRange(0, 1).Draw(t, "next"))
			c := Command{Session: id, Seq: seqs[id], Op: Op(rapid.IntRange(1, 3).Draw(t, "op")), Value: int64(index), Key: []byte(rapid.SampledFrom([]string{"x", "y", "long key"}).Draw(t, "key"))}
			if index == 20 {
				saved := a.AppendState(nil)
				if !b.RestoreState(saved) || !bytes.Equal(b.AppendState(nil), saved) {
					t.Fatal("the state is another after it was saved and restored")
				}
			}
			got := a.Apply(index, session.Command, c.Append(nil))
			if index >= 20 && b.Apply(index, session.Command, c.Append(nil)) != got {
				t.Fatalf("entry %d has another result", index)
			}
			if index >= 20 && !bytes.Equal(a.AppendState(nil), b.AppendState(nil)) {
				t.Fatalf("entry %d makes another state", index)
			}
		}
	})
}

// What is cut off is refused, not half taken over.
func TestRestoreStateThatIsCutOff(t *testing.T) {
	m := NewMachine()
	m.Apply(1, session.Register, nil)
	c := Command{Session: 1, Seq: 1, Op: Write, Value: 7, Key: []byte("x")}
	m.Apply(2, session.Command, c.Append(nil))
	b := m.AppendState(nil)
	whole := 0
	for end := range b {
		var other Machine
		if other.RestoreState(b[:end]) {
			whole++ // where the keys begin, which are as many as there are
		}
	}
	if whole != 1 {
		t.Errorf("%d beginnings of a state are taken for whole, want that without keys", whole)
	}
}
