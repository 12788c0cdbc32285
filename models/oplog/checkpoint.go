package oplog

import (
	"encoding/binary"
	"fmt"

	"simrun/models/wal"
)

// checkpointMark tells, in the head of a record, that it stands for all before it. The rest of the number is the base of the log, and the body is
//
//	epoch of the base (8), hash of the log up to it (8), length of the state (8), the state, the entries after the base
const checkpointMark Index = 1 << 63

const checkpointHeader = 24

// Checkpointing reports whether the disk is busy with a checkpoint.
func (s *Store) Checkpointing() bool { return !s.Disk.Replaceable() }

// Checkpoint makes the disk hold this state, the log as it is in memory, from its base on, and nothing else. It is atomic: whenever the node
// crashes, the disk holds what it held, or that. meta returns the protocol's bytes, state the state, both at the moment at which they are written. The caller
// has asked [Store.Checkpointing], and nothing changed since the last record.
func (s *Store) Checkpoint(meta, state func() []byte, d wal.Defects) {
	s.Disk.Replace(func() []byte {
		s.targets = append(s.targets, target{last: s.Last()})
		return s.checkpoint(meta(), state())
	}, d)
}

// checkpoint is the head and the body of the record.
func (s *Store) checkpoint(meta, state []byte) []byte {
	b := append(make([]byte, 0, s.meta+indexSize+checkpointHeader+len(state)+len(s.arena)), meta[:s.meta]...)
	b = binary.LittleEndian.AppendUint64(b, uint64(s.base|checkpointMark))
	b = binary.LittleEndian.AppendUint64(b, uint64(s.Epoch(s.base)))
	b = binary.LittleEndian.AppendUint64(b, s.Chain(s.base))
	b = binary.LittleEndian.AppendUint64(b, uint64(len(state)))
	b = append(b, state...)
	return append(b, s.arena...)
}

func (s *Store) replayCheckpoint(base Index, body []byte) error {
	if len(body) < checkpointHeader || uint64(len(body)-checkpointHeader) < binary.LittleEndian.Uint64(body[16:]) {
		return fmt.Errorf("%w: a checkpoint ends inside its state", wal.ErrDamaged)
	}
	end := checkpointHeader + int(binary.LittleEndian.Uint64(body[16:]))
	s.Begin(base, Epoch(binary.LittleEndian.Uint64(body)), binary.LittleEndian.Uint64(body[8:]))
	s.state = append(make([]byte, 0, end), body[checkpointHeader:end]...)
	return s.replayEntries(body[end:])
}

// Restart makes the log begin after a base, in memory: the next checkpoint takes it to the disk. What was durable before counts no more.
func (s *Store) Restart(base Index, epoch Epoch, chain uint64) {
	s.Begin(base, epoch, chain)
	s.stable, s.targets = 0, s.targets[:0]
}
