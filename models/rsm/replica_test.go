package rsm_test

import (
	"encoding/binary"
	"errors"
	"slices"
	"testing"

	"simrun/models/kv"
	"simrun/models/modeltest"
	"simrun/models/oplog"
	"simrun/models/rsm"
	"simrun/models/session"
	"simrun/models/wal"
	"simrun/sim"
)

// node is a replica whose protocol is what a test says. It keeps one number on its disk.
type node struct {
	rsm.Replica
	number uint64
}

func start(env *modeltest.Env) sim.Node {
	n := &node{Replica: rsm.New(env, wal.Options{Files: [2]string{"log", "log.copy"}, Magic: 1}, 1)}
	n.run(n.Recover())
	return n
}

// run begins to act, if the disk was read.
func (n *node) run(numbers []uint64, ok bool) {
	if ok {
		n.Role, n.number = "replica", numbers[0]
	}
}

func (n *node) Receive(sim.NodeID, []byte) {}

func (n *node) Request(from sim.Caller, payload []byte) {
	kind, body, _ := session.Open(payload)
	n.Propose(from, kind, body)
	n.Finish(n.number)
}

func (n *node) Timer(sim.TimerID) {
	n.run(n.Retry())
	n.Finish(n.number)
}

func (n *node) Synced(id sim.SyncID, err error) {
	n.Log.Synced(id, err)
	n.Finish(n.number)
}

// message is a message without content.
type message string

func (m message) Append(b []byte) []byte { return append(b, m...) }

type rig struct{ *modeltest.Rig }

func newRig(t *testing.T) rig {
	return rig{modeltest.New(t, 2, start, oplog.Monitors(2, "leader", "epoch"))}
}

func (r rig) node(id sim.NodeID) *node { return r.Nodes[id].(*node) }

// write asks n1 to write to a key.
func (r rig) write(key string, value int64) (call uint64) {
	c := kv.Command{Op: kv.Create, Key: []byte(key), Value: value}
	return r.Ask(1, session.Seal(c.Append(session.Begin(nil)), session.Command))
}

// want compares what became of a call; 0 is no answer yet.
func (r rig) want(call uint64, want session.Status) {
	r.T.Helper()
	var got session.Result
	if got.Decode(r.Envs[1].Replies[call]); got.Status != want {
		r.T.Errorf("call %d ends with %v, want status %x", call, got, want)
	}
}

// wire is what was sent, in order.
func (r rig) wire() (sent []string) {
	for _, m := range r.Wire {
		sent = append(sent, string(m.Payload))
	}
	return sent
}

// entries are the encodings of registrations, each of an epoch.
func entries(epochs ...oplog.Epoch) []byte {
	log := oplog.NewLog(0)
	for _, e := range epochs {
		log.Add(e, oplog.Kind(session.Register))
	}
	return log.Raw(1, log.Last())
}

// A client is answered when its entry is applied, in the order of the log, and with what the machine says.
func TestClientsAreAnsweredWhenTheirEntriesAreApplied(t *testing.T) {
	r := newRig(t)
	n := r.node(1)
	n.Enter(1)
	first, second := r.Ask(1, session.Seal(session.Begin(nil), session.Register)), r.write("x", 1)
	r.Sync(1)
	r.want(first, 0)
	if !n.Advance(1) {
		t.Error("the commit index does not move to 1")
	}
	r.want(first, session.Registered)
	r.want(second, 0)
	n.Advance(2)
	r.want(second, session.NoSession) // the command is of session 0, which nobody opened
	r.WantBroken()
}

// The commit index never goes back, and not beyond the log.
func TestCommitIndexStaysInTheLog(t *testing.T) {
	r := newRig(t)
	n := r.node(1)
	n.Put(0, entries(1, 1, 1))
	for _, step := range []struct {
		to    oplog.Index
		moved bool
		want  oplog.Index
	}{{2, true, 2}, {1, false, 2}, {9, true, 3}, {9, false, 3}} {
		if moved := n.Advance(step.to); moved != step.moved || n.Commit != step.want {
			t.Errorf("to %d: moved %v, commit %d; want %v, %d", step.to, moved, n.Commit, step.moved, step.want)
		}
	}
	if id, index, ok := n.AppliedUpTo(); id != 1 || index != 3 || !ok {
		t.Errorf("%v has applied %d, %v", id, index, ok)
	}
	r.WantBroken()
}

// Who no longer leads does not know what becomes of the requests, and says so. Later entries in their places answer nobody.
func TestDeposedLeaderAnswersThatItIsLost(t *testing.T) {
	r := newRig(t)
	n := r.node(1)
	n.Enter(1)
	done, lost := r.Ask(1, session.Seal(session.Begin(nil), session.Register)), r.write("x", 1)
	n.Advance(1)
	n.Depose()
	r.want(done, session.Registered)
	r.want(lost, session.Lost)
	delete(r.Envs[1].Replies, lost)
	n.Put(1, entries(2))
	n.Advance(2)
	r.want(lost, 0)
	n.Refer(sim.Caller{Call: 77}, 2)
	var got session.Result
	if got.Decode(r.Envs[1].Replies[77]); got != (session.Result{Status: session.NotLeader, Value: 2}) {
		t.Errorf("referred by %v", got)
	}
	r.WantBroken()
}

// Entries of another log replace those that differ, with all that follow; what is equal stays, so that a late copy of a message takes nothing away.
func TestEntriesOfAnotherLog(t *testing.T) {
	for _, tc := range []struct {
		name     string
		after    oplog.Index
		put      []byte
		n        oplog.Index
		want     []oplog.Epoch
		conflict bool
	}{
		{"more of them", 3, entries(2, 2), 2, []oplog.Epoch{1, 1, 1, 2, 2}, false},
		{"the same", 0, entries(1, 1, 1), 3, []oplog.Epoch{1, 1, 1}, false},
		{"fewer of them, late", 0, entries(1), 1, []oplog.Epoch{1, 1, 1}, false},
		{"others", 1, entries(2), 1, []oplog.Epoch{1, 2}, true},
		{"half equal", 0, entries(1, 1, 3, 3), 4, []oplog.Epoch{1, 1, 3, 3}, true},
		{"none", 3, nil, 0, []oplog.Epoch{1, 1, 1}, false},
		{"cut off", 3, entries(2)[:5], 0, []oplog.Epoch{1, 1, 1}, false},
	} {
		r := newRig(t)
		n := r.node(1)
		n.Put(0, entries(1, 1, 1))
		if got := n.Put(tc.after, tc.put); got != tc.n {
			t.Errorf("%s: %d entries, want %d", tc.name, got, tc.n)
		}
		var got []oplog.Epoch
		for i := oplog.Index(1); i <= n.Log.Last(); i++ {
			got = append(got, n.Log.Epoch(i))
		}
		if !slices.Equal(got, tc.want) || r.Marks[rsm.MarkConflict] != tc.conflict {
			t.Errorf("%s: epochs %v, conflict %v; want %v, %v", tc.name, got, r.Marks[rsm.MarkConflict], tc.want, tc.conflict)
		}
		r.WantBroken()
	}
}

// Another log that contradicts a committed entry means that the protocol is wrong, and the replica says so.
func TestCommittedEntriesAreNotCut(t *testing.T) {
	r := newRig(t)
	n := r.node(1)
	n.Put(0, entries(1, 1))
	n.Advance(2)
	n.Cut(3) // there is none
	if len(r.Envs[1].Fatals) > 0 {
		t.Errorf("%q, and nothing was cut", r.Envs[1].Fatals)
	}
	n.Cut(2)
	if got, want := r.Envs[1].Fatals, "another log contradicts entry 2, which is committed up to 2"; !slices.Equal(got, []string{want}) {
		t.Errorf("%q, want %q", got, want)
	}
}

// No message leaves before the disk holds the epoch that it is of; an acknowledgement waits for the log too.
func TestMessagesWaitForTheDisk(t *testing.T) {
	r := newRig(t)
	n := r.node(1)
	n.Enter(3)
	n.Send(2, message("hello"))
	n.Finish(7)
	if len(r.Wire) > 0 {
		t.Errorf("%q before the disk holds epoch 3", r.wire())
	}
	r.Sync(1)
	n.Send(2, message("again"))
	n.Finish(7)
	n.Put(0, entries(3))
	n.SendAck(2, message("have 1"), 1)
	n.Finish(7)
	if got, want := r.wire(), []string{"hello", "again"}; !slices.Equal(got, want) {
		t.Errorf("%q is sent, want %q", got, want)
	}
	r.Sync(1)
	if got, want := r.wire(), []string{"hello", "again", "have 1"}; !slices.Equal(got, want) {
		t.Errorf("%q is sent, want %q", got, want)
	}
	r.WantBroken()
}

// An acknowledgement of an older epoch is dropped: who leads the newer one may have cut what it speaks of.
func TestAcknowledgementsOfAnOlderEpochAreDropped(t *testing.T) {
	r := newRig(t)
	n := r.node(1)
	n.Enter(3)
	n.Put(0, entries(3))
	n.SendAck(2, message("have 1"), 1)
	n.Enter(4)
	n.Send(2, message("in 4"))
	n.Finish(0)
	r.Sync(1)
	if got, want := r.wire(), []string{"in 4"}; !slices.Equal(got, want) {
		t.Errorf("%q is sent, want %q", got, want)
	}
}

// After a restart a replica has the epoch, the numbers and the log that its disk held, and nothing else; what is committed it learns anew.
func TestRecovery(t *testing.T) {
	r := newRig(t)
	n := r.node(1)
	n.Enter(3)
	n.Put(0, entries(1, 3))
	n.Finish(7)
	r.Sync(1)
	n.Advance(2)
	n.Put(2, entries(3)) // is not synced
	n.Enter(9)
	n.Finish(8)
	r.Restart(1)
	if n = r.node(1); !n.Running() || n.Epoch != 3 || n.number != 7 || n.Log.Last() != 2 || n.Commit != 0 {
		t.Errorf("running %v in epoch %d with number %d and %d entries, %d of them committed", n.Running(), n.Epoch, n.number, n.Log.Last(), n.Commit)
	}
	if n.HashUpTo(2) == n.HashUpTo(1) || n.HashUpTo(0) != 0 {
		t.Error("the hashes of the log say nothing")
	}
	r.WantBroken()
}

// A replica whose disk refuses says nothing, and asks again; one whose disk is damaged stays halted.
func TestDisksThatRefuse(t *testing.T) {
	r := newRig(t)
	n := r.node(1)
	n.Enter(3)
	n.Put(0, entries(3))
	n.Finish(7)
	r.Sync(1)
	e := r.Envs[1]

	e.Refuse = errors.New("input/output error")
	r.Restart(1)
	n = r.node(1)
	n.Send(2, message("hello"))
	n.Finish(0)
	if _, waits := e.Timers[rsm.DiskTimer]; n.Running() || !waits || len(r.Wire) > 0 || n.Describe().Role != rsm.Halted {
		t.Errorf("running %v, waits %v, sent %q", n.Running(), waits, r.wire())
	}
	r.Fire(1, rsm.DiskTimer, 0)
	e.Refuse = nil
	r.Fire(1, rsm.DiskTimer, 0)
	if !n.Running() || n.Epoch != 3 || n.number != 7 {
		t.Errorf("running %v in epoch %d with number %d when the disk works", n.Running(), n.Epoch, n.number)
	}

	n.Put(1, entries(3))
	e.Refuse = errors.New("no space left")
	n.SendAck(2, message("have 2"), 2)
	n.Finish(7)
	if _, waits := e.Timers[rsm.DiskTimer]; !waits || slices.Contains(r.wire(), "have 2") {
		t.Errorf("waits %v, sent %q after the disk refused to write", waits, r.wire())
	}
	e.Refuse = nil
	r.Fire(1, rsm.DiskTimer, 0)
	r.Sync(1)
	if !slices.Contains(r.wire(), "have 2") {
		t.Errorf("%q is sent when the disk holds the entry", r.wire())
	}

	for _, name := range []string{"log", "log.copy"} {
		f := e.File(name)
		binary.LittleEndian.PutUint64(f.Data[20:], 1<<60)
	}
	r.Restart(1)
	r.Fire(1, rsm.DiskTimer, 0)
	if r.node(1).Running() {
		t.Error("runs with a damaged log")
	}
	if _, _, ok := r.node(1).AppliedUpTo(); ok {
		t.Error("a replica that halted is compared with the others")
	}
}
