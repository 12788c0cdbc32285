package kv

import "encoding/binary"

// slotSize is the size of a slot without its key: value, presence, length of the key.
const slotSize = 8 + 1 + 4

// AppendState implements [session.Snapshotter]: the sessions, and then the keys in the order in which they came.
func (m *Machine) AppendState(b []byte) []byte {
	b = m.Sessions.Append(b)
	for i, s := range m.slots {
		present := byte(0)
		if s.present {
			present = 1
		}
		b = append(binary.LittleEndian.AppendUint64(b, uint64(s.value)), present)
		b = binary.LittleEndian.AppendUint32(b, uint32(len(m.keys[i])))
		b = append(b, m.keys[i]...)
	}
	return b
}

// RestoreState implements [session.Snapshotter].
func (m *Machine) RestoreState(b []byte) bool {
	*m = NewMachine()
	b, ok := m.Sessions.Decode(b)
	for ok && len(b) > 0 {
		if ok = len(b) >= slotSize; !ok {
			break
		}
		s := slot{value: int64(binary.LittleEndian.Uint64(b)), present: b[8] != 0}
		size := uint64(binary.LittleEndian.Uint32(b[9:]))
		if b = b[slotSize:]; uint64(len(b)) < size {
			return false
		}
		i := m.slot(b[:size])
		m.slots[i], b = s, b[size:]
	}
	return ok
}
