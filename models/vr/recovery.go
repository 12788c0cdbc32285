package vr

import (
	"bytes"

	"simrun/models"
	"simrun/models/oplog"
	"simrun/models/rsm"
	"simrun/sim"
	"simrun/sim/fault"
)

// The replicas of a group may keep nothing on disk. One that restarts has forgotten what it promised, and takes part in nothing before it has learnt from the others what it must
// know (§4.3). It asks all of them, and goes on as a backup with the log of the primary, when a majority has answered, and among them the primary of the latest view that any of them is in.
//
// As published that is not safe: a replica can promise to take part in a new view, forget that in a crash, recover in the old view since nobody that answers has entered the new
// one, and acknowledge there, while its promise is still on the way and then counts. The repair is that of Michael et al. (DISC 2017, §4): a majority counts only if no member of
// it has heard that another one has crashed since it answered. Messages that make a majority carry a crash vector for that; those who answer a recovery know the new
// incarnation from then on, and one of them is in every majority. It holds for the answers to a recovery themselves, too.
//
// What a backup acknowledged needs no such care: it recovers with the log of the primary that it told, or with that of a later view.
//
// Where a majority is down or recovering at the same time, nobody can recover any more.

// optionStorage says what a replica keeps over a crash.
const optionStorage sim.OptionName = "storage"

const (
	storageDisk = "disk"
	storageNone = "none"
)

// storageOption is the choice of what replicas keep. Without disks fewer faults are survived: only a minority may crash, and links that are lost for good can keep a replica from
// those it must ask.
func storageOption() models.Option {
	return models.Option{
		Name: optionStorage, Summary: "disk: the log and the view are on disk; none: nothing is, replicas recover from the others (§4.3), and only a minority may be down or recovering at a time",
		Values: []string{storageDisk, storageNone},
		Claims: map[string]fault.Claims{storageNone: {Forgets: true, Lost: fault.AMinority, Torn: true, Errors: fault.Everybody, Corrupted: true, Skew: fault.Forever, Drift: 100}},
		Marks:  map[string][]string{storageNone: {markRecovered, markOwnView, markOutlived}},
	}
}

// bootWithoutDisk begins the life of a replica that has nothing on disk. Unless it is the first, it has forgotten the ones before.
func (r *replica) bootWithoutDisk() {
	r.Replica = rsm.NewVolatile(r.env)
	r.crashes = newCrashVector(r.Env.ID(), r.Env.Nodes(), r.Env.Boots())
	r.responses = make([]message, r.Env.Nodes()+1)
	if r.Env.Boots() == 1 || r.Env.Bug(bugStartsEmpty) {
		r.start([]uint64{0, 0}, true)
		return
	}
	r.Role = roleRecovering
	r.tick()
	r.finish()
}

// askToRecover asks all for what this replica must know. Its incarnation, in the vector, is the nonce of the paper.
func (r *replica) askToRecover() {
	for n := range r.others().Nodes() {
		r.Send(sim.NodeID(n), message{kind: kindRecovery, Crashes: r.crashes})
	}
}

// answerRecovery tells a replica that recovers the view and, from the primary of that, the log. Only replicas in normal status answer.
func (r *replica) answerRecovery(to sim.NodeID, m message) {
	if !r.crashes.join(m.Crashes) || r.Role != rolePrimary && r.Role != roleBackup {
		return
	}
	answer := message{kind: kindRecoveryResponse, View: r.Epoch, Commit: r.Commit, Last: r.Log.Last(), Crashes: r.crashes}
	if (r.Role == rolePrimary || r.Env.Bug(bugFromAny)) && r.Log.Last() > 0 {
		answer.Body = r.Log.Raw(1, r.Log.Last())
	}
	r.Send(to, answer)
}

// takeRecoveryResponse takes an answer to this recovery. Who answered an earlier one had not heard of this incarnation.
func (r *replica) takeRecoveryResponse(from sim.NodeID, m message) {
	id := r.Env.ID()
	switch {
	case len(m.Crashes) != len(r.crashes):
		return
	case m.Crashes[id] != r.crashes[id] && !r.Env.Bug(bugNoNonce):
		r.Env.Sometimes(markOutlived)
		return
	}
	r.crashes.join(m.Crashes)
	m.Body = bytes.Clone(m.Body)
	r.responses[from] = m
	if r.Env.Bug(bugFromAny) && m.View > 0 {
		r.resume(m)
		return
	}
	view, answered := r.latestView()
	primary := primaryOf(view, r.Env.Nodes())
	if !answered || primary == 0 {
		return
	}
	if primary == r.Env.ID() {
		r.Env.Sometimes(markOwnView)
	}
	state := r.responses[primary]
	if state.kind != 0 && state.View == view && !r.outlived(primary, state) {
		r.resume(state)
	}
}

// latestView is the latest view of those who have answered, and whether they and this replica would be more than a majority.
func (r *replica) latestView() (view oplog.Epoch, answered bool) {
	answers := 0
	for n, m := range r.responses {
		if m.kind != 0 && !r.outlived(sim.NodeID(n), m) {
			answers++
			view = max(view, m.View)
		}
	}
	return view, answers >= r.majority()
}

// resume goes on as a backup, with the view and the log of an answer.
func (r *replica) resume(state message) {
	r.Env.Sometimes(markRecovered)
	r.responses = nil
	r.Enter(state.View)
	r.Put(0, state.Body)
	r.Advance(state.Commit)
	r.Role = roleBackup
	r.becomeNormal()
	r.Env.Report(oplog.Recovered{Epoch: r.Epoch, Last: r.Log.Last()})
	r.hear()
	r.acknowledge(r.primary(), r.Log.Last())
}

// outlived reports whether what a replica said in a message does not count any more, since it has crashed since.
func (r *replica) outlived(from sim.NodeID, m message) bool {
	if r.Env.Bug(bugForgetsPromise) || !r.crashes.outlived(from, m) {
		return false
	}
	r.Env.Sometimes(markOutlived)
	return true
}
