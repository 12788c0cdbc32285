package percolator

import (
	"simrun/models/txn"
	"simrun/models/versions"
	"simrun/sim"
)

// stamp is a timestamp of the oracle. That at which a transaction starts names it.
type stamp uint64

// row is what a shard has of a key: the columns of figure 4.
type row struct {
	data   map[stamp][]int64 // by start: what was prewritten
	writes versions.List     // what was committed, by commit timestamp
	ends   map[stamp]stamp   // by start: when it committed; 0 if it was rolled back
	lock   *lock
}

// lock says that a transaction may write a key.
type lock struct {
	start   stamp
	primary txn.Key
	since   sim.Time // by this node's clock; it is not on disk
}

// rowOf is the row of a key, which is made if there is none.
func (s *server) rowOf(key txn.Key) *row {
	r := s.rows[key]
	if r == nil {
		r = &row{data: map[stamp][]int64{}, ends: map[stamp]stamp{}}
		s.rows[key] = r
	}
	return r
}

// prewritten adds a lock, and what is to be written.
func (r *row) prewritten(start stamp, primary txn.Key, value []int64, now sim.Time) {
	r.lock, r.data[start] = &lock{start, primary, now}, value
}

// ended turns the lock of a transaction into a write, or removes it. Rolling back leaves a trace, so that a prewrite which comes later finds a conflict.
func (r *row) ended(start, commit stamp) {
	if commit > 0 {
		r.writes = r.writes.Put(uint64(commit), r.data[start], 0)
	}
	r.ends[start] = commit
	delete(r.data, start)
	if r.lock != nil && r.lock.start == start {
		r.lock = nil
	}
}
