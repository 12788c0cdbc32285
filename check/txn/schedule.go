package txn

// A schedule puts the points of a level in order, one after the other, each as soon as all that must precede it have happened. While versions
// without a fixed order are open, nothing replaces a version that somebody has yet to read, and of snapshot isolation nothing
// takes a snapshot while another is about to write the same key. So most histories that satisfy a level get a schedule that shows it
// at once.
type scheduling struct {
	*points
	c *choices

	waits    []int32 // by point: how many have to happen before
	ready    heap
	done     []int32
	happened []bool

	forced  bool              // a version was replaced too early, since nothing else was left
	current []int32           // by group: the latest write, or nonsense
	holder  []int32           // by group: who has started and is going to write, or nonsense
	pending map[int32]int     // by write: who has yet to read it
	reading map[int32][]int32 // by write: points that wait until all have read it
	holding map[int32][]int32 // by group: points that wait until its holder has committed
	blocked heap              // points that wait, and others that have waited
	waiting []bool            // by point
	orders  [][]int32         // by group: its writes as they were committed
	steps   int64
}

// schedule puts as many points in order as it can: all, unless there is a cycle.
func (p *points) schedule(h *record, c *choices) *scheduling {
	s := &scheduling{points: p, c: c, waits: make([]int32, p.size()), happened: make([]bool, p.size())}
	if c != nil {
		s.open(c)
	}
	for a := range p.size() {
		p.follow(a, func(to int32, _ kind, _ literal) bool {
			s.waits[to]++
			s.steps++
			return true
		})
	}
	for a := range p.size() {
		if s.waits[a] == 0 {
			s.free(h, a)
		}
	}
	for {
		for len(s.ready) > 0 {
			if x := s.ready.pop(); c == nil || !s.block(x) {
				s.happen(h, x.n)
			}
		}
		x, ok := s.force()
		if !ok {
			return s
		}
		s.forced = true
		s.happen(h, x)
	}
}

func (s *scheduling) open(c *choices) {
	s.current, s.holder, s.orders = make([]int32, len(c.groups)), make([]int32, len(c.groups)), make([][]int32, len(c.groups))
	for g := range c.groups {
		s.current[g], s.holder[g] = nonsense, nonsense
	}
	s.pending, s.reading, s.holding = map[int32]int{}, map[int32][]int32{}, map[int32][]int32{}
	for point := range s.size() {
		if t, ok := s.tx(point); ok && (s.isStart(point) || !s.two) {
			for _, n := range c.readsOf[t] {
				s.pending[n]++
			}
		}
	}
	s.waiting = make([]bool, s.size())
}

// all reports whether all points have happened.
func (s *scheduling) all() bool { return len(s.done) == len(s.happened) }

// free makes a point ready.
func (s *scheduling) free(h *record, a int32) {
	at := int64(-1) // moments between transactions as soon as they can
	if t, ok := s.tx(a); ok {
		at = h.priority(t, s.isStart(a))
	}
	s.ready.push(heapItem{at, a})
}

// block makes a point wait if it would replace or miss something too early.
func (s *scheduling) block(x heapItem) bool {
	t, ok := s.tx(x.n)
	if !ok {
		return false
	}
	for _, w := range s.c.writesOf[t] {
		g := s.c.group[w]
		if s.isStart(x.n) {
			if by := s.holder[g]; by >= 0 && by != t {
				s.holding[g] = append(s.holding[g], x.n)
				return s.wait(x)
			}
			continue
		}
		now := s.current[g]
		if now == nonsense {
			continue
		}
		left := s.pending[now]
		if !s.two && s.c.reads(t, now) {
			left--
		}
		if left > 0 {
			s.reading[now] = append(s.reading[now], x.n)
			return s.wait(x)
		}
	}
	return false
}

func (c *choices) reads(t, n int32) bool {
	for _, r := range c.readsOf[t] {
		if r == n {
			return true
		}
	}
	return false
}

func (s *scheduling) wait(x heapItem) bool {
	s.waiting[x.n] = true
	s.blocked.push(x)
	return true
}

// force returns the first point that waits.
func (s *scheduling) force() (int32, bool) {
	for len(s.blocked) > 0 {
		if x := s.blocked.pop(); s.waiting[x.n] {
			s.waiting[x.n] = false
			return x.n, true
		}
	}
	return 0, false
}

// release makes points ready again that waited.
func (s *scheduling) release(h *record, all map[int32][]int32, of int32) {
	for _, a := range all[of] {
		if s.waiting[a] {
			s.waiting[a] = false
			s.free(h, a)
		}
	}
	delete(all, of)
}

func (s *scheduling) happen(h *record, a int32) {
	s.done = append(s.done, a)
	s.happened[a] = true
	if t, ok := s.tx(a); s.c != nil && ok {
		s.touch(h, a, t)
	}
	s.follow(a, func(to int32, _ kind, _ literal) bool {
		s.steps++
		if s.waits[to]--; s.waits[to] == 0 {
			s.free(h, to)
		}
		return true
	})
}

// touch notes what a point reads and writes.
func (s *scheduling) touch(h *record, a, t int32) {
	if s.isStart(a) || !s.two {
		for _, n := range s.c.readsOf[t] {
			s.pending[n]--
			s.release(h, s.reading, n)
		}
	}
	for _, w := range s.c.writesOf[t] {
		g := s.c.group[w]
		if s.isStart(a) {
			s.holder[g] = t
			continue
		}
		s.current[g] = w
		s.orders[g] = append(s.orders[g], w)
		if s.holder[g] == t {
			s.holder[g] = nonsense
		}
		s.release(h, s.holding, g)
	}
}
