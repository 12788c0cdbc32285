package coord

import (
	"testing"

	"simrun/models/modeltest"
	"simrun/models/session"
	"simrun/sim"
)

// newMachine returns a machine in which the sessions 1 and 2 are open.
func newMachine(t *testing.T, bugs ...sim.BugName) *machine {
	m := &machine{used: func(lease) {}}
	modeltest.New(t, 1, func(env *modeltest.Env) sim.Node {
		m.env = env
		return boot(env)
	}, nil, bugs...)
	m.Apply(1, session.Register, nil)
	m.Apply(2, session.Register, nil)
	return m
}

// do applies a command of a session as the next entry of the log. Its number in the session is the index of the entry.
func do(m *machine, id uint64, ops ...op) session.Result {
	next := m.revision + 1
	return m.Apply(next, session.Command, appendCommand(nil, id, next, ops))
}

func wantPaths(t *testing.T, m *machine, dir string, want ...string) {
	t.Helper()
	items := m.query([]op{list(dir)}).items
	if len(items) != len(want) {
		t.Fatalf("%s has %v, want %q", dir, items, want)
	}
	for i := range want {
		if items[i].path != want[i] {
			t.Errorf("child %d of %s is %s, want %s", i, dir, items[i].path, want[i])
		}
	}
}

// Hunt et al. §2.2: "The system will remove ephemeral nodes automatically when the session that creates them terminates".
func TestEphemeralNodesEndWithTheirSession(t *testing.T) {
	m := newMachine(t)
	do(m, 1, ephemeral("/a/mine"))
	do(m, 2, ephemeral("/a/yours"))
	do(m, 1, put("/a/kept", 1))
	do(m, 0, op{kind: opExpire, number: 1})
	wantPaths(t, m, "/a", "/a/kept", "/a/yours")
	if r := do(m, 1, ephemeral("/a/late")); r.Status != session.NoSession {
		t.Errorf("a session that has ended: %v", r)
	}
	if r := do(m, 2, op{kind: opCreate, path: "/a/late", number: 1}); answerOf(r).refused != noOwner {
		t.Errorf("a node for a session that has ended: %v", r)
	}
	wantPaths(t, m, "/a", "/a/kept", "/a/yours")
}

// Hunt et al. §2.2: "If n is the new znode and p is the parent znode, then the sequence value of n is never smaller than the value in the
// name of any other sequential znode ever created under p."
func TestSequenceNumbersDoNotComeBack(t *testing.T) {
	m := newMachine(t)
	do(m, 1, ephemeralSequential("/q/a-"))
	do(m, 1, ephemeralSequential("/q/b-"))
	do(m, 1, remove("/q/b-0000000002"))
	do(m, 1, ephemeralSequential("/q/a-"))
	wantPaths(t, m, "/q", "/q/a-0000000001", "/q/a-0000000003")
}

// A transaction does one of its branches, all of it or nothing.
func TestTransactions(t *testing.T) {
	m := newMachine(t)
	do(m, 1, put("/x", 1))
	otherwise := func(o op) op { o.otherwise = true; return o }
	if r := do(m, 1, version("/x", 1), absent("/y"), put("/x", 2), otherwise(put("/y", 9))); r.Status != session.OK {
		t.Errorf("the comparisons hold: %v", r)
	}
	if r := do(m, 1, version("/x", 1), put("/x", 3), otherwise(get("/x"))); r.Status != session.Mismatch || answerOf(r).items[0].value != 2 {
		t.Errorf("the version is another: %v", r)
	}
	hash := m.tree.hash
	if r := do(m, 1, put("/x", 4), put("/z/a", 5), remove("/nowhere")); answerOf(r).refused != noNode {
		t.Errorf("one operation is refused: %v", r)
	}
	if m.tree.hash != hash || m.tree.get("/z") != nil || m.tree.get("/x").value != 2 {
		t.Error("a refused transaction left something behind")
	}
	if r := do(m, 1, remove("/x"), put("/z/a", 5)); r.Status != session.OK {
		t.Errorf("no comparison: %v", r)
	}
	if r := do(m, 1, remove("/z")); answerOf(r).refused != notEmpty {
		t.Errorf("a node with children: %v", r)
	}
}

// The resource takes no token that is smaller than one that it has seen, not even seen in a read (Kleppmann 2016).
func TestResourceFencesOff(t *testing.T) {
	m := newMachine(t)
	access := func(kind opKind, token uint64, value int64) refusal {
		return answerOf(do(m, 0, op{kind: kind, path: "r", number: token, value: value})).refused
	}
	for i, step := range []struct {
		kind  opKind
		token uint64
		want  refusal
	}{{opLoad, 33, notRefused}, {opStore, 33, notRefused}, {opLoad, 34, notRefused}, {opStore, 33, staleToken}, {opStore, 34, notRefused}} {
		if got := access(step.kind, step.token, int64(i)); got != step.want {
			t.Errorf("step %d: refusal %d, want %d", i, got, step.want)
		}
	}
	if got := m.query([]op{{kind: opLoad, path: "r"}}).items[0].value; got != 4 {
		t.Errorf("the resource holds %d, want what was written last", got)
	}
}

// Nodes that are attached to a lease go when it is revoked, and it can't be renewed any more.
func TestLeases(t *testing.T) {
	m := newMachine(t)
	id := answerOf(do(m, 1, op{kind: opGrant, value: 40})).items[0].created
	do(m, 2, op{kind: opCreate, path: "/l/a", number: id})
	if a := m.query([]op{{kind: opTouch, number: id}}); a.refused != notRefused {
		t.Errorf("a renewal: %+v", a)
	}
	do(m, 1, op{kind: opExpire, number: id})
	wantPaths(t, m, "/l")
	if a := m.query([]op{{kind: opTouch, number: id}}); a.refused != noOwner {
		t.Errorf("a renewal of a lease that was revoked: %+v", a)
	}
}

// A leader counts the time of a session from when it was used last, and begins anew in each term.
func TestKeeper(t *testing.T) {
	var k keeper
	ticks := func(n int) (over []uint64) {
		for range n {
			over = append(over, k.tick(7, true, []lease{{1, sessionTicks}, {2, sessionTicks}})...)
		}
		return over
	}
	ticks(sessionTicks)
	k.used(lease{2, sessionTicks})
	if over := ticks(1); len(over) != 1 || over[0] != 1 {
		t.Errorf("sessions %v are over, want 1 alone", over)
	}
	if over := k.tick(8, true, []lease{{2, sessionTicks}}); len(over) > 0 {
		t.Errorf("a new leader ended %v at once", over)
	}
	if over := k.tick(8, false, []lease{{2, sessionTicks}}); len(over) > 0 {
		t.Errorf("a follower ended %v", over)
	}
}
