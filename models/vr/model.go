// Package vr is Viewstamped Replication as a system under test: a primary orders the commands of the clients, and a view change replaces it.
//
// The protocol is that of Liskov and Cowling, "Viewstamped Replication Revisited", MIT-CSAIL-TR-2012-021; sections are of that paper. The primary of a view follows from its
// number. Unlike the paper's, replicas keep their log, their view, and the last view in which their status was normal on disk, so that all of them may crash at the same time,
// and need no recovery protocol; TigerBeetle replaced it in the same way (tigerbeetle#426). With the option storage=none they keep nothing, as in the paper, and recover from each
// other, with a repair of the published protocol: see recovery.go. The members are fixed, and the log is never compacted.
//
// Two rules that the paper lacks let the group go on when links are lost for good in one direction: a view ends only when a majority calls for that, see [replica.call],
// and a primary that does not hear a majority resigns, see [replica.followed].
package vr

import (
	"simrun/models"
	"simrun/models/kv"
	"simrun/models/oplog"
	"simrun/models/rsm"
	"simrun/models/workload"
	"simrun/sim"
	"simrun/sim/fault"
)

// Model is Viewstamped Replication as a system under test.
func Model() models.Model {
	return models.Model{
		Name:      "vr",
		Epoch:     "view",
		Summary:   "a key-value store replicated with Viewstamped Replication: a primary for each view, and view changes",
		Guarantee: "linearizable as long as a majority keeps what it synced, and available while a majority is connected; without disks linearizable, and available unless a majority was down or recovering at a time",

		Boot:      func(env *sim.Env) sim.Node { return boot(env) },
		Client:    func(c *sim.Client) { kv.RunClient(c, kv.Options{LogReads: true}) },
		Workloads: []models.Workload{workload.KV(), workload.Register(), workload.CASRegister()},
		Options:   []models.Option{storageOption()},
		Bugs:      bugs(),
		Nodes:     5,
		MinNodes:  1,
		Profile: models.Profile{
			Roles:   []string{rolePrimary, roleBackup, roleViewChange, roleRecovering, rsm.Halted},
			Leader:  rolePrimary,
			Elected: oplog.Elected,
			Events:  oplog.Events(),
			Claims:  fault.Claims{Lost: fault.AMinority, Partial: true, Torn: true, Errors: fault.Everybody, Corrupted: true, Skew: fault.Forever, Drift: 100},
		},
		Monitors:        func(c *sim.Case) []sim.Monitor { return monitors(c.Nodes, c.Options[optionStorage]) },
		Marks:           []string{rsm.MarkFenced, rsm.MarkConflict, markTakes, markParts, markGivesUp},
		Timers:          append(rsm.Timers(), "view change"),
		DescribeMessage: describe,
		Converged:       oplog.Converged,
	}
}

const (
	rolePrimary    = "primary"
	roleBackup     = "backup"
	roleViewChange = "view-change"
	roleRecovering = "recovering"

	markTakes   = "new primary takes over a longer log"
	markParts   = "log of a view transferred in parts"
	markGivesUp = "primary without a majority resigns"

	markRecovered = "replica that forgot everything recovers"
	markOwnView   = "recovering replica was the primary of the latest view"
	markOutlived  = "message from or to an earlier life of a replica not counted"
)

// monitors check the invariants. A replica without a disk may forget what it acknowledged, and the view that it was in.
func monitors(nodes int, storage string) []sim.Monitor {
	if storage == storageNone {
		return append(oplog.Agreement(nodes, "primary", "view"), rsm.Machines())
	}
	return rsm.Monitors(nodes, "primary", "view", logFiles, 2)
}
