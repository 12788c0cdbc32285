package wasi

import (
	"encoding/binary"

	"simrun/sim/disk"
)

// maxSize bounds a file.
const maxSize = disk.MaxFileSize

// fileKind is what a descriptor leads to.
type fileKind uint8

const (
	onDisk fileKind = iota
	stdin
	stdout
	stderr
)

// file is an open file.
type file struct {
	kind   fileKind
	node   *inode // of a file or folder on disk
	at     int64  // where the next read or write is
	read   bool
	write  bool
	flags  uint64   // as WASI has them
	listed []dirent // what a folder held when its reading began
}

// Flags of descriptors.
const (
	flagAppend   = 1
	flagDsync    = 2
	flagNonblock = 4
	flagRsync    = 8
	flagSync     = 16
)

// get is the file of a descriptor; nil if there is none.
func (t *fileTable) get(fd uint64) *file {
	i := uint32(fd)
	if i >= uint32(len(t.open)) {
		return nil
	}
	f := t.open[i]
	if f != nil && f.kind == onDisk {
		t.lost(f.node)
	}
	return f
}

// add gives a file the lowest descriptor that is free.
func (t *fileTable) add(f *file) (int, errno) {
	for i, other := range t.open {
		if other == nil {
			t.open[i] = f
			return i, success
		}
	}
	if len(t.open) >= MaxFiles {
		return 0, emfile
	}
	t.open = append(t.open, f)
	return len(t.open) - 1, success
}

// close frees a descriptor.
func (t *fileTable) close(fd uint64) {
	f := t.open[uint32(fd)]
	t.open[uint32(fd)] = nil
	if f.node != nil {
		if f.node.opens--; f.node.opens == 0 {
			f.node.content = nil
		}
	}
}

// regular is the open file of a descriptor; success if it is one with content on disk.
func (t *fileTable) regular(fd uint64) (*file, errno) {
	switch f := t.get(fd); {
	case f == nil:
		return nil, ebadf
	case f.kind != onDisk:
		return nil, espipe
	case f.node.folder:
		return nil, eisdir
	default:
		return f, success
	}
}

// stored is the open file or folder of a descriptor.
func (t *fileTable) stored(fd uint64) (*file, errno) {
	f := t.get(fd)
	if f == nil {
		return nil, ebadf
	}
	if f.kind != onDisk {
		return nil, einval
	}
	return f, success
}

// vector is the guest's list of buffers.
type vector struct {
	at uint64
	n  int
}

// maxBuffers bounds a list of buffers, as systems do (IOV_MAX).
const maxBuffers = 1024

func vectorOf(at, n uint64) (vector, errno) {
	if uint32(n) > maxBuffers {
		return vector{}, einval
	}
	return vector{at, int(uint32(n))}, success
}

// buffer is one of them.
func (p *process) buffer(v vector, i int) ([]byte, bool) {
	b, ok := p.read(v.at+uint64(8*i), 8)
	if !ok {
		return nil, false
	}
	return p.read(uint64(binary.LittleEndian.Uint32(b)), uint64(binary.LittleEndian.Uint32(b[4:])))
}

func fdRead(p *process, a []uint64) errno {
	v, e := vectorOf(a[1], a[2])
	f := p.files.get(a[0])
	if f == nil || f.kind == stdout || f.kind == stderr {
		return ebadf
	}
	if e != success {
		return e
	}
	n := 0
	if f.kind == stdin {
		n, e = p.readInput(v)
	} else if n, e = p.readFile(f, v, f.at); e == success {
		f.at += int64(n)
	}
	if e2 := p.put32(a[3], uint32(n)); e == success {
		e = e2
	}
	return e
}

func fdPread(p *process, a []uint64) errno {
	v, e := vectorOf(a[1], a[2])
	f, e2 := p.files.regular(a[0])
	if e2 != success {
		return e2
	}
	if e != success || int64(a[3]) < 0 {
		return einval
	}
	n, e := p.readFile(f, v, int64(a[3]))
	if e != success {
		return e
	}
	return p.put32(a[4], uint32(n))
}

// readFile reads a part of a file.
func (p *process) readFile(f *file, v vector, at int64) (int, errno) {
	if f.node.folder {
		return 0, eisdir
	}
	if !f.read {
		return 0, ebadf
	}
	total := 0
	for i := range v.n {
		b, ok := p.buffer(v, i)
		if !ok {
			return 0, efault
		}
		if len(b) == 0 || at >= maxSize {
			continue
		}
		part, e := p.files.read(f.node, int(at), len(b))
		if e != success && total == 0 {
			return 0, e
		}
		n := copy(b, part)
		total, at = total+n, at+int64(n)
		if n < len(b) {
			break
		}
	}
	return total, success
}

func fdWrite(p *process, a []uint64) errno {
	v, e := vectorOf(a[1], a[2])
	f := p.files.get(a[0])
	if f == nil || f.kind == stdin {
		return ebadf
	}
	if e != success {
		return e
	}
	n := 0
	switch f.kind {
	case stdout:
		n, e = p.writeOutput(&p.out, v)
	case stderr:
		n, e = p.writeOutput(&p.log, v)
	default:
		at := f.at
		if f.flags&flagAppend != 0 {
			at = -1
		}
		n, e = p.writeFile(f, v, at)
		if at >= 0 {
			f.at += int64(n)
		} else {
			f.at = int64(p.files.length(f.node))
		}
	}
	return p.wrote(a[3], n, e)
}

func fdPwrite(p *process, a []uint64) errno {
	v, e := vectorOf(a[1], a[2])
	f, e2 := p.files.regular(a[0])
	if e2 != success {
		return e2
	}
	if e != success || int64(a[3]) < 0 {
		return einval
	}
	n, e := p.writeFile(f, v, int64(a[3]))
	return p.wrote(a[4], n, e)
}

// wrote answers a write: an error after a part was written is told at the next write.
func (p *process) wrote(result uint64, n int, e errno) errno {
	if e != success && n == 0 {
		return e
	}
	return p.put32(result, uint32(n))
}

// writeFile writes into a file; at its end, if at is negative. One call is one write on the disk.
func (p *process) writeFile(f *file, v vector, at int64) (int, errno) {
	if f.node.folder || !f.write {
		return 0, ebadf
	}
	if at > maxSize {
		return 0, efbig
	}
	b, ok := p.gather(v)
	if !ok {
		return 0, efault
	}
	if len(b) == 0 {
		return 0, success
	}
	n, e := p.files.write(f.node, int(at), b)
	if e != success {
		return 0, e
	}
	if f.flags&(flagDsync|flagSync) != 0 {
		if e := p.sync(f.node); e != success {
			return 0, e
		}
	}
	return n, success
}

// gather puts the guest's buffers together.
func (p *process) gather(v vector) ([]byte, bool) {
	if v.n == 1 {
		return p.buffer(v, 0)
	}
	var all []byte
	for i := range v.n {
		b, ok := p.buffer(v, i)
		if !ok {
			return nil, false
		}
		all = append(all, b...)
	}
	return all, true
}

func fdSeek(p *process, a []uint64) errno {
	f, e := p.files.regular(a[0])
	if e != success {
		return e
	}
	from := int64(0)
	switch uint8(a[2]) {
	case 0:
	case 1:
		from = f.at
	case 2:
		from = int64(p.files.length(f.node))
	default:
		return einval
	}
	to := from + int64(a[1])
	if to < 0 {
		return einval
	}
	f.at = to
	return p.put64(a[3], uint64(to))
}

func fdTell(p *process, a []uint64) errno {
	f, e := p.files.regular(a[0])
	if e != success {
		return e
	}
	return p.put64(a[1], uint64(f.at))
}

func fdSync(p *process, a []uint64) errno {
	f, e := p.files.stored(a[0])
	if e != success {
		return e
	}
	return p.sync(f.node)
}

func fdDatasync(p *process, a []uint64) errno { return fdSync(p, a) }

func fdFilestatSetSize(p *process, a []uint64) errno {
	f, e := p.files.regular(a[0])
	switch {
	case e != success:
		return e
	case !f.write:
		return einval
	case int64(a[1]) < 0:
		return einval
	case int64(a[1]) > maxSize:
		return efbig
	}
	return p.files.cut(f.node, int(a[1]))
}

// fdAllocate makes a file at least so long.
func fdAllocate(p *process, a []uint64) errno {
	f, e := p.files.regular(a[0])
	if e != success {
		return e
	}
	from, n := int64(a[1]), int64(a[2])
	if !f.write || from < 0 || n <= 0 {
		return einval
	}
	if from > maxSize-min(n, maxSize) || n > maxSize {
		return efbig
	}
	if int64(p.files.length(f.node)) >= from+n {
		return success
	}
	return p.files.cut(f.node, int(from+n))
}

// fdAdvise takes advice, and does nothing.
func fdAdvise(p *process, a []uint64) errno {
	_, e := p.files.regular(a[0])
	return e
}

func fdClose(p *process, a []uint64) errno {
	if p.files.get(a[0]) == nil {
		return ebadf
	}
	p.files.close(a[0])
	return success
}

// fdRenumber moves a descriptor over another.
func fdRenumber(p *process, a []uint64) errno {
	if p.files.get(a[0]) == nil || p.files.get(a[1]) == nil {
		return ebadf
	}
	if from, to := uint32(a[0]), uint32(a[1]); from != to {
		p.files.close(a[1])
		p.files.open[to], p.files.open[from] = p.files.open[from], nil
	}
	return success
}
