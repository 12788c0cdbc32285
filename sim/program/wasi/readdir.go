package wasi

import "encoding/binary"

// dirent is what a folder holds.
type dirent struct {
	name   string
	number uint64
	kind   byte
}

const direntSize = 24

// list is what a folder holds now, and before that itself and the folder that it is in.
func (n *inode) list() []dirent {
	up := n.parent
	if up == nil {
		up = n
	}
	all := []dirent{{".", n.number, typeFolder}, {"..", up.number, typeFolder}}
	for _, name := range n.names() {
		kid := n.kids[name]
		f := file{kind: onDisk, node: kid}
		all = append(all, dirent{name, kid.number, f.filetype()})
	}
	return all
}

// fdReaddir writes the entries from a cookie on, as many as fit; a buffer that is full to its end says that there are more.
func fdReaddir(p *process, a []uint64) errno {
	f := p.files.get(a[0])
	if f == nil || f.kind != onDisk || !f.node.folder {
		return ebadf
	}
	buffer, ok := p.read(a[1], a[2])
	if !ok {
		return efault
	}
	cookie := a[3]
	if cookie == 0 || f.listed == nil {
		p.files.settle(f.node)
		f.listed = f.node.list()
	}
	if cookie > uint64(len(f.listed)) {
		return einval
	}
	used := 0
	for i, d := range f.listed[cookie:] {
		var head [direntSize]byte
		binary.LittleEndian.PutUint64(head[:], cookie+uint64(i)+1)
		binary.LittleEndian.PutUint64(head[8:], d.number)
		binary.LittleEndian.PutUint32(head[16:], uint32(len(d.name)))
		head[20] = d.kind
		used += copy(buffer[used:], head[:])
		used += copy(buffer[used:], d.name)
		if used == len(buffer) {
			break
		}
	}
	return p.put32(a[4], uint32(used))
}
