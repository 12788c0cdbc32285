package multipaxos

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"slices"

	"simrun/models/ballot"
	"simrun/models/oplog"
	"simrun/models/session"
	"simrun/models/wal"
	"simrun/sim/digest"
	"simrun/sim/fault"
)

// slots is what an acceptor keeps on its disk: the greatest ballot that it has promised, for all slots, and what it has accepted in each.
type slots struct {
	disk     wal.Log
	promised ballot.Ballot
	list     []slot // in order of index, of those in which something was accepted: memory is bounded by what was received, whatever the indices are

	changed  bool          // the promise has, since the last record
	accepted []oplog.Index // since the last record
}

// slot is one place in the order of commands.
type slot struct {
	index   oplog.Index
	ballot  ballot.Ballot // in which it was accepted
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
	s.list, s.promised = nil, 0
	found, err := s.disk.Recover(copies, func(head, body []byte) error {
		s.promised = ballot.Ballot(binary.LittleEndian.Uint64(head))
		for _, p := range proposals(body) {
			s.put(p.ballot, &p)
		}
		return nil
	})
	if err != nil {
		return err
	}
	return s.disk.Settle(found, copies)
}

// place is where a slot is in the list, or belongs. Without gaps, which are rare, that is known at once.
func (s *slots) place(i oplog.Index) (at int, found bool) {
	if k := i - 1; k < oplog.Index(len(s.list)) && s.list[k].index == i {
		return int(k), true
	}
	return slices.BinarySearchFunc(s.list, i, func(x slot, i oplog.Index) int { return cmp.Compare(x.index, i) })
}

// at returns a slot, until the next is put; nil if nothing was accepted there.
func (s *slots) at(i oplog.Index) *slot {
	if at, found := s.place(i); found {
		return &s.list[at]
	}
	return nil
}

// from returns the slots from one on, in order.
func (s *slots) from(i oplog.Index) []slot {
	at, _ := s.place(i)
	return s.list[at:]
}

// last is the last slot in which something was accepted; 0: there is none.
func (s *slots) last() oplog.Index {
	if len(s.list) == 0 {
		return 0
	}
	return s.list[len(s.list)-1].index
}

// promise promises a ballot, which is greater than those before.
func (s *slots) promise(b ballot.Ballot) { s.promised, s.changed = b, true }

// accept accepts a proposal in a ballot.
func (s *slots) accept(b ballot.Ballot, p *proposal) {
	s.put(b, p)
	s.accepted = append(s.accepted, p.slot)
}

func (s *slots) put(b ballot.Ballot, p *proposal) {
	at, found := s.place(p.slot)
	if !found {
		s.list = slices.Insert(s.list, at, slot{})
	}
	s.list[at] = slot{index: p.slot, ballot: b, kind: p.kind, data: bytes.Clone(p.data)}
}

// proposal is what was accepted in the slot.
func (s *slot) proposal() proposal { return proposal{s.index, s.ballot, s.kind, s.data} }

// fold mixes what was accepted in the slot into a hash.
func (s *slot) fold(h digest.Hash) digest.Hash {
	return h.Word(uint64(s.kind), uint64(len(s.data))).Bytes(s.data)
}

// dirty reports whether something changed since the last record.
func (s *slots) dirty() bool { return s.changed || len(s.accepted) > 0 }

// write writes what changed as one record, and starts a sync if none is under way.
func (s *slots) write() {
	if s.dirty() {
		var body []byte
		for _, i := range s.accepted {
			p := s.at(i).proposal()
			body = p.append(body)
		}
		s.disk.Put(binary.LittleEndian.AppendUint64(nil, uint64(s.promised)), body)
		for _, i := range s.accepted {
			s.at(i).written = s.disk.Written()
		}
		s.changed, s.accepted = false, s.accepted[:0]
	}
	s.disk.Sync()
}

// durable reports whether the disk holds what was accepted in a slot.
func (s *slots) durable(x *slot) bool { return x.written <= s.disk.Durable() }
