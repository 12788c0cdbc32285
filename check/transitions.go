package check

// transitions caches the steps of an automaton: an open-addressing table from
// (state, class) to the next state.
type transitions struct {
	slots []transition
	used  int
}

type transition struct {
	state, class, next int32
	full               bool
}

func slotOf(state, class int32) uint64 {
	h := (uint64(uint32(state))<<32 | uint64(uint32(class))) * 0x9e3779b97f4a7c15
	return h ^ h>>32
}

func (t *transitions) get(state, class int32) (next int32, ok bool) {
	if len(t.slots) == 0 {
		return 0, false
	}
	mask := uint64(len(t.slots) - 1)
	for i := slotOf(state, class) & mask; ; i = (i + 1) & mask {
		switch s := &t.slots[i]; {
		case !s.full:
			return 0, false
		case s.state == state && s.class == class:
			return s.next, true
		}
	}
}

// put adds a transition that is not in the table yet.
func (t *transitions) put(state, class, next int32) {
	if 4*(t.used+1) > 3*len(t.slots) {
		t.grow()
	}
	t.place(transition{state, class, next, true})
	t.used++
}

func (t *transitions) place(e transition) {
	mask := uint64(len(t.slots) - 1)
	i := slotOf(e.state, e.class) & mask
	for t.slots[i].full {
		i = (i + 1) & mask
	}
	t.slots[i] = e
}

func (t *transitions) grow() {
	old := t.slots
	t.slots = make([]transition, max(16, 2*len(old)))
	for _, e := range old {
		if e.full {
			t.place(e)
		}
	}
}
