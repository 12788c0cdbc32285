package session

import "encoding/binary"

// Snapshotter is a [Machine] whose state can be saved, and taken over by another.
type Snapshotter interface {
	Machine
	// AppendState appends the state to b. Equal states have equal encodings.
	AppendState(b []byte) []byte
	// RestoreState makes the state one that AppendState encoded; false, with the state undefined, for what it can't have made.
	RestoreState(b []byte) bool
}

// sessionSize is the size of a session without the body of its last result: id, number of its last command, status, value, length of the body.
const sessionSize = 8 + 8 + 1 + 8 + 4

// Append appends the encoding of the table to b: the sessions are part of the replicated state, and of its snapshots (Ongaro's dissertation, §6.3).
func (t *Table) Append(b []byte) []byte {
	b = binary.LittleEndian.AppendUint32(b, uint32(len(t.sessions)))
	for _, s := range t.sessions {
		b = binary.LittleEndian.AppendUint64(b, s.id)
		b = binary.LittleEndian.AppendUint64(b, s.seq)
		b = append(b, byte(s.last.Status))
		b = binary.LittleEndian.AppendUint64(b, uint64(s.last.Value))
		b = binary.LittleEndian.AppendUint32(b, uint32(len(s.last.Body)))
		b = append(b, s.last.Body...)
	}
	return b
}

// Decode makes the table one that [Table.Append] encoded, and returns what follows it; false for what it can't have made.
func (t *Table) Decode(b []byte) (rest []byte, ok bool) {
	*t = Table{}
	if len(b) < 4 {
		return nil, false
	}
	n := int(binary.LittleEndian.Uint32(b))
	b = b[4:]
	for range n {
		if len(b) < sessionSize {
			return nil, false
		}
		s := session{id: binary.LittleEndian.Uint64(b), seq: binary.LittleEndian.Uint64(b[8:])}
		s.last = Result{Status: Status(b[16]), Value: int64(binary.LittleEndian.Uint64(b[17:]))}
		size := uint64(binary.LittleEndian.Uint32(b[25:]))
		if b = b[sessionSize:]; uint64(len(b)) < size {
			return nil, false
		}
		s.last.Body, b = string(b[:size]), b[size:]
		t.sessions = append(t.sessions, s)
	}
	return b, true
}
