package wasi

import "strings"

// Bounds of names, as file systems have them.
const (
	maxName = 255
	maxPath = 4096
)

// spot is where a path leads.
type spot struct {
	parent *inode // the folder of the last part; nil: the path is a folder itself, as "." and "a/.." are
	name   string
	node   *inode // nil: there is nothing
	slash  bool   // the path ends in a slash: only a folder will do
}

// walk follows the path that a guest gives, from a folder that it has open. A path can't leave "/".
func (p *process) walk(fd, at, n uint64) (spot, errno) {
	f := p.files.get(fd)
	path, ok := p.text(at, n)
	switch {
	case f == nil:
		return spot{}, ebadf
	case f.kind != onDisk || !f.node.folder:
		return spot{}, enotdir
	case !ok:
		return spot{}, efault
	case path == "":
		return spot{}, enoent
	case len(path) > maxPath:
		return spot{}, enametoobig
	case strings.IndexByte(path, 0) >= 0:
		return spot{}, einval
	case path[0] == '/':
		return spot{}, enotcapable
	}
	to := spot{node: f.node}
	for part := range strings.SplitSeq(path, "/") {
		if part == "" {
			continue
		}
		var e errno
		if to, e = p.files.step(to, part); e != success {
			return spot{}, e
		}
	}
	to.slash = strings.HasSuffix(path, "/")
	if to.slash && to.node != nil && !to.node.folder {
		return spot{}, enotdir
	}
	return to, success
}

// step follows one part of a path.
func (t *fileTable) step(at spot, part string) (spot, errno) {
	switch {
	case at.node == nil:
		return at, enoent
	case !at.node.folder:
		return at, enotdir
	case len(part) > maxName:
		return at, enametoobig
	case part == ".":
		return spot{node: at.node}, success
	case part == ".." && at.node == t.root:
		return at, enotcapable
	case part == ".." && at.node.parent == nil:
		return at, enoent
	case part == "..":
		return spot{node: at.node.parent}, success
	}
	to := spot{parent: at.node, name: part, node: at.node.kids[part]}
	if to.node != nil && t.lost(to.node) {
		to.node = nil
	}
	return to, success
}

// Flags of path_open.
const (
	openCreate    = 1
	openFolder    = 2
	openExclusive = 4
	openTruncate  = 8
)

func pathOpen(p *process, a []uint64) errno {
	at, e := p.walk(a[0], a[2], a[3])
	if e != success {
		return e
	}
	how, rights := a[4], a[5]
	f := &file{kind: onDisk, node: at.node, read: rights&rightRead != 0, write: rights&rightWrite != 0, flags: a[7] & 0x1f}
	if e := p.openable(at, how, f); e != success {
		return e
	}
	if f.node == nil {
		if f.node, e = p.files.create(at.parent, at.name, false); e != success {
			return e
		}
	} else if how&openTruncate != 0 && !f.node.folder {
		if e := p.empty(f.node); e != success {
			return e
		}
	}
	fd, e := p.files.add(f)
	if e != success {
		return e
	}
	f.node.opens++
	return p.put32(a[8], uint32(fd))
}

// openable decides whether a file may be opened as asked.
func (p *process) openable(at spot, how uint64, f *file) errno {
	switch {
	case at.node == nil && how&openCreate == 0:
		return enoent
	case at.node == nil && at.slash:
		return eisdir
	case at.node == nil && how&openFolder != 0:
		return einval
	case at.node == nil:
		return success
	case how&openCreate != 0 && how&openExclusive != 0:
		return eexist
	case how&openFolder != 0 && !at.node.folder:
		return enotdir
	case at.node.folder && (f.write || how&(openCreate|openTruncate) != 0):
		return eisdir
	}
	return success
}

// empty cuts a file that is opened anew.
func (p *process) empty(n *inode) errno {
	if p.files.length(n) == 0 {
		return success
	}
	return p.files.cut(n, 0)
}

func pathCreateDirectory(p *process, a []uint64) errno {
	at, e := p.walk(a[0], a[1], a[2])
	if e != success {
		return e
	}
	if at.node != nil {
		return eexist
	}
	_, e = p.files.create(at.parent, at.name, true)
	return e
}

func pathFilestatGet(p *process, a []uint64) errno {
	at, e := p.walk(a[0], a[2], a[3])
	if e != success {
		return e
	}
	if at.node == nil {
		return enoent
	}
	f := file{kind: onDisk, node: at.node}
	return p.putStat(a[4], f.filetype(), at.node)
}

func pathFilestatSetTimes(p *process, a []uint64) errno {
	at, e := p.walk(a[0], a[2], a[3])
	if e != success {
		return e
	}
	if at.node == nil {
		return enoent
	}
	return p.setTimes(at.node, a[5], a[6])
}

// pathReadlink finds no links, since there are none.
func pathReadlink(p *process, a []uint64) errno {
	at, e := p.walk(a[0], a[1], a[2])
	if e == success && at.node == nil {
		e = enoent
	}
	if e != success {
		return e
	}
	return einval
}

func pathUnlinkFile(p *process, a []uint64) errno {
	at, e := p.walk(a[0], a[1], a[2])
	switch {
	case e != success:
		return e
	case at.node == nil:
		return enoent
	case at.node.folder:
		return eisdir
	}
	return p.files.remove(at.node)
}

func pathRemoveDirectory(p *process, a []uint64) errno {
	at, e := p.walk(a[0], a[1], a[2])
	switch {
	case e != success:
		return e
	case at.node == nil:
		return enoent
	case !at.node.folder:
		return enotdir
	case at.parent == nil:
		return einval
	}
	if p.files.settle(at.node); len(at.node.kids) > 0 {
		return enotempty
	}
	return p.files.remove(at.node)
}

func pathRename(p *process, a []uint64) errno {
	from, e := p.walk(a[0], a[1], a[2])
	if e != success {
		return e
	}
	to, e := p.walk(a[3], a[4], a[5])
	switch {
	case e != success:
		return e
	case from.node == nil:
		return enoent
	case from.parent == nil || to.parent == nil:
		return einval
	case to.parent.removed:
		return enoent
	case to.slash && !from.node.folder:
		return enotdir
	case from.node.folder && to.parent.inside(from.node):
		return einval
	}
	return p.files.rename(from.node, to.parent, to.name)
}
