package oplog

import (
	"encoding/binary"
	"fmt"

	"simrun/models/invariant"
	"simrun/models/wal"
	"simrun/sim"
)

// Held is what the disk of a node holds for sure: what [Store.Load] would find after a power cut now. It reads each record once, and keeps
// no more than the epochs of the entries.
type Held struct {
	Meta   []byte // the protocol's bytes
	files  wal.Follower
	base   Index
	epochs []Epoch // of the entries from the base on, the base's own first
}

// NewHeld returns what the disk of a node holds that has none yet. The arguments are those of [NewStore].
func NewHeld(files wal.Options, meta int) *Held {
	files.Head = meta + indexSize
	return &Held{Meta: make([]byte, meta), files: wal.Follower{Options: files}, epochs: make([]Epoch, 1)}
}

// Look reads on. It is false if the disk makes no sense.
func (h *Held) Look(c sim.Cluster, node sim.NodeID) bool {
	copies := [2][]byte{c.Durable(node, h.files.Files[0]), c.Durable(node, h.files.Files[1])}
	return h.files.Follow(copies, h.begin, h.replay) == nil
}

func (h *Held) begin() {
	clear(h.Meta)
	h.base, h.epochs = 0, append(h.epochs[:0], 0)
}

func (h *Held) replay(head, body []byte) error {
	copy(h.Meta, head)
	first := Index(binary.LittleEndian.Uint64(head[len(h.Meta):]))
	switch {
	case first == 0:
		return nil
	case first&checkpointMark != 0:
		if len(body) < checkpointHeader || uint64(len(body)-checkpointHeader) < binary.LittleEndian.Uint64(body[16:]) {
			return fmt.Errorf("%w: a checkpoint ends inside its state", wal.ErrDamaged)
		}
		h.base = first &^ checkpointMark
		h.epochs = append(h.epochs[:0], Epoch(binary.LittleEndian.Uint64(body)))
		body = body[checkpointHeader+int(binary.LittleEndian.Uint64(body[16:])):]
	case first > h.Last()+1 || first <= h.base:
		return fmt.Errorf("%w: entry %d follows entry %d", wal.ErrDamaged, first, h.Last())
	default:
		h.epochs = h.epochs[:first-h.base]
	}
	for len(body) > 0 {
		e, rest, ok := NextEntry(body)
		if !ok {
			return fmt.Errorf("%w: a record ends inside an entry", wal.ErrDamaged)
		}
		h.epochs = append(h.epochs, e.Epoch)
		body = rest
	}
	return nil
}

// Last is the last entry.
func (h *Held) Last() Index { return h.base + Index(len(h.epochs)) - 1 }

// Epoch is the epoch of the entry at an index, if the log has it.
func (h *Held) Epoch(i Index) (Epoch, invariant.Entry) {
	switch {
	case i < h.base:
		return 0, invariant.Compacted
	case i > h.Last():
		return 0, invariant.Missing
	}
	return h.epochs[i-h.base], invariant.There
}
