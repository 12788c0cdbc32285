package chain

import (
	"fmt"

	"simrun/models/kv"
	"simrun/models/oplog"
	"simrun/models/viewservice"
	"simrun/models/wire"
)

// The kinds of messages between servers; those of the master are its own.
const (
	kindForward = 1 + iota // to the next in the chain: entries, and a heartbeat
	kindAck                // back: what the rest of the chain has
	kindVersion            // to the tail and back: what is committed
)

// forward carries the entries after one of the sender's log, all of which are on its disk. The sender's own log agrees with the chain
// up to whole; what is committed, up to commit.
type forward struct {
	epoch      oplog.Epoch
	after      oplog.Index
	afterEpoch oplog.Epoch // of that entry
	whole      oplog.Index
	commit     oplog.Index
	entries    []byte
}

func (m *forward) Append(b []byte) []byte {
	return wire.Append(b, kindForward, m.entries, uint64(m.epoch), uint64(m.after), uint64(m.afterEpoch), uint64(m.whole), uint64(m.commit))
}

func (m *forward) decode(b []byte) bool {
	var n [5]uint64
	entries, ok := wire.Decode(b, kindForward, n[:])
	*m = forward{oplog.Epoch(n[0]), oplog.Index(n[1]), oplog.Epoch(n[2]), oplog.Index(n[3]), oplog.Index(n[4]), entries}
	return ok
}

// ack answers forward. If ok, the log is on disk and equal to the sender's up to index, and committed up to commit; else index is the last entry that may agree.
type ack struct {
	epoch  oplog.Epoch
	index  oplog.Index
	commit oplog.Index
	ok     bool
}

func (m *ack) Append(b []byte) []byte {
	return wire.Append(b, kindAck, nil, uint64(m.epoch), uint64(m.index), uint64(m.commit), wire.Bit(m.ok))
}

func (m *ack) decode(b []byte) bool {
	var n [4]uint64
	_, ok := wire.Decode(b, kindAck, n[:])
	*m = ack{oplog.Epoch(n[0]), oplog.Index(n[1]), oplog.Index(n[2]), n[3] != 0}
	return ok
}

// version asks the tail what is committed, or answers.
type version struct {
	epoch  oplog.Epoch
	round  uint64
	answer bool
	commit oplog.Index
}

func (m *version) Append(b []byte) []byte {
	return wire.Append(b, kindVersion, nil, uint64(m.epoch), m.round, wire.Bit(m.answer), uint64(m.commit))
}

func (m *version) decode(b []byte) bool {
	var n [4]uint64
	_, ok := wire.Decode(b, kindVersion, n[:])
	*m = version{oplog.Epoch(n[0]), n[1], n[2] != 0, oplog.Index(n[3])}
	return ok
}

// describe tells a person what a payload says.
func describe(payload []byte) string {
	var f forward
	var a ack
	var v version
	switch {
	case f.decode(payload):
		return fmt.Sprintf("Forward e%d after %d@e%d, %d B, whole %d, commit %d", f.epoch, f.after, f.afterEpoch, len(f.entries), f.whole, f.commit)
	case a.decode(payload) && a.ok:
		return fmt.Sprintf("Ack e%d match %d, commit %d", a.epoch, a.index, a.commit)
	case a.decode(payload):
		return fmt.Sprintf("Ack e%d rejected, try %d", a.epoch, a.index)
	case v.decode(payload) && v.answer:
		return fmt.Sprintf("Version e%d commit %d, round %d", v.epoch, v.commit, v.round)
	case v.decode(payload):
		return fmt.Sprintf("Version e%d? round %d", v.epoch, v.round)
	}
	if text, ok := viewservice.Describe(payload); ok {
		return text
	}
	if text, ok := kv.Describe(payload); ok {
		return text
	}
	return "damaged message"
}
