package mvcc

import (
	"slices"

	"simrun/models/txn"
)

// retained is how many entries of the log the oldest snapshot may lie behind: older versions are collected when their key is written again.
const retained = 16

// version is what a key held from an index on.
type version struct {
	from  uint64
	value []int64
}

// versions are what a key held, the oldest first (Bernstein and Goodman, "Multiversion Concurrency Control", TODS 1983).
type versions []version

// at is what the key held at an index: nothing before its first version.
func (v versions) at(index uint64) []int64 {
	for i := range slices.Backward(v) {
		if v[i].from <= index {
			return v[i].value
		}
	}
	return nil
}

// latest is the index of the last version; 0 if there is none.
func (v versions) latest() uint64 {
	if len(v) == 0 {
		return 0
	}
	return v[len(v)-1].from
}

// put adds a version, and collects those that no snapshot from an index on can see.
func (v versions) put(index uint64, value []int64, oldest uint64) versions {
	if n := len(v); n > 0 && v[n-1].from == index {
		v[n-1].value = value
		return v
	}
	unseen := 0
	for unseen+1 < len(v) && v[unseen+1].from <= oldest {
		unseen++
	}
	return append(slices.Delete(v, 0, unseen), version{index, value})
}

// change is what a key is to hold.
type change struct {
	key   txn.Key
	value []int64
}
