package multipaxos

import (
	"encoding/binary"

	"simrun/models/ballot"
	"simrun/models/oplog"
	"simrun/models/session"
	"simrun/models/wal"
	"simrun/sim/fault"
)

// slots is what an acceptor keeps on its disk: the greatest ballot that it has promised, for all slots, and what it has accepted in each.
type slots struct {
	disk     wal.Log
	promised ballot.Ballot
	list     []slot // by index; the first is not used

	changed  bool          // the promise has, since the last record
	accepted []oplog.Index // since the last record
}

// slot is one place in the order of commands.
type slot struct {
	ballot  ballot.Ballot // in which it was accepted; 0: nothing was
	kind    session.Kind  // 0: no-op
	data    []byte
	written int       // size of the file with the record of it
	acks    fault.Set // of a leader: who has accepted it in the leader's ballot
}

var logFiles = wal.Options{Files: [2]string{"slots", "slots.copy"}, Magic: 0x3173706d, Head: 8} // "mps1"

// load recovers the slots from the copies of the log.
func (s *slots) load() error {
	copies, err := s.disk.Copies()
	if err != nil {
		return err
	}
	s.list, s.promised = make([]slot, 1), 0
	found, err := s.disk.Recover(copies, func(head, body []byte) error {
		s.promised = ballot.Ballot(binary.LittleEndian.Uint64(head))
		for _, p := range proposals(body) {
			*s.at(p.slot) = slot{ballot: p.ballot, kind: p.kind, data: append([]byte(nil), p.data...)}
		}
		return nil
	})
	if err != nil {
		return err
	}
	return s.disk.Settle(found, copies)
}

// at returns a slot, which is made if there is none.
func (s *slots) at(i oplog.Index) *slot {
	for oplog.Index(len(s.list)) <= i {
		s.list = append(s.list, slot{})
	}
	return &s.list[i]
}

func (s *slots) last() oplog.Index { return oplog.Index(len(s.list) - 1) }

// promise promises a ballot, which is greater than those before.
func (s *slots) promise(b ballot.Ballot) { s.promised, s.changed = b, true }

// accept accepts a proposal.
func (s *slots) accept(b ballot.Ballot, p *proposal) {
	*s.at(p.slot) = slot{ballot: b, kind: p.kind, data: append([]byte(nil), p.data...)}
	s.accepted = append(s.accepted, p.slot)
}

// proposal is what was accepted in a slot.
func (s *slots) proposal(i oplog.Index) proposal {
	x := s.at(i)
	return proposal{i, x.ballot, x.kind, x.data}
}

// write writes what changed as one record, and starts a sync if none is under way.
func (s *slots) write() {
	if s.changed || len(s.accepted) > 0 {
		var body []byte
		for _, i := range s.accepted {
			p := s.proposal(i)
			body = p.append(body)
		}
		s.disk.Put(binary.LittleEndian.AppendUint64(nil, uint64(s.promised)), body)
		for _, i := range s.accepted {
			s.list[i].written = s.disk.Written()
		}
		s.changed, s.accepted = false, s.accepted[:0]
	}
	s.disk.Sync()
}

// durable reports whether the disk holds what was accepted in a slot.
func (s *slots) durable(i oplog.Index) bool { return s.list[i].written <= s.disk.Durable() }
