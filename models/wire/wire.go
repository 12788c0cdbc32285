// Package wire guards payloads with a checksum, so that what the network damaged is told from what was sent.
package wire

import (
	"encoding/binary"
	"hash/crc32"
)

// Table is CRC32C, which processors compute in hardware.
var Table = crc32.MakeTable(crc32.Castagnoli)

// Room is the size of the checksum, at the beginning of a payload.
const Room = 4

// Seal completes a payload that begins with [Room] bytes for the checksum.
func Seal(b []byte) []byte {
	binary.LittleEndian.PutUint32(b, crc32.Checksum(b[Room:], Table))
	return b
}

// Open returns what [Seal] guarded, which shares memory with b; false if it is damaged, or too short.
func Open(b []byte) ([]byte, bool) {
	if len(b) < Room || binary.LittleEndian.Uint32(b) != crc32.Checksum(b[Room:], Table) {
		return nil, false
	}
	return b[Room:], true
}
