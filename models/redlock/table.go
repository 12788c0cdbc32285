package redlock

import (
	"encoding/json"

	"simrun/models/saved"
	"simrun/models/wire"
	"simrun/sim/blocking"
)

// table is what a node keeps for each key, in a file.
type table[T any] struct {
	content[T]
	file  saved.File
	acked uint64 // changes that others may know of
}

type content[T any] struct {
	Changes uint64
	Rows    map[string]T
}

// open reads the file; false if the node must not go on.
func (t *table[T]) open(p *blocking.Proc) bool {
	t.file = saved.File{Name: "table", Encode: t.encode}
	file := t.file.Read(p)
	if body, ok := wire.Decode(file, kindFile, nil); len(file) > 0 && (!ok || json.Unmarshal(body, &t.content) != nil) {
		p.Note("the disk holds what this node never wrote: to go on would forget what it acknowledged")
		return false
	}
	if t.Rows == nil {
		t.Rows = map[string]T{}
	}
	t.file.Recovered(t.Changes)
	p.Report(saved.Change{Event: saved.Recovered, N: t.Changes})
	return true
}

// set changes a row. The disk does not hold it yet.
func (t *table[T]) set(p *blocking.Proc, key string, row T) {
	t.Rows[key] = row
	t.file.Change(p)
}

// settle waits until the disk holds all changes so far; the node is going to tell others.
func (t *table[T]) settle(p *blocking.Proc) {
	n := t.file.Changes
	if !p.Bug(bugInMemory) || p.ID() == resourceNode {
		t.file.Await(p, n)
	}
	if n > t.acked {
		t.acked = n
		p.Report(saved.Change{Event: saved.Acknowledged, N: n})
	}
}

// encode is the content of the file.
func (t *table[T]) encode(changes uint64) []byte {
	t.Changes = changes
	body, _ := json.Marshal(t.content) // it holds nothing that JSON can't
	return wire.Append(nil, kindFile, body)
}
