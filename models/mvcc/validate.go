package mvcc

import "simrun/models/txn"

// conflict returns the index of a version that a transaction must not miss at its level, and that it has missed; false if there is none.
//
// Snapshot isolation: the first committer wins. Nobody else has written what the transaction writes since its snapshot (Berenson and others,
// SIGMOD 1995, §4.2). Strict serializability: nobody has written what it read either (Kung and Robinson, "On Optimistic Methods for Concurrency
// Control", TODS 1981), so that it could have read everything at this entry of the log. Read committed: the version on which it has shown what
// it writes itself is still the latest, as if it had locked that.
func (m *machine) conflict(c *command) (uint64, bool) {
	for _, s := range c.seen {
		if m.validatesReads() || s.own && m.level == readCommitted {
			if at := m.latest(s.key); at > s.at {
				return at, true
			}
		}
	}
	if c.snapshot == 0 || m.level == readCommitted || m.env.Bug(bugLastWins) {
		return 0, false
	}
	for _, k := range c.writes.WriteKeys() {
		if at := m.latest(k); at > c.snapshot {
			return at, true
		}
	}
	return 0, false
}

func (m *machine) latest(k txn.Key) uint64 { return m.keys[k].Newest().From }

// validatesReads reports whether what was read has to be the latest still.
func (m *machine) validatesReads() bool {
	return m.level == strictSerializable && !m.env.Bug(bugWritesOnly)
}
