package raft

import (
	"encoding/binary"
	"fmt"

	"simrun/models/wal"
	"simrun/sim"
)

// The disk of a server holds its log as records. A record is one step of the persistent state of Figure 2, all of
// it at once: current term, vote, and the entries that replace the log from index first on. What a
// record says is therefore durable as a whole or not at all. Its head is
//
//	offset size
//	0      8    current term
//	8      4    vote, 0 for none
//	12     8    first, 0 if the log did not change
//
// and its body the entries.
const recordHead = 20

var logFiles = wal.Options{Files: [2]string{"log", "log.copy"}, Magic: 0x31746672, Head: recordHead} // "rft1"

func headOf(term Term, vote sim.NodeID, first Index) (head [recordHead]byte) {
	binary.LittleEndian.PutUint64(head[0:], uint64(term))
	binary.LittleEndian.PutUint32(head[8:], uint32(vote))
	binary.LittleEndian.PutUint64(head[12:], uint64(first))
	return head
}

// persistent is what a server finds on its disk.
type persistent struct {
	term Term
	vote sim.NodeID
	log  entryLog
	wal  wal.Found
}

// recoverState reads the copies of a server's file after a restart.
func recoverState(files [][]byte) (persistent, error) {
	p := persistent{log: newEntryLog(len(files[0]))}
	var err error
	p.wal, err = logFiles.Recover(files, p.replay)
	return p, err
}

// replay takes one step of the persistent state.
func (p *persistent) replay(head, body []byte) error {
	p.term = Term(binary.LittleEndian.Uint64(head))
	p.vote = sim.NodeID(binary.LittleEndian.Uint32(head[8:]))
	first := Index(binary.LittleEndian.Uint64(head[12:]))
	if first == 0 {
		return nil
	}
	if first > p.log.last()+1 {
		return fmt.Errorf("%w: entry %d follows entry %d", wal.ErrDamaged, first, p.log.last())
	}
	if first <= p.log.last() {
		p.log.truncate(first)
	}
	for b := body; len(b) > 0; {
		e, rest, ok := nextEntry(b)
		if !ok {
			return fmt.Errorf("%w: a record ends inside an entry", wal.ErrDamaged)
		}
		p.log.addRaw(e)
		b = rest
	}
	return nil
}
