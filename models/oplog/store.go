package oplog

import (
	"encoding/binary"
	"fmt"

	"simrun/models/wal"
	"simrun/sim"
)

// Store is a log that is also on disk, together with a few bytes of the protocol's own (its epoch, its vote). What a
// handler changes is written as one record by [Store.Write], durable as a whole or not at all.
type Store struct {
	Log
	Disk wal.Log

	volatile bool // there is no disk: see [NewVolatile]

	meta       int      // size of the protocol's bytes
	metaDirty  bool     // they changed since the last record
	firstDirty Index    // the log changed from here on since the last record; 0 if it did not
	metaOffset int      // size of the file with the protocol's bytes as they are
	stable     Index    // entries up to here are durable
	targets    []target // and will be when syncs in flight end

	state []byte // of the protocol, up to the base or beyond: see [Store.Compact]
}

// target is what becomes durable with a position of the disk.
type target struct {
	position int // 0: of a checkpoint, with whatever the disk tells next
	last     Index
}

// indexSize is the size of the index in the head of a record, after the protocol's bytes: of the first entry in the body, which
// replaces the log from there on; 0 if the log did not change.
const indexSize = 8

// NewStore returns a log to be loaded. meta is the size of the protocol's bytes; refused is as in [wal.New].
func NewStore(env wal.Env, files wal.Options, meta int, refused func()) Store {
	files.Head = meta + indexSize
	return Store{Log: NewLog(0), Disk: wal.New(env, files, refused), meta: meta}
}

// NewVolatile returns an empty log of a node that keeps nothing on disk: what others rely on is in the memories of several. All of it counts as durable at once.
func NewVolatile() Store { return Store{Log: NewLog(0), volatile: true} }

// Loaded is what [Store.Load] found.
type Loaded struct {
	Meta    []byte // the protocol's bytes; zeros if there was no record
	State   []byte // what [Store.Checkpoint] was given last; nil if nothing was
	Repairs int    // records that one copy lacked
}

// Load recovers the log from its copies ([wal.Log.Copies]), and makes the disk ready to be
// written. An error wraps [wal.ErrDamaged] if the disk has lost what was durable; any other is the
// disk's refusal, after which the caller tries again.
func (s *Store) Load(copies [][]byte) (Loaded, error) { return s.load(copies, copies, false) }

// LoadTrusting is Load as a node does it that has no second copy, and takes damage for the end of its log: from one file, whose
// bytes may have been altered before. It is how those bugs are planted.
func (s *Store) LoadTrusting(file []byte, copies [][]byte) (Loaded, error) {
	return s.load([][]byte{file}, copies, true)
}

func (s *Store) load(copies, all [][]byte, trusting bool) (Loaded, error) {
	l := Loaded{Meta: make([]byte, s.meta)}
	s.Log, s.state = NewLog(len(copies[0])), nil
	found, err := s.Disk.Recover(copies, func(head, body []byte) error {
		copy(l.Meta, head)
		return s.replay(Index(binary.LittleEndian.Uint64(head[s.meta:])), body)
	})
	if err != nil && !trusting {
		return l, err
	}
	l.Repairs, l.State = found.Repairs(), s.state
	if err := s.Disk.Settle(found, all); err != nil {
		return l, err
	}
	s.metaOffset, s.stable, s.targets, s.metaDirty, s.firstDirty = found.Size, s.Last(), nil, false, 0
	return l, nil
}

// replay takes one record.
func (s *Store) replay(first Index, body []byte) error {
	if first == 0 {
		return nil
	}
	if first&checkpointMark != 0 {
		return s.replayCheckpoint(first&^checkpointMark, body)
	}
	if first > s.Last()+1 || first <= s.Base() {
		return fmt.Errorf("%w: entry %d follows entry %d", wal.ErrDamaged, first, s.Last())
	}
	if first <= s.Last() {
		s.Log.Truncate(first)
	}
	return s.replayEntries(body)
}

func (s *Store) replayEntries(body []byte) error {
	for len(body) > 0 {
		e, rest, ok := NextEntry(body)
		if !ok {
			return fmt.Errorf("%w: a record ends inside an entry", wal.ErrDamaged)
		}
		s.Log.AddRaw(e)
		body = rest
	}
	return nil
}

// Append adds an entry of this node's own at the end.
func (s *Store) Append(epoch Epoch, kind Kind, data []byte) Index {
	s.Log.Add(epoch, kind, data)
	s.changed(s.Last())
	return s.Last()
}

// AppendRaw adds an entry that another node encoded at the end.
func (s *Store) AppendRaw(e Entry) {
	s.Log.AddRaw(e)
	s.changed(s.Last())
}

// Truncate deletes the entry at an index and all that follow it.
func (s *Store) Truncate(from Index) {
	s.Log.Truncate(from)
	s.changed(from)
	s.stable = min(s.stable, from-1)
	for i := range s.targets {
		s.targets[i].last = min(s.targets[i].last, from-1)
	}
}

func (s *Store) changed(from Index) {
	if s.firstDirty == 0 || from < s.firstDirty {
		s.firstDirty = from
	}
}

// ChangeMeta notes that the protocol's bytes changed.
func (s *Store) ChangeMeta() { s.metaDirty = true }

// Dirty reports whether something changed since the last record.
func (s *Store) Dirty() bool { return s.metaDirty || s.firstDirty > 0 }

// MetaDirty reports whether the protocol's bytes changed since the last record.
func (s *Store) MetaDirty() bool { return s.metaDirty }

// Write writes what changed as one record, with the protocol's bytes as they are now, and starts a sync if none is under way.
func (s *Store) Write(meta []byte) {
	s.Record(meta)
	s.Sync()
}

// Record is Write without the sync.
func (s *Store) Record(meta []byte) {
	if s.volatile {
		s.metaDirty, s.firstDirty = false, 0
		return
	}
	if s.Dirty() {
		s.Put(meta, s.firstDirty)
		if s.metaDirty {
			s.metaOffset = s.Disk.Written()
		}
		s.metaDirty, s.firstDirty = false, 0
	}
}

// Put writes a record with the entries from first on; 0 is none.
func (s *Store) Put(meta []byte, first Index) {
	var head [64]byte
	n := copy(head[:], meta[:s.meta])
	binary.LittleEndian.PutUint64(head[n:], uint64(first))
	var body []byte
	if first > 0 {
		body = s.Raw(first, s.Last())
	}
	s.Disk.Put(head[:n+indexSize], body)
}

// Sync starts a sync of what is written, if none is under way.
func (s *Store) Sync() {
	if !s.volatile && s.Disk.Sync() {
		s.targets = append(s.targets, target{s.Disk.Written(), s.Last()})
	}
}

// Synced takes the end of a sync. It reports whether more became durable.
func (s *Store) Synced(id sim.SyncID, err error) bool {
	before := len(s.targets) // a checkpoint that begins now adds one
	if !s.Disk.Synced(id, err) {
		return false
	}
	durable, kept := s.Disk.Durable(), s.targets[:0]
	for i, t := range s.targets {
		if i < before && t.position <= durable {
			s.stable = max(s.stable, t.last)
		} else {
			kept = append(kept, t)
		}
	}
	s.targets = kept
	return true
}

// Stable is the last entry up to which the log is durable.
func (s *Store) Stable() Index {
	if s.volatile {
		return s.Last()
	}
	return s.stable
}

// Assume takes the whole log for durable, as a node does that acknowledges what it has not synced. It is how that bug is
// planted.
func (s *Store) Assume() { s.stable = s.Last() }

// MetaOffset is how much of the file must be durable for the protocol's bytes to be.
func (s *Store) MetaOffset() int { return s.metaOffset }
