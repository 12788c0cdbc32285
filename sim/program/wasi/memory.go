package wasi

import (
	"crypto/sha256"
	"sync"

	"github.com/tetratelabs/wazero/api"
	"github.com/tetratelabs/wazero/experimental"
)

// linearMemory is the memory of a guest, which grows up to a limit.
type linearMemory struct {
	limit   uint64
	spare   *sync.Pool // of *[]byte: what former guests had
	bytes   []byte
	used    bool // what is beyond the end of bytes was a former guest's
	refused bool // the guest wanted more than the limit
	shorten bool // the next time that it grows it becomes as short as first
	first   uint64
}

// Allocate implements [experimental.MemoryAllocator].
func (m *linearMemory) Allocate(uint64, uint64) experimental.LinearMemory {
	if b, ok := m.spare.Get().(*[]byte); ok {
		m.bytes, m.used = (*b)[:0], true
	}
	return m
}

// Reallocate implements [experimental.LinearMemory]. A guest's memory never shrinks.
func (m *linearMemory) Reallocate(size uint64) []byte {
	old := uint64(len(m.bytes))
	switch {
	case m.shorten:
		m.bytes = m.bytes[:m.first]
	case size > m.limit:
		m.refused = true
		return nil
	case size > uint64(cap(m.bytes)):
		room := min(2*uint64(cap(m.bytes)), m.limit) // it doubles, since a heap grows in many steps
		grown := make([]byte, size, max(size, room))
		copy(grown, m.bytes)
		m.bytes, m.used = grown, false
	default:
		m.bytes = m.bytes[:size]
		if m.used {
			clear(m.bytes[old:])
		}
	}
	return m.bytes
}

// rewind makes the memory as long as it was for its first guest, with what the last one left in it. The runtime has no word for that, but takes
// over whatever it is given when memory grows. False: a guest has let it grow as far as the module allows.
func (m *linearMemory) rewind(memory api.Memory, size uint64) bool {
	m.shorten, m.first = true, size
	_, ok := memory.Grow(1)
	m.shorten, m.used, m.refused = false, true, false
	return ok
}

// Free implements [experimental.LinearMemory].
func (m *linearMemory) Free() {
	if cap(m.bytes) <= keepMemory {
		b := m.bytes
		m.spare.Put(&b)
	}
	m.bytes = nil
}

// keepMemory bounds what is kept of one guest for the next.
const keepMemory = 64 << 20

// hash is the SHA-256 of what the guest's memory holds.
func (m *linearMemory) hash() [32]byte { return sha256.Sum256(m.bytes) }

// read is a part of the guest's memory, to be read or written.
func (p *process) read(at, n uint64) ([]byte, bool) { return p.memory.Read(uint32(at), uint32(n)) }

// put32 writes a result.
func (p *process) put32(at uint64, v uint32) errno {
	if !p.memory.WriteUint32Le(uint32(at), v) {
		return efault
	}
	return success
}

// put64 writes a result.
func (p *process) put64(at, v uint64) errno {
	if !p.memory.WriteUint64Le(uint32(at), v) {
		return efault
	}
	return success
}

// text is a string that the guest gives.
func (p *process) text(at, n uint64) (string, bool) {
	b, ok := p.read(at, n)
	return string(b), ok
}
