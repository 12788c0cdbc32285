package wal

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"

	"simrun/models/wire"
)

// A frame is a record as it is on disk.
//
//	offset size
//	0      4    CRC32C of all that follows in the frame
//	4      4    magic of the log, plus the generation of the file
//	8      4    length of the record's body
//	12     4    CRC32C of the frame before it, 0 for the first: frames are a chain
//	16     8    durable: the size of the file that was surely on disk when this was written
//	24          the record's head, of the size that the log has, and its body
const frameHeader = 24

// frame is one frame as it is in a file.
type frame []byte

func (f frame) crc() uint32    { return binary.LittleEndian.Uint32(f) }
func (f frame) before() uint32 { return binary.LittleEndian.Uint32(f[12:]) }
func (f frame) durable() int   { return int(binary.LittleEndian.Uint64(f[16:])) }

// AppendFrame appends a record to b as it is in a file, and returns its checksum, which the next frame names. durable
// is how much of the file was on disk when it was written. A [Log] does this by itself; tests make files with it.
func (o *Options) AppendFrame(b []byte, before uint32, durable int, head, body []byte) ([]byte, uint32) {
	return o.appendFrame(0, b, before, durable, head, body)
}

func (o *Options) appendFrame(generation uint32, b []byte, before uint32, durable int, head, body []byte) ([]byte, uint32) {
	start := len(b)
	b = append(b, 0, 0, 0, 0)
	b = binary.LittleEndian.AppendUint32(b, o.Magic+generation)
	b = binary.LittleEndian.AppendUint32(b, uint32(len(body)))
	b = binary.LittleEndian.AppendUint32(b, before)
	b = binary.LittleEndian.AppendUint64(b, uint64(durable))
	b = append(append(b, head...), body...)
	crc := crc32.Checksum(b[start+4:], wire.Table)
	binary.LittleEndian.PutUint32(b[start:], crc)
	return b, crc
}

// maxGeneration bounds how often a log can be replaced.
const maxGeneration = 1 << 20

func (o *Options) generation(f frame) uint32 { return binary.LittleEndian.Uint32(f[4:]) - o.Magic }

// frameAt returns the frame that begins at an offset, of whatever generation; ok is false if no whole frame does.
func (o *Options) frameAt(file []byte, offset int) (f frame, ok bool) {
	b := file[offset:]
	if len(b) < o.FrameSize(0) || o.generation(frame(b)) > maxGeneration {
		return nil, false
	}
	size := o.FrameSize(int(binary.LittleEndian.Uint32(b[8:])))
	if size < o.FrameSize(0) || size > len(b) || binary.LittleEndian.Uint32(b) != crc32.Checksum(b[4:size], wire.Table) {
		return nil, false
	}
	return frame(b[:size]), true
}

// FrameSize is the size on disk of a record with a body of so many bytes.
func (o *Options) FrameSize(body int) int { return frameHeader + o.Head + body }

// Believe returns a file as a log without checksums takes it: every frame whose length makes
// sense is sealed anew, with whatever it holds. It is how the bug of believing a damaged disk is planted.
func (o *Options) Believe(file []byte) []byte {
	b := bytes.Clone(file)
	before := uint32(0)
	for at := 0; at+o.FrameSize(0) <= len(b) && o.generation(frame(b[at:])) <= maxGeneration; {
		end := at + o.FrameSize(int(binary.LittleEndian.Uint32(b[at+8:])))
		if end > len(b) {
			break
		}
		binary.LittleEndian.PutUint32(b[at+12:], before)
		before = crc32.Checksum(b[at+4:end], wire.Table)
		binary.LittleEndian.PutUint32(b[at:], before)
		at = end
	}
	return b
}
