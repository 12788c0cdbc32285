package wire

import (
	"encoding/binary"
	"iter"
)

// AppendRecord appends a record, with its length before it.
func AppendRecord(b, record []byte) []byte {
	return append(binary.LittleEndian.AppendUint32(b, uint32(len(record))), record...)
}

// Records are the records in what [AppendRecord] made, up to the first that is cut off. They share memory with b.
func Records(b []byte) iter.Seq[[]byte] {
	return func(yield func([]byte) bool) {
		for len(b) >= 4 {
			length := binary.LittleEndian.Uint32(b)
			if uint64(length) > uint64(len(b)-4) {
				return
			}
			size := int(length)
			if !yield(b[4 : 4+size : 4+size]) {
				return
			}
			b = b[4+size:]
		}
	}
}
