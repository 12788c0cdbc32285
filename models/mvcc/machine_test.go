package mvcc

import (
	"testing"

	"simrun/models/raft"
	"simrun/models/session"
	"simrun/models/txn"
	"simrun/sim"
)

// fixed is an environment of which a machine uses nothing but options, bugs, facts and marks.
type fixed struct {
	raft.Environment
	level string
	marks map[string]bool
}

func (e fixed) Option(sim.OptionName) string { return e.level }
func (fixed) Bug(sim.BugName) bool           { return false }
func (fixed) Report(sim.Fact)                {}
func (e fixed) Sometimes(mark string)        { e.marks[mark] = true }

// at is a machine at an index, with keys 1 and 2 written at the indices that are given.
func at(t *testing.T, level string, index uint64, written ...uint64) *machine {
	t.Helper()
	m := newMachine(fixed{level: level, marks: map[string]bool{}})
	m.Apply(1, session.Register, nil)
	next := uint64(2)
	for i, w := range written {
		c := command{session: 1, seq: uint64(i + 1), writes: txn.Txn{{Kind: txn.Write, Key: txn.Key(i + 1), Arg: int64(w)}}}
		if r := m.Apply(w, session.Command, c.append(nil)); r.Status != session.OK || w < next {
			t.Fatalf("key %d: %v", i+1, r)
		}
		next = w
	}
	m.applied = index
	return m
}

// What each level validates: key 1 was written at 10, and key 2 at 20.
func TestWhatLevelsValidate(t *testing.T) {
	write := func(k txn.Key) txn.Txn { return txn.Txn{{Kind: txn.Write, Key: k, Arg: 1}} }
	for _, c := range []struct {
		name                        string
		command                     command
		strict, snapshot, committed bool // whether it commits
	}{
		{"nothing read", command{writes: write(2)}, true, true, true},
		{"its key was written before its snapshot", command{snapshot: 15, seen: []seen{{1, 15, false}}, writes: write(1)}, true, true, true},
		{"its key was written since its snapshot", command{snapshot: 15, seen: []seen{{2, 15, false}}, writes: write(2)}, false, false, true},
		{"what it read was written since", command{snapshot: 15, seen: []seen{{2, 15, false}}, writes: write(1)}, false, true, true},
		{"it has shown its own write on an old version", command{snapshot: 15, seen: []seen{{2, 15, true}}, writes: write(2)}, false, false, false},
		{"it has shown its own write on the latest", command{snapshot: 15, seen: []seen{{2, 20, true}}, writes: write(2)}, false, false, true},
	} {
		for level, commits := range map[string]bool{strictSerializable: c.strict, snapshotIsolation: c.snapshot, readCommitted: c.committed} {
			if _, conflicts := at(t, level, 25, 10, 20).conflict(&c.command); conflicts == commits {
				t.Errorf("%s at %s: conflict %v", c.name, level, conflicts)
			}
		}
	}
}

// All of a transaction takes effect or nothing, it is seen from its index on, and once.
func TestCommit(t *testing.T) {
	m := at(t, snapshotIsolation, 25)
	moves := command{session: 1, seq: 1, writes: txn.Txn{{Kind: txn.Add, Key: 1, Arg: 5}, {Kind: txn.Add, Key: 2, Arg: -txn.Opening - 1}}}
	if r := m.Apply(26, session.Command, moves.append(nil)); r.Status != session.Absent || m.latest(1) != 0 {
		t.Errorf("more than there is was moved: %v", r)
	}
	moves.seq, moves.writes[1].Arg = 2, -5
	for _, index := range []uint64{27, 28} {
		if r := m.Apply(index, session.Command, moves.append(nil)); r.Status != session.OK || r.Value != 27 {
			t.Errorf("at %d: %v", index, r)
		}
	}
	for index, want := range map[uint64]int64{26: txn.Opening, 27: 5, 28: 5} {
		held, _, ok := txn.DecodeValue([]byte(m.read(query{2, index}).Body))
		if got := txn.Balance(held); !ok || got != want {
			t.Errorf("at %d there is %d, want %d", index, got, want)
		}
	}
	if m.applied = 28 + retained; m.read(query{2, 27}).Status != session.Mismatch {
		t.Error("a snapshot is read that may be collected")
	}
}
