// Package all is the list of the models that come with simrun.
package all

import (
	"simrun/models"
	"simrun/models/broadcast"
	"simrun/models/bully"
	"simrun/models/chain"
	"simrun/models/coord"
	"simrun/models/crdt"
	"simrun/models/etcdraft"
	"simrun/models/flake"
	"simrun/models/lease"
	"simrun/models/multipaxos"
	"simrun/models/mvcc"
	"simrun/models/partlog"
	"simrun/models/paxos"
	"simrun/models/percolator"
	"simrun/models/primarybackup"
	"simrun/models/quorum"
	"simrun/models/raft"
	"simrun/models/redlock"
	"simrun/models/resilience"
	"simrun/models/truetime"
	"simrun/models/twophase"
	"simrun/models/vr"
)

// Models returns the models that come with simrun, in order of name.
func Models() []models.Model {
	return []models.Model{
		broadcast.Model(),
		bully.Model(),
		chain.Model(),
		coord.Model(),
		crdt.Model(),
		etcdraft.Model(),
		flake.Model(),
		lease.Model(),
		multipaxos.Model(),
		mvcc.Model(),
		partlog.Model(),
		paxos.Model(),
		percolator.Model(),
		primarybackup.Model(),
		quorum.Model(),
		raft.Model(),
		redlock.Model(),
		resilience.Model(),
		truetime.Model(),
		twophase.Model(),
		vr.Model(),
	}
}
