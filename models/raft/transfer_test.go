package raft

import (
	"encoding/binary"
	"testing"

	"simrun/models/kv"
	"simrun/models/session"
	"simrun/sim"
)

// askTo asks a leader to hand over to a server.
func (r *rig) askTo(leader, to sim.NodeID) {
	r.Ask(leader, requestOf(session.Control, binary.LittleEndian.AppendUint64([]byte{controlTransfer}, 1<<(to-1))))
}

var handing = map[sim.OptionName]string{optionTransfer: on}

// Dissertation §3.10: the target catches up, is told, and is elected at once by servers that hear the leader.
func TestLeadershipIsHandedOver(t *testing.T) {
	r := newRigWith(t, 3, handing)
	r.elect(1, ids(3)...)
	r.Ask(1, requestOf(session.Register, nil)) // n3 does not have it yet
	r.askTo(1, 3)
	if len(r.take(timeoutNow, 1, 3)) > 0 {
		t.Error("the target was told before it has caught up")
	}
	if got := r.answer(1, r.Ask(1, requestOf(session.Register, nil))); got.Status != session.NotLeader {
		t.Errorf("a command during the transfer: %v", got)
	}
	r.settle(ids(3)...)
	if r.servers[3].role != leader || r.servers[1].role != follower {
		t.Errorf("n3 is %v, n1 %v", r.servers[3].role, r.servers[1].role)
	}
	r.WantBroken()
}

// Dissertation §3.10: if the target does not take over, the leader resumes.
func TestTransferIsGivenUp(t *testing.T) {
	for _, bug := range []sim.BugName{"", bugTransferForever} {
		r := newRigWith(t, 3, handing, bug)
		r.elect(1, ids(3)...)
		r.crash(3)
		r.askTo(1, 3)
		r.beats(1, transferBeats+1, 1, 2)
		call := r.Ask(1, requestOf(session.Register, nil))
		r.settle(1, 2)
		if done := r.answer(1, call).Status == session.Registered; done != (bug == "") {
			t.Errorf("bug %q: a command after the transfer failed: %v", bug, r.answer(1, call))
		}
	}
}

var leasing = map[sim.OptionName]string{optionReads: "lease", optionTransfer: on}

// read asks a server for the value of x.
func (r *rig) read(id sim.NodeID) uint64 { return r.Ask(id, requestOf(session.Read, []byte("x"))) }

// leasedRig has a leader whose lease has just begun.
func leasedRig(t *testing.T, bugs ...sim.BugName) *rig {
	r := newRigWith(t, 3, leasing, bugs...)
	r.elect(1, ids(3)...)
	r.beats(1, 2, ids(3)...)
	return r
}

// Dissertation §6.4.1: a leader reads from its own state for as long as no other can be elected.
func TestLeaseEndsInTime(t *testing.T) {
	r := leasedRig(t)
	s := r.servers[1]
	if got := r.answer(1, r.read(1)); got.Status != session.Absent {
		t.Fatalf("a read with a fresh lease: %v", got)
	}
	r.Now = s.lease.until - 1
	if got := r.answer(1, r.read(1)); got.Status != session.Absent {
		t.Errorf("a read at the end of the lease: %v", got)
	}
	r.Now++
	if got := r.answer(1, r.read(1)); got.Status != 0 {
		t.Errorf("a read after the lease: %v", got)
	}
	// The fastest clock of a voter reaches the shortest election timeout when the slowest of a leader is at the end of its lease.
	if slow, fast := int64(leaseTime)*1000/(1000-leaseDrift), int64(electionMin)*1000/(1000+leaseDrift); slow > fast {
		t.Errorf("a lease may last %d ns, and voters wait %d", slow, fast)
	}
}

// A server that is alone has a lease, too.
func TestLeaseOfOneServer(t *testing.T) {
	r := newRigWith(t, 1, leasing)
	r.elect(1, 1)
	r.beats(1, 2, 1)
	for range 3 {
		if got := r.answer(1, r.read(1)); got.Status != session.Absent {
			t.Errorf("a read at %v: %v", r.Now, got)
		}
		r.Now += sim.Time(leaseTime)
	}
}

// Who may have made a lease possible does not vote: not after it heard the leader in whatever term it is now, nor after a restart; except by leave of
// the leader.
func TestVotersOfALeaseWait(t *testing.T) {
	ask := message{kind: requestVote, term: 7, index: 9, logTerm: 6}
	for _, c := range []struct {
		name    string
		prepare func(r *rig)
		leave   bool
		votes   bool
	}{
		{"heard in an earlier term", func(r *rig) { r.servers[2].becomeFollower(5, 0) }, false, false},
		{"restarted", func(r *rig) { r.Restart(2) }, false, false},
		{"waited", func(r *rig) { r.Restart(2); r.Now += sim.Time(electionMin) }, false, true},
		{"by leave of the leader", func(r *rig) {}, true, true},
	} {
		r := leasedRig(t)
		c.prepare(r)
		ask.ok = c.leave
		r.Wire = nil
		r.Deliver(envelope{From: 3, To: 2, Payload: ask.append(nil)})
		r.Sync(2)
		if got := len(r.take(voteReply, 2, 3)) > 0; got != c.votes {
			t.Errorf("%s: votes %v, want %v", c.name, got, c.votes)
		}
	}
}

// A leader that has told another to stand has no lease any more, and gets none again.
func TestTransferEndsTheLease(t *testing.T) {
	for _, bug := range []sim.BugName{"", bugTransferKeepsLease} {
		r := leasedRig(t, bug)
		r.askTo(1, 3)
		r.Wire = nil
		if got := r.answer(1, r.read(1)).Status != 0; got != (bug != "") {
			t.Errorf("bug %q: a read after TimeoutNow was answered: %v", bug, got)
		}
		r.beats(1, transferBeats+2, 1, 2)
		r.fire(1, timerHeartbeat)
		if held := r.servers[1].holdsLease(); held && bug == "" {
			t.Error("the lease came back, and TimeoutNow may still arrive")
		}
	}
}

// Dissertation §6.4: a follower answers when it has applied what the leader, which proved that it leads, had committed.
func TestFollowerReads(t *testing.T) {
	for _, bug := range []sim.BugName{"", bugFollowerReadUnconfirmed, bugFollowerReadEarly} {
		r := newRigWith(t, 3, map[sim.OptionName]string{optionReads: "follower"}, bug)
		r.elect(1, ids(3)...)
		r.beats(1, 1, ids(3)...)
		id := register(r, 1)
		r.Ask(1, writeRequest(id, 1, "x", 7))
		r.settle(1, 2) // n3 does not know of it
		r.Wire = nil
		call := r.read(3)
		r.Deliver(r.take(readIndex, 3, 1)...)
		r.Sync(1)
		if early := len(r.take(readIndexReply, 1, 3)) > 0; early != (bug == bugFollowerReadUnconfirmed) {
			t.Errorf("bug %q: the leader answered without proof: %v", bug, early)
		}
		if bug == bugFollowerReadUnconfirmed {
			continue
		}
		r.Deliver(r.take(appendEntries, 1, 2)...)
		r.Sync(2)
		r.Deliver(r.take(appendReply, 2, 1)...)
		r.Deliver(r.take(readIndexReply, 1, 3)...)
		if early := r.answer(3, call).Status != 0; early != (bug == bugFollowerReadEarly) {
			t.Errorf("bug %q: n3 answered before it applied the write: %v", bug, r.answer(3, call))
		}
		r.beats(1, 2, ids(3)...)
		if got := r.answer(3, call); bug == "" && got.Value != 7 {
			t.Errorf("n3 answered %v", got)
		}
	}
}

// What people are told of the messages of this file.
func TestDescribeTransferAndReads(t *testing.T) {
	describe := DescribeMessage(kv.Describe)
	for want, m := range map[string]message{
		"TimeoutNow t3":             {kind: timeoutNow, term: 3},
		"ReadIndex t3 #5":           {kind: readIndex, term: 3, round: 1<<32 | 5},
		"ReadIndexReply t3 #5 at 9": {kind: readIndexReply, term: 3, round: 5, index: 9},
		"InstallSnapshot t3 up to 9@t2, 2 bytes from 128, the last": {kind: installSnapshot, term: 3, index: 9, logTerm: 2, prev: 128, ok: true, entries: []byte{1, 2}},
		"InstallReply t3 up to 9, has 128 bytes":                    {kind: installReply, term: 3, index: 9, prev: 128},
	} {
		if got := describe(m.append(nil)); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}
