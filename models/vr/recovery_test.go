package vr

import (
	"slices"
	"testing"

	"simrun/models/modeltest"
	"simrun/models/rsm"
	"simrun/sim"
)

// newVolatileRig is a group without disks, driven by hand.
func newVolatileRig(t *testing.T, nodes int, bugs ...sim.BugName) rig {
	boot := func(env *modeltest.Env) sim.Node {
		env.Options[optionStorage] = storageNone
		return boot(env)
	}
	return rig{modeltest.New(t, nodes, boot, monitors(nodes, storageNone), bugs...)}
}

// kind wants messages of a kind, from one node to another; 0 is any node.
func kind(k byte, from, to sim.NodeID) func(modeltest.Envelope) bool {
	return func(e modeltest.Envelope) bool {
		m, ok := decode(e.Payload)
		return ok && m.kind == k && (from == 0 || e.From == from) && (to == 0 || e.To == to)
	}
}

// ask lets a replica that recovers ask again.
func (r rig) ask(id sim.NodeID) { r.Fire(id, rsm.TickTimer, 0) }

// beat lets a primary send what its backups lack, and these replicas talk until they have nothing to say.
func (r rig) beat(primary sim.NodeID, ids ...sim.NodeID) {
	r.Fire(primary, rsm.TickTimer, 0)
	r.Settle(nil, ids...)
}

// §4.3: a replica that restarts with nothing has the log of the view again, and then acknowledges.
func TestRecovery(t *testing.T) {
	r := newVolatileRig(t, 3)
	r.change(1, 2, 3)
	r.propose(1)
	r.Settle(nil, 1, 2, 3)
	r.Restart(3)
	r.want(3, roleRecovering, 0, 0)
	r.Settle(nil, 1, 2, 3)
	r.want(3, roleBackup, 1, 1)
	r.beat(1, 1, 2, 3)
	if x := r.replica(3); x.Commit != 1 || !r.Marks[markRecovered] {
		t.Errorf("committed up to %d", x.Commit)
	}
	if files := r.Envs[3]; len(files.File("log").Data)+len(files.File("log.copy").Data) > 0 || len(files.Syncs) > 0 {
		t.Error("something was written to a disk")
	}
	r.Take(kind(kindPrepare, 0, 2)) // the primary and the replica that recovered are a majority
	call := r.propose(1)
	r.Settle(nil, 1, 3)
	if r.Envs[1].Replies[call] == nil {
		t.Error("no answer with two of three replicas")
	}
	r.WantBroken()
}

// §4.3, step 3: a majority must answer, and among them the primary of the latest view. That of an older one does not do.
func TestRecoveryNeedsThePrimaryAndAMajority(t *testing.T) {
	r := newVolatileRig(t, 5)
	ids := modeltest.IDs(5)
	r.change(ids...)
	r.propose(1)
	r.Settle(nil, ids...)
	r.Restart(5)
	r.Settle(nil, 1, 2, 5)
	r.want(5, roleRecovering, 0, 0) // the primary, and one less than a majority
	r.ask(5)
	r.Settle(nil, 2, 3, 4, 5)
	r.want(5, roleBackup, 1, 1)

	r = newVolatileRig(t, 5)
	r.change(ids...)
	r.propose(1)
	r.Settle(nil, ids...)
	r.change(2, 3, 4) // the primary of view 1 does not hear of view 2
	r.want(2, rolePrimary, 2, 1)
	r.Restart(5)
	r.Settle(nil, 1, 3, 4, 5)
	r.want(5, roleRecovering, 0, 0)
	r.ask(5)
	r.Settle(nil, 2, 5)
	r.want(5, roleBackup, 2, 1)
	r.WantBroken()
}

// §4.3, step 2: only who is in normal status answers, and who recovers does nothing else.
func TestWhoTakesPartInARecovery(t *testing.T) {
	r := newVolatileRig(t, 3)
	r.change(1, 2, 3)
	r.Deliver(modeltest.Envelope{From: 3, To: 2, Payload: message{kind: kindRefused, View: 3}.Append(nil)})
	r.want(2, roleViewChange, 3, 0)
	r.Restart(3)
	r.Settle(nil, 2, 3)
	r.want(3, roleRecovering, 0, 0)
	if len(r.Take(kind(kindRecoveryResponse, 0, 0))) > 0 {
		t.Error("a replica answered during a view change")
	}
	r.Wire = nil
	call := r.propose(3)
	for _, k := range []byte{kindPrepare, kindStartViewChange, kindDoViewChange, kindStartView, kindGetState, kindNewState, kindRefused, kindRecovery} {
		m := message{kind: k, View: 7, Crashes: newCrashVector(1, 3, 1)}
		r.Deliver(modeltest.Envelope{From: 1, To: 3, Payload: m.Append(nil)})
	}
	r.want(3, roleRecovering, 0, 0)
	if len(r.Wire) > 0 || r.Envs[3].Replies[call] == nil {
		t.Errorf("%d messages of a replica that recovers; answer to its client: %x", len(r.Wire), r.Envs[3].Replies[call])
	}
}

// A primary that restarts can't recover into its own view: the group changes the view.
func TestAPrimaryRecoversInTheNextView(t *testing.T) {
	r := newVolatileRig(t, 3)
	r.change(1, 2, 3)
	r.propose(1)
	r.Settle(nil, 1, 2, 3)
	r.Restart(1)
	r.Settle(nil, 1, 2, 3)
	r.want(1, roleRecovering, 0, 0)
	if !r.Marks[markOwnView] {
		t.Error("not marked")
	}
	r.change(2, 3)
	r.ask(1)
	r.Settle(nil, 1, 2, 3)
	r.want(2, rolePrimary, 2, 1)
	r.want(1, roleBackup, 2, 1)
	r.WantBroken()
}

// Where a majority recovers at a time nobody can, and nothing is lost that was promised, since nothing goes on.
func TestAMajorityThatForgotStaysSilent(t *testing.T) {
	r := newVolatileRig(t, 3)
	r.change(1, 2, 3)
	r.propose(1)
	r.Settle(nil, 1, 2, 3)
	r.Restart(2)
	r.Restart(3)
	for range 5 {
		r.ask(2)
		r.ask(3)
		r.Fire(1, rsm.TickTimer, impatience/2)
		r.Settle(nil, 1, 2, 3)
	}
	r.want(1, roleViewChange, 1, 1)
	r.want(2, roleRecovering, 0, 0)
	r.want(3, roleRecovering, 0, 0)
	r.WantBroken()
}

// The schedule of Michael et al., UW-CSE-16-08-02, §A.1, figure 1: n1 is the old leader, n2 the new one, n3 node 1. In the model a view ends only when a majority calls for it, and no
// call need be lost: both n2 and n3 miss the primary.
//
// n3 promises n2 to take part in view 2, forgets that, and recovers in view 1 with the help of n2, which has not heard of view 2 yet. Then the promise arrives: n2 leads view 2 without
// what n1 and n3 have committed meanwhile.
func TestTheScheduleOfMichaelEtAl(t *testing.T) {
	for _, bugs := range [][]sim.BugName{nil, {bugForgetsPromise}} {
		r := newVolatileRig(t, 3, bugs...)
		r.change(1, 2, 3)
		r.Fire(2, timerView, impatience) // n2 calls for view 2, and the answers of n3 are late
		r.Deliver(r.Take(kind(kindStartViewChange, 2, 3))...)
		r.want(3, roleViewChange, 2, 0)
		promise := r.Take(kind(kindDoViewChange, 3, 2))
		r.Take(kind(kindStartViewChange, 0, 0))
		if len(promise) != 1 {
			t.Fatalf("%d promises", len(promise))
		}

		r.Restart(3)
		r.Settle(nil, 1, 2, 3)
		r.want(3, roleBackup, 1, 0)
		call := r.propose(1)
		r.Settle(nil, 1, 3)
		if r.Envs[1].Replies[call] == nil {
			t.Fatal("not committed")
		}
		r.Take(func(e modeltest.Envelope) bool { return e.To == 2 })

		r.Deliver(promise...)
		if bugs == nil {
			r.want(2, roleViewChange, 2, 0)
			if !r.Marks[markOutlived] {
				t.Error("not marked")
			}
			r.Settle(nil, 2, 3) // n3 says what it has now
			r.Fire(2, rsm.TickTimer, 0)
			r.Fire(3, timerView, impatience)
			r.Settle(nil, 1, 2, 3)
			r.change(1, 2, 3)
			r.WantBroken()
			continue
		}
		r.want(2, rolePrimary, 2, 0)
		r.propose(2)
		r.Settle(nil, 2, 3)
		r.propose(2)
		if fatal := len(r.Envs[3].Fatals) > 0; !fatal && !slices.Contains(r.Broken, "equal logs") {
			t.Error("nobody notices that a committed entry is lost")
		}
	}
}

// Answers to a recovery must make a crash-consistent majority, too: one of n2 does not count once n4 tells that n2 has crashed since (DISC 2017, §4.3, algorithm 1, line 53).
func TestAnswersOfThoseThatCrashedDoNotCount(t *testing.T) {
	for _, bugs := range [][]sim.BugName{nil, {bugForgetsPromise}} {
		r := newVolatileRig(t, 5, bugs...)
		ids := modeltest.IDs(5)
		r.change(ids...)
		r.Restart(5)
		r.Deliver(r.Take(kind(kindRecovery, 5, 2))...)
		r.Deliver(r.Take(kind(kindRecoveryResponse, 2, 5))...)
		asked := r.Take(kind(kindRecovery, 5, 0))
		r.Restart(2)
		r.Settle(nil, 1, 2, 3, 4)
		r.want(2, roleBackup, 1, 0)
		for _, e := range asked {
			if e.To == 1 || e.To == 4 {
				r.Deliver(e)
			}
		}
		r.Deliver(r.Take(kind(kindRecoveryResponse, 0, 5))...)
		if bugs == nil {
			r.want(5, roleRecovering, 0, 0)
		} else {
			r.want(5, roleBackup, 1, 0)
		}
		r.ask(5)
		r.Settle(nil, ids...)
		r.want(5, roleBackup, 1, 0)
	}
}

// §4.3: an answer to an earlier recovery does not count for this one. With the bug n3 goes on without what it has acknowledged, and never catches up.
func TestAnswersToAnEarlierRecoveryDoNotCount(t *testing.T) {
	for _, bugs := range [][]sim.BugName{nil, {bugNoNonce}} {
		r := newVolatileRig(t, 3, bugs...)
		r.change(1, 2, 3)
		r.Restart(3)
		r.Deliver(r.Take(kind(kindRecovery, 3, 0))...)
		late := r.Take(kind(kindRecoveryResponse, 0, 3))
		r.ask(3)
		r.Settle(nil, 1, 2, 3)
		r.propose(1)
		r.Settle(nil, 1, 2, 3)
		r.want(3, roleBackup, 1, 1)

		r.Restart(3)
		r.Deliver(late...)
		if bugs == nil {
			r.want(3, roleRecovering, 0, 0)
			r.Settle(nil, 1, 2, 3)
		}
		r.propose(1)
		r.Settle(nil, 1, 2, 3)
		if bugs == nil {
			r.want(3, roleBackup, 1, 2)
		} else {
			r.want(3, roleBackup, 1, 0)
		}
		r.WantBroken()
	}
}

// With the bug a replica recovers with what a backup has, which may lack what it has acknowledged itself.
func TestTheLogComesFromThePrimary(t *testing.T) {
	for _, bugs := range [][]sim.BugName{nil, {bugFromAny}} {
		r := newVolatileRig(t, 3, bugs...)
		r.change(1, 2, 3)
		r.propose(1)
		r.Settle(nil, 1, 3) // n2 has not got it
		r.Restart(3)
		r.Deliver(r.Take(kind(kindRecovery, 3, 2))...)
		r.Deliver(r.Take(kind(kindRecoveryResponse, 2, 3))...)
		if bugs == nil {
			r.want(3, roleRecovering, 0, 0)
		} else {
			r.want(3, roleBackup, 1, 0)
		}
	}
}
