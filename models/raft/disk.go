package raft

import (
	"encoding/binary"

	"simrun/models/oplog"
	"simrun/models/wal"
	"simrun/sim"
)

// Term is a logical clock of elections (§5.1). Zero is before the first.
type Term = oplog.Epoch

// Index is a position in the log, from 1. Zero is before the first entry.
type Index = oplog.Index

// The kinds of entries.
const (
	entryNoop     oplog.Kind = 1 + iota // a new leader's first entry (§8)
	entryRegister                       // opens a client session (dissertation §6.3)
	entryCommand                        // changes the state machine, once per session and sequence number
)

// The disk of a server holds the persistent state of Figure 2: log[], and with it currentTerm (8) and votedFor (4, 0 for none).
const metaSize = 12

var logFiles = wal.Options{Files: [2]string{"log", "log.copy"}, Magic: 0x31746672} // "rft1"

// severalSyncs is how many syncs of each file are in flight at most where that are several.
const severalSyncs = 4

// files are those of the server's log.
func (s *Server) files() wal.Options {
	o := logFiles
	if s.options.severalSyncs {
		o.Flights = severalSyncs
	}
	o.LateIsLost = s.env.Bug(bugLateSyncLost)
	return o
}

func metaOf(term Term, vote sim.NodeID) (meta [metaSize]byte) {
	binary.LittleEndian.PutUint64(meta[0:], uint64(term))
	binary.LittleEndian.PutUint32(meta[8:], uint32(vote))
	return meta
}
