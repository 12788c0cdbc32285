package coord

import (
	"testing"

	"simrun/models/coord/api"
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
func do(m *machine, id uint64, ops ...api.Op) session.Result {
	next := m.revision + 1
	return m.Apply(next, session.Command, api.AppendCommand(nil, id, next, ops))
}

func wantPaths(t *testing.T, m *machine, dir string, want ...string) {
	t.Helper()
	items := m.query([]api.Op{api.List(dir)}).Items
	if len(items) != len(want) {
		t.Fatalf("%s has %v, want %q", dir, items, want)
	}
	for i := range want {
		if items[i].Path != want[i] {
			t.Errorf("child %d of %s is %s, want %s", i, dir, items[i].Path, want[i])
		}
	}
}

// Hunt et al. §2.1: the system removes ephemeral nodes "automatically when the session that creates them terminates".
func TestEphemeralNodesEndWithTheirSession(t *testing.T) {
	m := newMachine(t)
	do(m, 1, api.Ephemeral("/a/mine"))
	do(m, 2, api.Ephemeral("/a/yours"))
	do(m, 1, api.Put("/a/kept", 1))
	do(m, 0, api.Op{Kind: api.OpExpire, Number: 1})
	wantPaths(t, m, "/a", "/a/kept", "/a/yours")
	if r := do(m, 1, api.Ephemeral("/a/late")); r.Status != session.NoSession {
		t.Errorf("a session that has ended: %v", r)
	}
	if r := do(m, 2, api.Op{Kind: api.OpCreate, Path: "/a/late", Number: 1}); api.AnswerOf(r).Refused != api.NoOwner {
		t.Errorf("a node for a session that has ended: %v", r)
	}
	wantPaths(t, m, "/a", "/a/kept", "/a/yours")
}

// Hunt et al. §2.1: "If n is the new znode and p is the parent znode, then the sequence value of n is never smaller than the value in the
// name of any other sequential znode ever created under p."
func TestSequenceNumbersDoNotComeBack(t *testing.T) {
	m := newMachine(t)
	do(m, 1, api.EphemeralSequential("/q/a-"))
	do(m, 1, api.EphemeralSequential("/q/b-"))
	do(m, 1, api.Remove("/q/b-0000000002"))
	do(m, 1, api.EphemeralSequential("/q/a-"))
	wantPaths(t, m, "/q", "/q/a-0000000001", "/q/a-0000000003")
}

// A transaction does one of its branches, all of it or nothing.
func TestTransactions(t *testing.T) {
	m := newMachine(t)
	do(m, 1, api.Put("/x", 1))
	otherwise := func(o api.Op) api.Op { o.Otherwise = true; return o }
	if r := do(m, 1, api.Version("/x", 1), api.Absent("/y"), api.Put("/x", 2), otherwise(api.Put("/y", 9))); r.Status != session.OK {
		t.Errorf("the comparisons hold: %v", r)
	}
	if r := do(m, 1, api.Version("/x", 1), api.Put("/x", 3), otherwise(api.Get("/x"))); r.Status != session.Mismatch || api.AnswerOf(r).Items[0].Value != 2 {
		t.Errorf("the version is another: %v", r)
	}
	hash := m.hashInto(0)
	if r := do(m, 1, api.Put("/x", 4), api.Put("/z/a", 5), api.Remove("/nowhere")); api.AnswerOf(r).Refused != api.NoNode {
		t.Errorf("one operation is refused: %v", r)
	}
	if m.hashInto(0) != hash || m.tree.get("/z") != nil || m.tree.get("/x").value != 2 {
		t.Error("a refused transaction left something behind")
	}
	if r := do(m, 1, api.Remove("/x"), api.Put("/z/a", 5)); r.Status != session.OK {
		t.Errorf("no comparison: %v", r)
	}
	if r := do(m, 1, api.Remove("/z")); api.AnswerOf(r).Refused != api.NotEmpty {
		t.Errorf("a node with children: %v", r)
	}
}

// A transaction that is refused leaves nothing behind of any kind: no lease is granted or ended, no token raised, no change dropped, and no monitor hears of it.
func TestRefusedTransactionsLeaveNothing(t *testing.T) {
	m := newMachine(t)
	lease := api.AnswerOf(do(m, 1, api.Op{Kind: api.OpGrant, Value: 40})).Items[0].Created
	do(m, 1, api.Op{Kind: api.OpCreate, Path: "/l", Number: lease})
	before, events := m.hashInto(0), len(m.events)
	for _, o := range []api.Op{
		{Kind: api.OpGrant, Value: 40}, {Kind: api.OpExpire, Number: lease}, {Kind: api.OpStore, Path: "r", Number: 9, Value: 1}, {Kind: api.OpCompact, Number: m.revision},
	} {
		if r := do(m, 1, o, api.Remove("/nowhere")); api.AnswerOf(r).Refused != api.NoNode {
			t.Errorf("%v and a refused operation: %v", o, r)
		}
		if m.hashInto(0) != before || len(m.events) != events {
			t.Errorf("%v remained after its transaction was refused", o)
		}
	}
}

// Two servers that differ in anything that is replicated, and not only in the tree, have different hashes.
func TestHashSeesTheWholeState(t *testing.T) {
	same := newMachine(t)
	do(same, 1)
	for name, change := range map[string]func(m *machine){
		"a lease that only one has":   func(m *machine) { m.leases = m.leases[:1] },
		"a value of the resource":     func(m *machine) { m.resource.cell("r").value = 7 },
		"a token of the resource":     func(m *machine) { m.resource.cell("r").token = 7 },
		"changes that are dropped":    func(m *machine) { m.dropped = 1 },
		"a command that was repeated": func(m *machine) { m.requests.Once(1, 3, func() session.Result { return session.Result{Value: 7} }) },
	} {
		m := newMachine(t)
		change(m)
		if do(m, 1); m.hash == same.hash {
			t.Errorf("%s: the hash is the same", name)
		}
	}
}

// The resource takes no token that is smaller than one that it has seen, not even seen in a read (Kleppmann 2016).
func TestResourceFencesOff(t *testing.T) {
	m := newMachine(t)
	access := func(kind api.OpKind, token uint64, value int64) api.Refusal {
		return api.AnswerOf(do(m, 0, api.Op{Kind: kind, Path: "r", Number: token, Value: value})).Refused
	}
	for i, step := range []struct {
		kind  api.OpKind
		token uint64
		want  api.Refusal
	}{{api.OpLoad, 33, api.NotRefused}, {api.OpStore, 33, api.NotRefused}, {api.OpLoad, 34, api.NotRefused}, {api.OpStore, 33, api.StaleToken}, {api.OpStore, 34, api.NotRefused}} {
		if got := access(step.kind, step.token, int64(i)); got != step.want {
			t.Errorf("step %d: refusal %d, want %d", i, got, step.want)
		}
	}
	if got := m.query([]api.Op{{Kind: api.OpLoad, Path: "r"}}).Items[0].Value; got != 4 {
		t.Errorf("the resource holds %d, want what was written last", got)
	}
}

// Readers share the resource, whatever the order of their tokens; writers exclude all that have come before them, and readers that come too late.
func TestReadersShareTheResource(t *testing.T) {
	m := newMachine(t)
	for i, step := range []struct {
		kind  api.OpKind
		token uint64
		want  api.Refusal
	}{
		{api.OpShare, 20, api.NotRefused}, {api.OpShare, 10, api.NotRefused}, {api.OpStore, 15, api.StaleToken}, {api.OpStore, 20, api.NotRefused},
		{api.OpStore, 30, api.NotRefused}, {api.OpShare, 25, api.StaleToken}, {api.OpShare, 30, api.NotRefused},
	} {
		if got := api.AnswerOf(do(m, 0, api.Op{Kind: step.kind, Path: "r", Number: step.token, Value: int64(i)})).Refused; got != step.want {
			t.Errorf("step %d: %v, want %v", i, got, step.want)
		}
	}
}

// Hunt et al. §2.3: "all requests from a given client are executed in the order that they were sent by the client". A command that comes before one that was sent
// earlier is refused, and is done when it comes again.
func TestCommandsAreDoneInTheOrderOfTheirClient(t *testing.T) {
	m := newMachine(t)
	send := func(seq, after uint64) session.Result {
		return m.Apply(m.revision+1, session.Command, api.AppendCommand(nil, 1, seq, []api.Op{{Kind: api.OpAfter, Number: after}, api.EphemeralSequential("/q/e-")}))
	}
	if r := send(2, 1); api.AnswerOf(r).Refused != api.OutOfOrder {
		t.Errorf("the second command before the first: %v", r)
	}
	for seq := uint64(1); seq <= 2; seq++ {
		if r := send(seq, seq-1); r.Status != session.OK {
			t.Errorf("command %d in order: %v", seq, r)
		}
	}
	if r := send(1, 0); r.Status != session.Stale {
		t.Errorf("the first command again: %v", r)
	}
	wantPaths(t, m, "/q", "/q/e-0000000001", "/q/e-0000000002")
}

// Nodes that are attached to a lease go when it is revoked, and it can't be renewed any more.
func TestLeases(t *testing.T) {
	m := newMachine(t)
	id := api.AnswerOf(do(m, 1, api.Op{Kind: api.OpGrant, Value: 40})).Items[0].Created
	do(m, 2, api.Op{Kind: api.OpCreate, Path: "/l/a", Number: id})
	if a := m.query([]api.Op{{Kind: api.OpTouch, Number: id}}); a.Refused != api.NotRefused {
		t.Errorf("a renewal: %+v", a)
	}
	do(m, 1, api.Op{Kind: api.OpExpire, Number: id})
	wantPaths(t, m, "/l")
	if a := m.query([]api.Op{{Kind: api.OpTouch, Number: id}}); a.Refused != api.NoOwner {
		t.Errorf("a renewal of a lease that was revoked: %+v", a)
	}
}

// A leader counts the time of a session from when it was used last, and begins anew in each term.
func TestKeeper(t *testing.T) {
	var k keeper
	ticks := func(n int) (over []uint64) {
		for range n {
			over = append(over, k.tick(7, true, []lease{{1, api.SessionTicks}, {2, api.SessionTicks}})...)
		}
		return over
	}
	ticks(api.SessionTicks)
	k.used(lease{2, api.SessionTicks})
	if over := ticks(1); len(over) != 1 || over[0] != 1 {
		t.Errorf("sessions %v are over, want 1 alone", over)
	}
	if over := k.tick(8, true, []lease{{2, api.SessionTicks}}); len(over) > 0 {
		t.Errorf("a new leader ended %v at once", over)
	}
	if over := k.tick(8, false, []lease{{2, api.SessionTicks}}); len(over) > 0 {
		t.Errorf("a follower ended %v", over)
	}
}
