package disk

import "slices"

// op is one unsynced operation.
type op struct {
	seq   uint64
	kind  kind
	inode int    // content that it changes, or leads a name to
	meant int    // content whose sync covers it: another if it was misdirected
	at    int    // offset of a write, size of a truncate
	data  []byte // of a write
	name  string // of create, rename, remove
	to    string // of rename
}

type kind uint8

const (
	write kind = iota
	truncate
	create
	rename
	remove
)

// naming reports whether the operation changes names and not content.
func (k kind) naming() bool { return k >= create }

// touches reports whether a naming operation concerns a name.
func (o *op) touches(path string) bool { return o.name == path || o.kind == rename && o.to == path }

// add makes an operation seen, and pending.
func (d *Disk) add(o op) {
	o.seq = d.next
	d.next++
	if o.kind.naming() {
		d.seen = o.rename(d.seen)
	} else {
		d.change(&o)
	}
	d.pending = append(d.pending, o)
}

// rename applies a naming operation to a list of names. A content has at most
// one name: so a rename can survive a crash that took an earlier rename of the
// same content, or its creation.
func (o *op) rename(names []name) []name {
	if o.kind == rename {
		names = slices.DeleteFunc(names, func(n name) bool { return n.inode == o.inode })
		return lead(names, o.to, o.inode)
	}
	if o.kind == create {
		return lead(names, o.name, o.inode)
	}
	if i, ok := find(names, o.name); ok && names[i].inode == o.inode {
		return slices.Delete(names, i, i+1)
	}
	return names
}

// lead makes a name lead to a content.
func lead(names []name, text string, inode int) []name {
	i, ok := find(names, text)
	if ok {
		names[i].inode = inode
		return names
	}
	return slices.Insert(names, i, name{text, inode})
}
