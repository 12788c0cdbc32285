package wasi

import "encoding/binary"

// Types of files.
const (
	typeCharacter = 2
	typeFolder    = 3
	typeRegular   = 4
)

// Rights, which were a part of WASI: some runtimes still look at them.
const (
	rightRead  = 1 << 1
	rightSeek  = 1 << 2
	rightTell  = 1 << 5
	rightWrite = 1 << 6
	rightPoll  = 1 << 27
	allRights  = 1<<29 - 1
)

func (f *file) filetype() byte {
	switch {
	case f.kind != onDisk:
		return typeCharacter
	case f.node.folder:
		return typeFolder
	}
	return typeRegular
}

// fdFdstatGet says what a descriptor leads to. The standard streams are terminals, so that a C library passes on what it prints line by
// line. Standard input does not block where the runtime does several things at once.
func fdFdstatGet(p *process, a []uint64) errno {
	f := p.files.get(a[0])
	if f == nil {
		return ebadf
	}
	b, ok := p.read(a[1], 24)
	if !ok {
		return efault
	}
	clear(b)
	b[0] = f.filetype()
	flags, rights := f.flags, uint64(allRights)
	switch {
	case f.kind == stdin && !p.program.blocks:
		flags, rights = flags|flagNonblock, rightRead|rightPoll
	case f.kind != onDisk:
		rights = rightRead | rightWrite | rightPoll
	case f.node.folder:
		rights &^= rightSeek | rightTell
	}
	binary.LittleEndian.PutUint16(b[2:], uint16(flags))
	binary.LittleEndian.PutUint64(b[8:], rights)
	binary.LittleEndian.PutUint64(b[16:], allRights)
	return success
}

func fdFdstatSetFlags(p *process, a []uint64) errno {
	f := p.files.get(a[0])
	switch {
	case f == nil:
		return ebadf
	case f.kind == onDisk:
		f.flags = a[1] & (flagAppend | flagDsync | flagNonblock | flagRsync | flagSync)
	}
	return success
}

// putStat writes what is known of a file.
func (p *process) putStat(at uint64, filetype byte, n *inode) errno {
	b, ok := p.read(at, 64)
	if !ok {
		return efault
	}
	clear(b)
	b[16] = filetype
	if n == nil {
		return success
	}
	size := 0
	if !n.folder {
		size = p.files.length(n)
	}
	links := uint64(1)
	if n.removed {
		links = 0
	}
	binary.LittleEndian.PutUint64(b, 1) // device
	for i, v := range []uint64{n.number, uint64(filetype), links, uint64(size), uint64(n.mtime), uint64(n.mtime), uint64(n.mtime)} {
		binary.LittleEndian.PutUint64(b[8+8*i:], v)
	}
	return success
}

func fdFilestatGet(p *process, a []uint64) errno {
	f := p.files.get(a[0])
	if f == nil {
		return ebadf
	}
	return p.putStat(a[1], f.filetype(), f.node)
}

// Flags of the functions that set times.
const (
	setMtime    = 4
	setMtimeNow = 8
)

func (p *process) setTimes(n *inode, mtime, flags uint64) errno {
	switch {
	case flags&setMtimeNow != 0:
		p.files.touch(n)
	case flags&setMtime != 0:
		n.mtime = int64(mtime)
	}
	return success
}

func fdFilestatSetTimes(p *process, a []uint64) errno {
	f, e := p.files.stored(a[0])
	if e != success {
		return e
	}
	return p.setTimes(f.node, a[2], a[3])
}

// The folder that a process finds open.
const (
	rootDescriptor = 3
	rootName       = "/"
)

func fdPrestatGet(p *process, a []uint64) errno {
	if f := p.files.get(a[0]); f == nil || uint32(a[0]) != rootDescriptor || f.node != p.files.root {
		return ebadf
	}
	if e := p.put32(a[1], 0); e != success {
		return e
	}
	return p.put32(a[1]+4, uint32(len(rootName)))
}

func fdPrestatDirName(p *process, a []uint64) errno {
	if uint32(a[0]) != rootDescriptor {
		return ebadf
	}
	if uint32(a[2]) < uint32(len(rootName)) {
		return enametoobig
	}
	if !p.memory.WriteString(uint32(a[1]), rootName) {
		return efault
	}
	return success
}
