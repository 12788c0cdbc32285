package multipaxos

import (
	"fmt"
	"testing"
	"time"

	"simrun/models/ballot"
	"simrun/models/kv"
	"simrun/models/modeltest"
	"simrun/models/oplog"
	"simrun/models/session"
	"simrun/models/wire"
	"simrun/sim"
)

func rig(t *testing.T, nodes int, bugs ...sim.BugName) *modeltest.Rig {
	return modeltest.New(t, nodes, func(env *modeltest.Env) sim.Node { return start(env) }, monitors(&sim.Case{Nodes: nodes}), bugs...)
}

func at(r *modeltest.Rig, id sim.NodeID) *node { return r.Nodes[id].(*node) }

// elect makes a node leader, with the help of those that are named.
func elect(t *testing.T, r *modeltest.Rig, id sim.NodeID, among ...sim.NodeID) {
	t.Helper()
	r.Fire(id, timerElect, time.Second)
	r.Settle(nil, among...)
	if at(r, id).role != roleLeader {
		t.Fatalf("%v is %s", id, at(r, id).role)
	}
}

func write(key string, value int64) []byte {
	c := kv.Command{Op: kv.Write, Key: []byte(key), Value: value}
	return session.Seal(c.Append(session.Begin(nil)), session.Command)
}

// accepts keeps back what a leader proposes to others.
func accepts(m modeltest.Envelope) bool { return wire.Kind(m.Payload) == kindAccept }

// A command is chosen when a majority has it on disk, and not before.
func TestChosenByAMajority(t *testing.T) {
	r := rig(t, 3)
	elect(t, r, 1, 1, 2, 3)
	r.Ask(1, session.Seal(session.Begin(nil), session.Register))
	r.Sync(1)
	if at(r, 1).commit != 0 {
		t.Fatal("chosen by one")
	}
	r.Settle(nil, 1, 2)
	if at(r, 1).commit != 1 {
		t.Fatalf("%d slots are chosen", at(r, 1).commit)
	}
}

// §3: a new leader proposes what may have been chosen, and no-ops in the gaps.
func TestNewLeaderFillsGaps(t *testing.T) {
	for _, gaps := range []bool{false, true} {
		var bugs []sim.BugName
		if gaps {
			bugs = append(bugs, bugGaps)
		}
		r := rig(t, 3, bugs...)
		elect(t, r, 1, 1, 2, 3)
		r.Ask(1, write("x", 1))
		r.Sync(1)
		r.Take(accepts) // slot 1 is lost
		r.Ask(1, write("y", 2))
		r.Sync(1)
		for _, m := range r.Take(accepts) {
			if m.To == 2 {
				r.Deliver(m) // slot 2 reaches n2
			}
		}
		r.Sync(2)
		r.Take(func(modeltest.Envelope) bool { return true })
		elect(t, r, 2, 2, 3)
		want := map[bool]uint64{false: 2, true: 0}[gaps]
		if got := uint64(at(r, 2).commit); got != want {
			t.Errorf("leaving gaps %v: %d slots are chosen, want %d", gaps, got, want)
		}
		if !gaps && (at(r, 2).at(1).kind != 0 || at(r, 2).at(2).kind != session.Command) {
			t.Errorf("slot 1 is %x, slot 2 %x", at(r, 2).at(1).kind, at(r, 2).at(2).kind)
		}
	}
}

// offer lets n2 be sent proposals in a ballot of n3's, for these slots.
func offer(r *modeltest.Rig, slots ...oplog.Index) {
	var body []byte
	for _, i := range slots {
		p := proposal{slot: i, kind: session.Command, data: fmt.Append(nil, "command ", i)}
		body = p.append(body)
	}
	r.Deliver(modeltest.Envelope{From: 3, To: 2, Payload: message{Ballot: ballot.Of(1, 3), Body: body}.append(nil, kindAccept)})
	r.Sync(2)
	r.Take(func(m modeltest.Envelope) bool { return m.To == 3 })
}

// P2c of §2.2: a new leader proposes what acceptors have accepted, and nothing else, however far behind it is itself.
func TestNewLeaderIsFarBehind(t *testing.T) {
	r := rig(t, 3)
	const last = 10_500
	for i := oplog.Index(1); i <= last; i++ {
		offer(r, i)
	}
	r.Fire(1, timerElect, time.Second)
	r.Settle(nil, 1, 2) // n1 hears of n3's ballot
	r.Fire(1, timerElect, time.Second)
	var call uint64
	r.Settle(func(m modeltest.Envelope) bool {
		body, _ := decode(m.Payload, kindAccept)
		for _, p := range proposals(body.Body) {
			if want := fmt.Sprint("command ", p.slot); p.slot <= last && string(p.data) != want {
				t.Fatalf("%v proposes %q in slot %d, where %q may be chosen", m.From, p.data, p.slot, want)
			}
		}
		if call == 0 && at(r, 1).role == roleLeader {
			call = r.Ask(1, write("x", 1))
		}
		return false
	}, 1, 2)
	if got := at(r, 1).commit; got != last+1 || r.Envs[1].Replies[call] == nil {
		t.Errorf("%d slots are chosen, want %d and the client's", got, last)
	}
	r.WantBroken()
}

// A proposal for a slot far away takes as much memory as any other, and a leader goes there step by step.
func TestSlotsFarAway(t *testing.T) {
	r := rig(t, 3)
	offer(r, 1<<60)
	offer(r, 3)
	r.Restart(2)
	offer(r, 1<<62, 1)
	if got := len(at(r, 2).list); got != 4 {
		t.Fatalf("n2 keeps %d slots, want 4", got)
	}
	for i, want := range []oplog.Index{1, 3, 1 << 60, 1 << 62} {
		if got := at(r, 2).list[i].index; got != want {
			t.Errorf("slot %d comes where slot %d belongs", got, want)
		}
	}
	r.Fire(1, timerElect, time.Second)
	r.Settle(nil, 1, 2) // n1 hears of n3's ballot
	r.Fire(1, timerElect, time.Second)
	r.Settle(func(m modeltest.Envelope) bool { return at(r, 1).commit > 100 }, 1, 2)
	if n1 := at(r, 1); n1.role != roleLeader || n1.proposed > n1.commit+window {
		t.Errorf("n1 is %s, has proposed up to %d, and knows what is chosen up to %d", n1.role, n1.proposed, n1.commit)
	}
}

// A leader opens no more slots than the window has. Commands that come meanwhile wait, and are not lost with it.
func TestWindow(t *testing.T) {
	r := rig(t, 3)
	elect(t, r, 1, 1, 2, 3)
	var calls []uint64
	for i := range int64(window + 2) {
		calls = append(calls, r.Ask(1, write("x", i)))
	}
	r.Sync(1)
	if got := at(r, 1).last(); got != window {
		t.Errorf("%d slots are open, want %d", got, window)
	}
	r.Deliver(modeltest.Envelope{From: 2, To: 1, Payload: message{Ballot: ballot.Of(9, 2)}.append(nil, kindRefused)})
	for i, want := range map[int]session.Status{0: session.Lost, window - 1: session.Lost, window: session.NotLeader, window + 1: session.NotLeader} {
		var got session.Result
		if got.Decode(r.Envs[1].Replies[calls[i]]); got.Status != want {
			t.Errorf("command %d ends with %v, want %v", i+1, got, want)
		}
	}
	r.Take(func(modeltest.Envelope) bool { return true })
	elect(t, r, 1, 1, 2)
	for i := range int64(window + 2) {
		r.Ask(1, write("x", i))
	}
	r.Settle(nil, 1, 2)
	if got := at(r, 1).commit; got != 2*window+2 {
		t.Errorf("%d slots are chosen, want %d", got, 2*window+2)
	}
	r.WantBroken()
}

// An acceptor that has promised a ballot accepts nothing of a lower one, also after a restart.
func TestPromisesSurviveRestarts(t *testing.T) {
	for bug, wants := range map[sim.BugName]ballot.Ballot{"": ballot.Of(9, 3), bugPromiseInMemory: 0} {
		var bugs []sim.BugName
		if bug != "" {
			bugs = append(bugs, bug)
		}
		r := rig(t, 3, bugs...)
		r.Deliver(modeltest.Envelope{From: 3, To: 1, Payload: message{Ballot: ballot.Of(9, 3), Slot: 1}.append(nil, kindPrepare)})
		r.Sync(1)
		r.Restart(1)
		if got := at(r, 1).promised; got != wants {
			t.Errorf("%s: promised %v after the restart, want %v", bug, got, wants)
		}
	}
}

// A leader that hears of no quorum gives up, and a node that nobody supports does not become a candidate.
func TestDeafNodesDoNoHarm(t *testing.T) {
	r := rig(t, 3)
	elect(t, r, 1, 1, 2, 3)
	promised := at(r, 2).promised
	r.Fire(3, timerElect, time.Second) // n3 hears nothing; the others are sent what it says
	r.Sync(3)
	r.Now = at(r, 2).heard + sim.Time(electMin/2)
	for _, m := range r.Take(func(m modeltest.Envelope) bool { return m.From == 3 }) {
		r.Deliver(m)
	}
	r.Settle(func(m modeltest.Envelope) bool { return m.To == 3 }, 1, 2)
	if at(r, 3).role != roleFollower || at(r, 2).promised != promised || at(r, 1).role != roleLeader {
		t.Errorf("n3 is %s, n2 has promised %v, n1 is %s", at(r, 3).role, at(r, 2).promised, at(r, 1).role)
	}
	r.Fire(1, timerTick, time.Second)
	if at(r, 1).role == roleLeader {
		t.Error("n1 leads though it hears nobody")
	}
}

// A value that a quorum has accepted is chosen: the monitor sees each way in which another is accepted later, and nothing where it is the same.
func TestChosenOnce(t *testing.T) {
	low, high := ballot.Of(1, 1), ballot.Of(2, 2)
	type votes []struct {
		node sim.NodeID
		fact accepted
	}
	for _, tc := range []struct {
		name  string
		votes votes
		want  string
	}{
		{"the same value later", votes{{1, accepted{4, low, 7}}, {2, accepted{4, low, 7}}, {3, accepted{4, high, 7}}}, ""},
		{"another, and the first was not chosen", votes{{1, accepted{4, low, 7}}, {2, accepted{4, high, 8}}, {3, accepted{4, high, 8}}}, ""},
		{"another in another slot", votes{{1, accepted{4, low, 7}}, {2, accepted{4, low, 7}}, {3, accepted{5, high, 8}}}, ""},
		{"another by one who is late, in a lower ballot", votes{{1, accepted{4, high, 8}}, {2, accepted{4, high, 8}}, {3, accepted{4, low, 7}}}, ""},
		{"another later", votes{{1, accepted{4, low, 7}}, {2, accepted{4, low, 7}}, {3, accepted{4, high, 8}}},
			"n3 accepted a value in slot 4, ballot 2.n2, and n1,n2 had accepted another in ballot 1.n1, in which it is chosen"},
		{"another before", votes{{3, accepted{4, high, 8}}, {1, accepted{4, low, 7}}, {2, accepted{4, low, 7}}},
			"n3 accepted a value in slot 4, ballot 2.n2, and n1,n2 had accepted another in ballot 1.n1, in which it is chosen"},
		{"two in one ballot", votes{{1, accepted{4, low, 7}}, {2, accepted{4, low, 8}}}, "n2 accepted another value in slot 4, ballot 1.n1, than n1 did"},
	} {
		m := monitors(&sim.Case{Nodes: 3})[0]
		got := ""
		for i, v := range tc.votes {
			if got = m.Observe(sim.Sighting{Node: v.node}, v.fact).String(); got != "" && i < len(tc.votes)-1 {
				t.Errorf("%s: vote %d: %s", tc.name, i+1, got)
			}
		}
		if got != tc.want {
			t.Errorf("%s: %q, want %q", tc.name, got, tc.want)
		}
	}
}

// A candidate that has promised and accepted itself counts as soon as its disk holds that, and not before; nothing else has to happen.
func TestOwnVoteCountsOnceDurable(t *testing.T) {
	r := rig(t, 1)
	r.Fire(1, timerElect, time.Second)
	if at(r, 1).role != roleCandidate {
		t.Fatalf("n1 is %s before its disk holds its promise", at(r, 1).role)
	}
	r.Sync(1)
	if at(r, 1).role != roleLeader {
		t.Fatalf("n1 is %s when its disk holds its promise", at(r, 1).role)
	}
	call := r.Ask(1, write("x", 1))
	if at(r, 1).commit != 0 {
		t.Error("chosen before the disk holds it")
	}
	r.Sync(1)
	if at(r, 1).commit != 1 || r.Envs[1].Replies[call] == nil {
		t.Error("not chosen when the disk holds it")
	}

	r = rig(t, 3) // the promise of another comes before its own is durable
	r.Fire(1, timerElect, time.Second)
	r.Settle(nil, 2, 3)
	r.Deliver(r.Take(func(m modeltest.Envelope) bool { return m.To != 1 })...)
	r.Deliver(modeltest.Envelope{From: 2, To: 1, Payload: message{Ballot: ballot.Of(1, 1)}.append(nil, kindSupport)})
	own := at(r, 1).own
	r.Deliver(modeltest.Envelope{From: 2, To: 1, Payload: message{Ballot: own}.append(nil, kindPromise)})
	if at(r, 1).role != roleCandidate {
		t.Errorf("n1 is %s with the promise of n2 alone", at(r, 1).role)
	}
	r.Sync(1)
	if at(r, 1).role != roleLeader {
		t.Errorf("n1 is %s with two promises", at(r, 1).role)
	}
}
