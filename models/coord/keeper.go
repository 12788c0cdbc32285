package coord

import "simrun/models/raft"

// keeper is what a leader knows of the times of leases. Time is counted in ticks of a timer, so that a clock that jumps takes away one tick at most.
// A new leader gives every lease its whole time anew.
type keeper struct {
	term raft.Term      // that it counts in
	left map[uint64]int // ticks, by lease
}

// used gives a lease its whole time anew.
func (k *keeper) used(l lease) {
	if k.left != nil {
		k.left[l.id] = l.ticks
	}
}

// tick returns the leases whose time is over.
func (k *keeper) tick(term raft.Term, leads bool, leases []lease) (over []uint64) {
	if !leads {
		*k = keeper{}
		return nil
	}
	if k.left == nil || k.term != term {
		*k = keeper{term: term, left: make(map[uint64]int)}
	}
	for _, l := range leases {
		left, known := k.left[l.id]
		if !known {
			left = l.ticks
		}
		k.left[l.id] = left - 1
		if left == 0 {
			over = append(over, l.id)
		}
	}
	return over
}
