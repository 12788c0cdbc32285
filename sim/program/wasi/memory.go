package wasi

import (
	"crypto/sha256"

	"github.com/tetratelabs/wazero/experimental"
)

// linearMemory is the memory of a guest, which grows up to a limit.
type linearMemory struct {
	limit   uint64
	bytes   []byte
	refused bool // the guest wanted more than the limit
}

// Allocate implements [experimental.MemoryAllocator].
func (m *linearMemory) Allocate(uint64, uint64) experimental.LinearMemory { return m }

// Reallocate implements [experimental.LinearMemory]. Memory never shrinks, so that what is beyond its end is zero.
func (m *linearMemory) Reallocate(size uint64) []byte {
	if size > m.limit {
		m.refused = true
		return nil
	}
	if size > uint64(cap(m.bytes)) {
		room := min(2*uint64(cap(m.bytes)), m.limit) // it doubles, since a heap grows in many steps
		grown := make([]byte, size, max(size, room))
		copy(grown, m.bytes)
		m.bytes = grown
	}
	m.bytes = m.bytes[:size]
	return m.bytes
}

// Free implements [experimental.LinearMemory].
func (m *linearMemory) Free() { m.bytes = nil }

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
