package percolator

import (
	"fmt"

	"simrun/models/gateway"
	"simrun/models/txn"
	"simrun/models/wire"
)

// The kinds of payloads between nodes, and of the records of a log.
const (
	kindTimestamp = 0x30 + iota // server → oracle: a new timestamp
	kindGet                     // server → shard: what a key was at a timestamp
	kindPrewrite                // server → shard: lock a key, and keep what is to be written
	kindCommit                  // server → shard: turn a lock into a write; of the primary, it is the decision
	kindCheck                   // server → shard of a primary: what became of its transaction?
	kindResolve                 // server → shard: turn the lock of a transaction into a write, or remove it, as its primary says
	kindAnswer

	recordBound // of the oracle: it has given no timestamp beyond
	recordLock  // of a shard: a transaction may write a key
	recordEnd   // of a shard: and has, or never will
)

// status is what a shard answers.
type status uint8

const (
	done       status = iota
	locked            // by another transaction, which the answer names
	conflict          // another transaction has written the key since
	rolledBack        // the transaction certainly does not commit
	statuses   = iota
)

func (s status) String() string {
	return [...]string{"done", "locked", "conflict", "rolled back"}[s]
}

// message is what nodes send and logs hold. Not everything counts in each.
type message struct {
	kind    byte
	status  status
	key     txn.Key
	start   stamp   // names the transaction
	commit  stamp   // 0: none, or rolled back
	primary txn.Key // of a lock
	own     bool    // the server of the transaction itself asks to roll it back
	value   []int64
}

func (m message) encode() []byte {
	return wire.Append(nil, m.kind, txn.AppendValue(nil, m.value), uint64(m.status), uint64(m.key), uint64(m.start), uint64(m.commit), uint64(m.primary), wire.Bit(m.own))
}

// decode reads a payload or a record; false if it is damaged or of another protocol.
func decode(payload []byte) (m message, ok bool) {
	var n [6]uint64
	kind := wire.Kind(payload)
	if kind < kindTimestamp || kind > recordEnd {
		return m, false
	}
	body, ok := wire.Decode(payload, kind, n[:])
	if !ok || n[0] >= uint64(statuses) || n[5] > 1 {
		return m, false
	}
	m = message{kind: kind, status: status(n[0]), key: txn.Key(n[1]), start: stamp(n[2]), commit: stamp(n[3]), primary: txn.Key(n[4]), own: n[5] == 1}
	value, rest, ok := txn.DecodeValue(body)
	m.value = value
	return m, ok && len(rest) == 0
}

// describe tells a person what a payload says.
func describe(payload []byte) string {
	if text, ok := gateway.Describe(payload); ok {
		return text
	}
	m, ok := decode(payload)
	if !ok {
		return "damaged message"
	}
	switch m.kind {
	case kindTimestamp:
		return "Timestamp?"
	case kindGet:
		return fmt.Sprintf("Get %d at %d", m.key, m.start)
	case kindPrewrite:
		return fmt.Sprintf("Prewrite %d = %d by T%d, primary %d", m.key, m.value, m.start, m.primary)
	case kindCommit:
		return fmt.Sprintf("Commit %d by T%d at %d", m.key, m.start, m.commit)
	case kindCheck:
		return fmt.Sprintf("Check T%d at its primary %d", m.start, m.key)
	case kindResolve:
		if m.commit == 0 {
			return fmt.Sprintf("Roll T%d back in %d", m.start, m.key)
		}
		return fmt.Sprintf("Roll T%d forward in %d at %d", m.start, m.key, m.commit)
	case kindAnswer:
		text := fmt.Sprintf("Answer %v: T%d", m.status, m.start)
		if m.commit > 0 {
			text += fmt.Sprintf(" committed at %d", m.commit)
		}
		if len(m.value) > 0 {
			text += fmt.Sprintf(" %d", m.value)
		}
		return text
	}
	return "a record"
}
