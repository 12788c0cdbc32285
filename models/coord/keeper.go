package coord

import (
	"time"

	"simrun/models/raft"
)

// keeper is what a leader knows of the times of sessions. Time is counted in ticks of a timer, so that a clock that jumps takes away one tick at most.
// A new leader gives every session its whole time anew.
type keeper struct {
	term raft.Term      // that it counts in
	left map[uint64]int // ticks, by session
}

const (
	tick         = 50 * time.Millisecond
	sessionTicks = 20 // that a session lives without a sign of its client
)

// used gives a session its whole time anew.
func (k *keeper) used(id uint64) {
	if k.left != nil {
		k.left[id] = sessionTicks
	}
}

// tick returns the sessions whose time is over.
func (k *keeper) tick(term raft.Term, leads bool, open []uint64) (over []uint64) {
	if !leads {
		*k = keeper{}
		return nil
	}
	if k.left == nil || k.term != term {
		*k = keeper{term: term, left: make(map[uint64]int)}
	}
	for _, id := range open {
		left, known := k.left[id]
		if !known {
			left = sessionTicks
		}
		k.left[id] = left - 1
		if left == 0 {
			over = append(over, id)
		}
	}
	return over
}
