package percolator

import (
	"slices"
	"testing"

	"simrun/models/txn"
)

// A row holds what was committed, at the timestamp of the commit; rolling back leaves nothing but a trace.
func TestRow(t *testing.T) {
	s := &server{rows: map[txn.Key]*row{}}
	r := s.rowOf(1)
	r.prewritten(3, 1, []int64{7}, 0)
	if r.lock == nil || r.lock.start != 3 || r.writes.At(9) != nil {
		t.Errorf("a lock shows, or is none: %+v", r)
	}
	r.ended(3, 5)
	r.prewritten(6, 1, []int64{8}, 0)
	r.ended(6, 0)
	if got := r.writes.At(9); !slices.Equal(got, []int64{7}) || r.writes.At(4) != nil || r.lock != nil {
		t.Errorf("%v at 9, %v at 4, lock %v", got, r.writes.At(4), r.lock)
	}
	if end, over := r.ends[6]; end != 0 || !over || r.ends[3] != 5 {
		t.Errorf("ends %v", r.ends)
	}
	r.prewritten(8, 1, []int64{9}, 0)
	r.ended(7, 0) // another's outcome does not take the lock away
	if r.lock == nil || r.lock.start != 8 {
		t.Errorf("lock %v", r.lock)
	}
}
