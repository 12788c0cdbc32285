package stack

import "simrun/check/rules"

// failure is the reason why there is no linearization: an operation that found the
// stack empty, or a row of values of which none can be at the bottom.
type failure struct {
	reader int32
	row    []int32
}

// rows holds the critical intervals of the values, in order of start. Starts and ends
// of intervals are ranks among all starts and ends; a slot is the time between a rank
// and the next.
type rows struct {
	value      []int32 // by place
	start, end []int32 // by place: ranks; the greatest rank is the end of time
	position   []int32 // by rank
	first      []int32 // by rank: the first place that starts there or later
	covered    coverage
	late       least   // places by call of their push, until that is before their row
	low        least   // then by return of their pop, latest first
	pop        []int32 // by place: the return of its pop
	next       []int32 // by place: this place, or a later one if this one was removed
}

// span is a row: the slots from rank start to rank end.
type span struct{ start, end int32 }

// place finds an instant for every operation, or returns why there is none.
func (h *history) place() *failure {
	h.instants = make([]int32, len(h.ops))
	h.bottoms = h.bottoms[:0]
	if reader := h.placeReaders(); reader != rules.None {
		return &failure{reader: reader}
	}
	r := h.newRows()
	work := r.split(nil, span{0, int32(len(r.position) - 1)})
	for len(work) > 0 {
		row := work[len(work)-1]
		work = work[:len(work)-1]
		bottom := r.bottom(row)
		if bottom == rules.None {
			return &failure{reader: rules.None, row: r.values(row)}
		}
		h.putAside(r.value[bottom], r.position[row.start], r.position[row.end])
		r.remove(bottom)
		work = r.split(work, row)
	}
	return nil
}

// putAside records that value x is on the stack from one instant to another.
func (h *history) putAside(x, from, to int32) {
	v := &h.values[x]
	h.bottoms = append(h.bottoms, x)
	h.instants[v.push] = from
	if v.taken != rules.None {
		h.instants[v.taken] = to
	}
}

// placeReaders finds an instant for each operation that found the stack empty,
// or returns one that has none.
func (h *history) placeReaders() int32 {
	free := make([]int32, len(h.at)+1)
	for i := range h.values {
		v := &h.values[i]
		if !h.there(v) {
			continue
		}
		if start, end := h.critical(v); start < end {
			free[start+1]++
			free[min(end, int32(len(h.at)))]--
		}
	}
	for p := range h.at {
		free[p+1] += free[p]
	}
	next := rules.Never
	for p := len(h.at) - 1; p >= 0; p-- {
		if free[p] == 0 {
			next = int32(p)
		}
		free[p] = next
	}
	for i := range h.ops {
		if op := &h.ops[i]; op.Kind == Empty && !op.Pending() {
			if h.instants[i] = free[op.Call]; h.instants[i] > op.Ret {
				return int32(i)
			}
		}
	}
	return rules.None
}

// newRows sorts the critical intervals.
func (h *history) newRows() *rows {
	end := len(h.at) // instead of Never
	starts := make([]int32, len(h.values))
	ranks := make([]int32, end+2) // by position plus one: whether an interval starts or ends there, and then its rank
	counts := make([]int32, end+1)
	for x := range h.values {
		starts[x] = rules.Never
		if v := &h.values[x]; h.there(v) {
			if from, to := h.critical(v); from < to {
				starts[x] = from
				ranks[from+1], ranks[min(to, int32(end))+1] = 1, 1
				counts[from]++
				counts[min(to, int32(end))]--
			}
		}
	}
	ranks[end+1] = 1
	r := &rows{}
	var open int32
	slots := counts[:0]
	for p := range end + 1 {
		open += counts[p]
		if ranks[p+1] == 1 {
			r.position = append(r.position, int32(p))
			slots = append(slots, open)
		}
		ranks[p+1] += ranks[p]
	}
	r.position[len(r.position)-1] = rules.Never
	r.covered = newCoverage(slots)
	r.fill(h, starts, ranks)
	return r
}

// fill adds the critical intervals in order of start.
func (r *rows) fill(h *history, starts, ranks []int32) {
	var push, pop []int32
	r.first = make([]int32, len(r.position)+1)
	for _, x := range rules.OrderBy(starts, len(h.at)) {
		if starts[x] == rules.Never {
			break
		}
		v := &h.values[x]
		from, to := h.critical(v)
		r.value = append(r.value, x)
		r.start = append(r.start, ranks[from])
		r.end = append(r.end, ranks[min(to, int32(len(h.at)))])
		r.first[ranks[from]+1]++
		push = append(push, h.ops[v.push].Call)
		latest := rules.Never
		if v.taken != rules.None {
			latest = h.ops[v.taken].Ret
		}
		pop = append(pop, latest)
	}
	for k := range r.position {
		r.first[k+1] += r.first[k]
	}
	r.pop = pop
	r.late = newLeast(push)
	low := make([]int32, len(push))
	r.next = make([]int32, len(push)+1)
	for i := range r.next {
		r.next[i] = int32(i)
	}
	for i := range low {
		low[i] = rules.Never
	}
	r.low = newLeast(low)
}

// bottom returns the place of a value that can be at the bottom of row, or None.
func (r *rows) bottom(row span) int32 {
	a, b := r.first[row.start], r.first[row.end]
	from, to := r.position[row.start], r.position[row.end]
	for {
		i := r.late.in(a, b)
		if i == rules.None || r.late.keys[i] > from {
			break
		}
		r.late.set(i, rules.Never)
		r.low.set(i, -r.pop[i])
	}
	i := r.low.in(a, b)
	if i == rules.None || r.low.keys[i] == rules.Never || r.pop[i] < to {
		return rules.None
	}
	return i
}

// remove removes the interval at place i.
func (r *rows) remove(i int32) {
	r.low.set(i, rules.Never)
	r.next[i] = i + 1
	r.covered.remove(r.start[i], r.end[i])
}

// remaining returns the first place at or after i that was not removed.
func (r *rows) remaining(i int32) int32 {
	for r.next[i] != i {
		r.next[i] = r.next[r.next[i]]
		i = r.next[i]
	}
	return i
}

// split appends to work the rows that are left of row.
func (r *rows) split(work []span, row span) []span {
	b := r.first[row.end]
	for i := r.remaining(r.first[row.start]); i < b; {
		end := r.covered.free(r.start[i])
		work = append(work, span{r.start[i], end})
		i = r.remaining(r.first[end])
	}
	return work
}

// values returns the values that are left in row.
func (r *rows) values(row span) []int32 {
	var all []int32
	for i := r.remaining(r.first[row.start]); i < r.first[row.end]; i = r.remaining(i + 1) {
		all = append(all, r.value[i])
	}
	return all
}
