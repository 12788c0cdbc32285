package multipaxos

import (
	"testing"
	"time"

	"simrun/models/ballot"
	"simrun/models/kv"
	"simrun/models/modeltest"
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
		if !gaps && (at(r, 2).list[1].kind != 0 || at(r, 2).list[2].kind != session.Command) {
			t.Errorf("slot 1 is %x, slot 2 %x", at(r, 2).list[1].kind, at(r, 2).list[2].kind)
		}
	}
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
