package api

import "encoding/binary"

// AppendCommand appends the encoding of a command to b.
func AppendCommand(b []byte, session, seq uint64, ops []Op) []byte {
	b = binary.LittleEndian.AppendUint64(b, session)
	b = binary.LittleEndian.AppendUint64(b, seq)
	return AppendOps(b, session, ops)
}

// DecodeCommand reads a command; false if it is damaged.
func DecodeCommand(b []byte) (session, seq uint64, ops []Op, ok bool) {
	if len(b) < 16 {
		return 0, 0, nil, false
	}
	ops, ok = DecodeOps(b[16:])
	return binary.LittleEndian.Uint64(b), binary.LittleEndian.Uint64(b[8:]), ops, ok
}
