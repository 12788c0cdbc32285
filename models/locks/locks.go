// Package locks is a table of shared and exclusive locks for tasks that wait (package blocking), in which no cycle of waiters comes about: an owner waits for
// younger ones only, and dies, which is to begin anew with its old age, where an older one has the lock (wait-die: Rosenkrantz, Stearns and Lewis, "System Level
// Concurrency Control for Distributed Database Systems", TODS 1978).
package locks

import (
	"time"

	"simrun/sim/blocking"
)

// Mode is how a lock is held. The zero value is not held.
type Mode uint8

const (
	Shared    Mode = 1 + iota // with others that share it
	Exclusive                 // alone
)

// Outcome is what became of an attempt to lock.
type Outcome uint8

const (
	Granted  Outcome = iota
	Died             // an older owner has it
	TimedOut         // younger ones had it for too long, as they do when they are in doubt
	Ended            // the owner's locks were released meanwhile
)

// Table is the locks of one node, of keys of type K and owners of type O, each at most once for each key. The zero value is empty, with [Table.Older] to be set.
type Table[K, O comparable] struct {
	Older func(a, b O) bool // an order of all owners that never changes

	keys    map[K][]hold[O] // in order of the grants
	waiting []*waiter[K, O] // in order of their coming
}

type hold[O comparable] struct {
	owner O
	mode  Mode
}

type waiter[K, O comparable] struct {
	owner O
	key   K
	mode  Mode
	box   blocking.Mailbox[Outcome]
}

// Lock locks a key for an owner, or makes a shared lock of its own exclusive. It waits at most for patience.
func (t *Table[K, O]) Lock(p *blocking.Proc, owner O, key K, mode Mode, patience time.Duration) Outcome {
	if got, sure := t.try(owner, key, mode); sure {
		return got
	}
	w := &waiter[K, O]{owner: owner, key: key, mode: mode}
	t.waiting = append(t.waiting, w)
	got, ok := w.box.Get(p, patience)
	if !ok {
		t.forget(w)
		return TimedOut
	}
	return got
}

// Take locks without asking: it is for the locks of what a restart finds prepared, which nobody else can have.
func (t *Table[K, O]) Take(owner O, key K, mode Mode) { t.grant(owner, key, mode) }

// Holds is how an owner holds a key.
func (t *Table[K, O]) Holds(owner O, key K) Mode {
	for _, h := range t.keys[key] {
		if h.owner == owner {
			return h.mode
		}
	}
	return 0
}

// Release releases all that an owner holds of these keys, and ends its waiting.
func (t *Table[K, O]) Release(p *blocking.Proc, owner O, keys []K) {
	for _, key := range keys {
		left := t.keys[key][:0]
		for _, h := range t.keys[key] {
			if h.owner != owner {
				left = append(left, h)
			}
		}
		t.keys[key] = left
	}
	waiting := t.waiting
	t.waiting = nil
	for _, w := range waiting {
		if w.owner == owner {
			w.box.Put(p, Ended)
		} else if got, sure := t.try(w.owner, w.key, w.mode); sure {
			w.box.Put(p, got)
		} else {
			t.waiting = append(t.waiting, w)
		}
	}
}

// try grants a lock or refuses it; it is not sure where the owner is to wait.
func (t *Table[K, O]) try(owner O, key K, mode Mode) (got Outcome, sure bool) {
	waits := false
	for _, h := range t.keys[key] {
		switch {
		case h.owner == owner && h.mode >= mode:
			return Granted, true
		case h.owner == owner || h.mode == Shared && mode == Shared:
		case t.Older(owner, h.owner):
			waits = true
		default:
			return Died, true
		}
	}
	if waits {
		return 0, false
	}
	t.grant(owner, key, mode)
	return Granted, true
}

func (t *Table[K, O]) grant(owner O, key K, mode Mode) {
	if t.keys == nil {
		t.keys = map[K][]hold[O]{}
	}
	for i := range t.keys[key] {
		if h := &t.keys[key][i]; h.owner == owner {
			h.mode = max(h.mode, mode)
			return
		}
	}
	t.keys[key] = append(t.keys[key], hold[O]{owner, mode})
}

func (t *Table[K, O]) forget(gone *waiter[K, O]) {
	for i, w := range t.waiting {
		if w == gone {
			t.waiting = append(t.waiting[:i], t.waiting[i+1:]...)
			return
		}
	}
}
