package wasi

import (
	"errors"
	"slices"

	"simrun/sim"
	"simrun/sim/disk"
)

// inode is a file or a folder, whatever its name.
type inode struct {
	number uint64
	parent *inode // nil: the root, or removed
	name   string // in parent
	disk   string // name on disk
	mtime  int64  // when it was changed last, as far as this life knows; else [Epoch]

	folder  bool
	home    string // of a folder: how the names on disk begin of what is in it
	kids    map[string]*inode
	changed []string // names on disk that appeared or went away in a folder since its last fsync

	opens   int
	removed bool   // it has no name any more
	content []byte // of a removed file that is open: nothing of it survives
}

// fileTable is the file system as a process sees it, and what it has open.
type fileTable struct {
	env   *sim.Env
	root  *inode
	homes map[string]bool // taken
	last  uint64          // number of an inode
	open  []*file         // by descriptor; nil: free
}

// begin reads which files there are. What a crash left in a folder whose own name it took is lost.
func (t *fileTable) begin(env *sim.Env) {
	t.env = env
	t.homes = map[string]bool{"": true}
	t.root = t.newInode(nil, "", "", true)
	inside := map[string][]string{}
	for _, disk := range env.Files() {
		home := entryOf(disk).home
		t.homes[home] = true
		inside[home] = append(inside[home], disk)
	}
	t.fill(t.root, inside)
	t.open = []*file{{kind: stdin}, {kind: stdout}, {kind: stderr}, {kind: onDisk, node: t.root}}
	t.root.opens++
}

// fill puts into a folder what is in it, down to the leaves.
func (t *fileTable) fill(folder *inode, inside map[string][]string) {
	list := inside[folder.home]
	delete(inside, folder.home)
	for _, disk := range list {
		e := entryOf(disk)
		if e.folder && folder.kids[e.name] != nil && !folder.kids[e.name].folder {
			continue // a crash brought back a folder that had made room for a file
		}
		n := t.newInode(folder, e.name, disk, e.folder)
		if e.folder {
			n.home = e.own
			t.homes[n.home] = true
			t.fill(n, inside)
		}
	}
}

func (t *fileTable) newInode(parent *inode, name, disk string, folder bool) *inode {
	t.last++
	n := &inode{number: t.last, parent: parent, name: name, disk: disk, mtime: Epoch, folder: folder}
	if folder {
		n.kids = map[string]*inode{}
	}
	if parent != nil {
		parent.kids[name] = n
	}
	return n
}

// names lists what is in a folder, in order.
func (n *inode) names() []string {
	list := make([]string, 0, len(n.kids))
	for name := range n.kids {
		list = append(list, name)
	}
	slices.Sort(list)
	return list
}

// inside reports whether a folder is in another, or is that.
func (n *inode) inside(other *inode) bool {
	for ; n != nil; n = n.parent {
		if n == other {
			return true
		}
	}
	return false
}

// lost reports whether a fault has taken a file from the disk, and then takes it out of the tree: who has it open, has an empty file
// without a name.
func (t *fileTable) lost(n *inode) bool {
	if n.folder || n.removed {
		return false
	}
	if _, there := t.env.Size(n.disk); there {
		return false
	}
	t.forget(n)
	return true
}

// settle takes out of a folder what was lost.
func (t *fileTable) settle(folder *inode) {
	for _, name := range folder.names() {
		t.lost(folder.kids[name])
	}
}

// read is a part of a file, of at most so many bytes: fewer at its end, and where a fault makes calls short. It must not be changed, and
// is valid until the file is.
func (t *fileTable) read(n *inode, at, size int) ([]byte, errno) {
	if n.removed {
		rest := n.content[min(at, len(n.content)):]
		return rest[:min(size, len(rest))], success
	}
	b, err := t.env.ReadAt(n.disk, at, size)
	if short := (disk.ShortError{}); errors.As(err, &short) {
		err = nil
	}
	return b, errnoOf(err)
}

// length is the size of a file.
func (t *fileTable) length(n *inode) int {
	if n.removed {
		return len(n.content)
	}
	size, _ := t.env.Size(n.disk)
	return size
}

// write puts bytes into a file; at the end, if at is negative. It returns how many.
func (t *fileTable) write(n *inode, at int, b []byte) (int, errno) {
	if n.removed {
		return n.writeRemoved(at, b)
	}
	var err error
	if at < 0 {
		err = t.env.Append(n.disk, b)
	} else {
		err = t.env.WriteAt(n.disk, at, b)
	}
	did := len(b)
	if short := (disk.ShortError{}); errors.As(err, &short) {
		did, err = short.Did, nil
	}
	if err != nil {
		return 0, errnoOf(err)
	}
	t.touch(n)
	return did, success
}

// writeRemoved is write for a file that has no name.
func (n *inode) writeRemoved(at int, b []byte) (int, errno) {
	if at < 0 {
		at = len(n.content)
	}
	if at > maxSize-len(b) {
		return 0, efbig
	}
	if end := at + len(b); end > len(n.content) {
		n.content = append(n.content, make([]byte, end-len(n.content))...)
	}
	copy(n.content[at:], b)
	return len(b), success
}

// cut makes a file so long.
func (t *fileTable) cut(n *inode, size int) errno {
	if n.removed {
		if size > maxSize {
			return efbig
		}
		short := min(size, len(n.content))
		n.content = append(n.content[:short:short], make([]byte, size-short)...)
		return success
	}
	if err := t.env.Truncate(n.disk, size); err != nil {
		return errnoOf(err)
	}
	t.touch(n)
	return success
}

// touch notes when a file changed.
func (t *fileTable) touch(n *inode) { n.mtime = Epoch + int64(t.env.Now()) }

// create makes a new file or folder. Its name is not durable yet.
func (t *fileTable) create(parent *inode, name string, folder bool) (*inode, errno) {
	if parent.removed {
		return nil, enoent
	}
	disk, home := fileOnDisk(parent.home, name), ""
	if folder {
		home = t.freeHome(disk + "/")
		disk = folderOnDisk(parent.home, name, home)
	}
	if err := t.env.Append(disk, nil); err != nil {
		return nil, errnoOf(err)
	}
	n := t.newInode(parent, name, disk, folder)
	if folder {
		n.home = home
		t.homes[home] = true
	}
	t.appeared(parent, disk)
	t.touch(n)
	return n, success
}

// appeared notes that the names in a folder changed.
func (t *fileTable) appeared(folder *inode, disk string) {
	if !slices.Contains(folder.changed, disk) {
		folder.changed = append(folder.changed, disk)
	}
	t.touch(folder)
}

// remove takes the name of a file or an empty folder.
func (t *fileTable) remove(n *inode) errno {
	if e := t.detach(n); e != success {
		return e
	}
	if err := t.env.Remove(n.disk); err != nil {
		return errnoOf(err)
	}
	t.appeared(n.parent, n.disk)
	t.forget(n)
	return success
}

// detach keeps the content of an open file that will have no name.
func (t *fileTable) detach(n *inode) errno {
	if n.folder || n.opens == 0 {
		return success
	}
	var content []byte
	for size := t.length(n); len(content) < size; {
		b, e := t.read(n, len(content), size-len(content))
		if e != success {
			return e
		}
		content = append(content, b...)
	}
	n.content = content
	return success
}

// forget takes an inode out of the tree.
func (t *fileTable) forget(n *inode) {
	delete(n.parent.kids, n.name)
	delete(t.homes, n.home)
	n.removed, n.parent = true, nil
}

// rename gives an inode another name, in place of what has it.
func (t *fileTable) rename(n, parent *inode, name string) errno {
	old := parent.kids[name]
	if old == n {
		return success
	}
	if old != nil {
		if e := t.makeRoom(n, old); e != success {
			return e
		}
	}
	disk := fileOnDisk(parent.home, name)
	if n.folder {
		disk = folderOnDisk(parent.home, name, n.home)
	}
	if err := t.env.Rename(n.disk, disk); err != nil {
		return errnoOf(err)
	}
	if old != nil && !old.removed {
		t.forget(old)
	}
	t.appeared(n.parent, n.disk)
	t.appeared(parent, disk)
	delete(n.parent.kids, n.name)
	n.parent, n.name, n.disk = parent, name, disk
	parent.kids[name] = n
	return success
}

// makeRoom prepares that an inode takes the place of another. A file is replaced by the renaming itself, at once; a folder
// goes away before.
func (t *fileTable) makeRoom(n, old *inode) errno {
	t.settle(old)
	switch {
	case n.folder && !old.folder:
		return enotdir
	case !n.folder && old.folder:
		return eisdir
	case len(old.kids) > 0:
		return enotempty
	case old.folder:
		return t.remove(old)
	}
	return t.detach(old)
}
