package wal

import "encoding/binary"

// Follower reads on in a log as it grows on the disk of another: each record once. It is for monitors, which want to know what a recovery would find.
type Follower struct {
	Options
	found Found
	began [2]uint64 // how each copy begins: it changes when the log is replaced
}

// Follow replays the records that are whole and new. If the log is another than before, because it was replaced or has lost
// something, it calls begin and replays all. An error of replay ends it, and comes again with the next call.
func (f *Follower) Follow(copies [2][]byte, begin func(), replay func(head, body []byte) error) error {
	if f.began != f.beginnings(copies) || f.found.Size > max(len(copies[0]), len(copies[1])) {
		begin()
		f.began = f.beginnings(copies)
		f.found = Found{generation: f.latest(copies[:])}
	}
	for f.found.Size < max(len(copies[0]), len(copies[1])) {
		x, ok := f.frameOfAny(copies[:], &f.found)
		if !ok {
			return nil
		}
		if err := replay(x[frameHeader:f.FrameSize(0)], x[f.FrameSize(0):]); err != nil {
			return err
		}
		f.found.Size += len(x)
		f.found.crc = x.crc()
	}
	return nil
}

// beginnings are the checksums and generations with which the copies begin.
func (f *Follower) beginnings(copies [2][]byte) (b [2]uint64) {
	for i, file := range copies {
		if len(file) >= frameHeader {
			b[i] = binary.LittleEndian.Uint64(file)
		}
	}
	return b
}
