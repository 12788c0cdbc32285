package primarybackup

import (
	"fmt"

	"simrun/models/kv"
	"simrun/models/oplog"
	"simrun/models/viewservice"
	"simrun/models/wire"
)

// The kinds of messages between replicas; those of the view service are its own.
const (
	kindReplicate = 1 + iota // primary → replica: entries, and a heartbeat
	kindAck                  // replica → primary
)

// replicate carries the entries after one of the primary's log.
type replicate struct {
	epoch      oplog.Epoch
	after      oplog.Index
	afterEpoch oplog.Epoch // of that entry
	commit     oplog.Index
	entries    []byte
}

func (m *replicate) Append(b []byte) []byte {
	return wire.Append(b, kindReplicate, m.entries, uint64(m.epoch), uint64(m.after), uint64(m.afterEpoch), uint64(m.commit))
}

func (m *replicate) decode(b []byte) bool {
	var n [4]uint64
	entries, ok := wire.Decode(b, kindReplicate, n[:])
	*m = replicate{oplog.Epoch(n[0]), oplog.Index(n[1]), oplog.Epoch(n[2]), oplog.Index(n[3]), entries}
	return ok
}

// ack answers replicate. If ok, the log is on disk and equal to the primary's up to index; else index is the last entry that may agree.
type ack struct {
	epoch oplog.Epoch
	index oplog.Index
	ok    bool
}

func (m *ack) Append(b []byte) []byte {
	return wire.Append(b, kindAck, nil, uint64(m.epoch), uint64(m.index), wire.Bit(m.ok))
}

func (m *ack) decode(b []byte) bool {
	var n [3]uint64
	_, ok := wire.Decode(b, kindAck, n[:])
	*m = ack{oplog.Epoch(n[0]), oplog.Index(n[1]), n[2] != 0}
	return ok
}

// describe tells a person what a payload says.
func describe(payload []byte) string {
	var r replicate
	var a ack
	switch {
	case r.decode(payload):
		return fmt.Sprintf("Replicate e%d after %d@e%d, %d B, commit %d", r.epoch, r.after, r.afterEpoch, len(r.entries), r.commit)
	case a.decode(payload) && a.ok:
		return fmt.Sprintf("Ack e%d match %d", a.epoch, a.index)
	case a.decode(payload):
		return fmt.Sprintf("Ack e%d rejected, try %d", a.epoch, a.index)
	}
	if text, ok := viewservice.Describe(payload); ok {
		return text
	}
	if text, ok := kv.Describe(payload); ok {
		return text
	}
	return "damaged message"
}
