package mvcc

import (
	"encoding/binary"

	"simrun/models/txn"
)

// command commits a transaction: its micro-operations that write, and what it has to be validated against.
type command struct {
	session  uint64
	seq      uint64
	snapshot uint64 // the index that it read at; 0: it has read nothing
	seen     []seen // what it read
	writes   txn.Txn
}

// seen is a key that a transaction read.
type seen struct {
	key txn.Key
	at  uint64 // the index of the state that it read from
	own bool   // it has shown what it had written there itself, on top of that
}

// maxSeen bounds how many reads a command tells of: as many as a transaction has micro-operations.
const maxSeen = txn.MaxMops

const seenSize = 8 + 8 + 1

// append appends the encoding of c to b.
func (c *command) append(b []byte) []byte {
	b = binary.LittleEndian.AppendUint64(b, c.session)
	b = binary.LittleEndian.AppendUint64(b, c.seq)
	b = binary.LittleEndian.AppendUint64(b, c.snapshot)
	b = append(b, byte(len(c.seen)))
	for _, s := range c.seen {
		b = binary.LittleEndian.AppendUint64(b, uint64(s.key))
		b = binary.LittleEndian.AppendUint64(b, s.at)
		own := byte(0)
		if s.own {
			own = 1
		}
		b = append(b, own)
	}
	return c.writes.Append(b)
}

// decode reads a command; false for what append can't have made.
func (c *command) decode(b []byte) bool {
	if len(b) < 25 || b[24] > maxSeen {
		return false
	}
	*c = command{session: binary.LittleEndian.Uint64(b), seq: binary.LittleEndian.Uint64(b[8:]), snapshot: binary.LittleEndian.Uint64(b[16:])}
	n := int(b[24])
	b = b[25:]
	for range n {
		if len(b) < seenSize || b[16] > 1 {
			return false
		}
		c.seen = append(c.seen, seen{txn.Key(binary.LittleEndian.Uint64(b)), binary.LittleEndian.Uint64(b[8:]), b[16] == 1})
		b = b[seenSize:]
	}
	var ok bool
	c.writes, b, ok = txn.Decode(b)
	return ok && len(b) == 0
}

// query asks what a key holds at an index; 0 is what a server has applied.
type query struct {
	key txn.Key
	at  uint64
}

const querySize = 16

func (q query) append(b []byte) []byte {
	b = binary.LittleEndian.AppendUint64(b, uint64(q.key))
	return binary.LittleEndian.AppendUint64(b, q.at)
}

func (q *query) decode(b []byte) bool {
	if len(b) != querySize {
		return false
	}
	*q = query{txn.Key(binary.LittleEndian.Uint64(b)), binary.LittleEndian.Uint64(b[8:])}
	return true
}
