package check

import "math/bits"

// A dive is a depth-first search: it follows one order at a time, and tries another
// where it gets stuck. Where a history has many orders it finds one after few steps,
// while the windowed search would hold all of them. Where it has none, or where the
// first attempts mislead, it gives up, and the windowed search decides.
//
// Like that search it lets an operation take effect only when another one must have
// (Lowe 2017: just-in-time linearization), and operations that only read as soon as
// they fit. It never tries a configuration twice.
type dive struct {
	p       *problem
	returns []turn
	active  []int32 // of all turns: operations under way, by turn
	slot    []uint8 // of each operation
	seen    map[dived]struct{}
	frames  []frame
	order   []int32
	steps   int64
	budget  int64
}

// A turn is the return of an operation, before which it must have taken effect.
type turn struct {
	op       int32
	from, to int32 // what was under way, in active
}

// dived is a configuration in which the operation of a turn has not taken effect.
type dived struct {
	turn, state int32
	done        uint64 // slots of operations under way that have taken effect
}

// A frame is a configuration with the operation to try next.
type frame struct {
	dived
	next  int32 // number of the next attempt
	order int32 // length of the order that led here
	fresh bool
}

// Bounds of a dive: operations under way at a time, what it keeps of them, and bytes of states.
const (
	maxDiveSlots  = 64
	maxDiveActive = 1 << 25
	maxDiveStates = 128 << 20
)

// runDive looks for an order. Its answer is valid or unknown.
func runDive(p *problem, budget int64) answer {
	a := answer{end: -1, got: -1}
	d := &dive{p: p, seen: make(map[dived]struct{}), budget: min(budget, 64*int64(len(p.ops))+1_000)}
	if !d.prepare() {
		return a
	}
	for _, s := range p.start {
		if d.from(s) {
			a.outcome, a.order = Valid, d.order
			break
		}
	}
	a.steps = d.steps
	return a
}

// prepare lists the turns. It reports whether the operations fit the bounds.
func (d *dive) prepare() bool {
	d.slot = make([]uint8, len(d.p.ops))
	free := ^uint64(0)
	var now []int32
	for _, m := range d.p.timeline() {
		if !m.ret {
			if free == 0 {
				return false
			}
			d.slot[m.op] = uint8(bits.TrailingZeros64(free))
			free &^= 1 << d.slot[m.op]
			now = append(now, m.op)
			continue
		}
		from := int32(len(d.active))
		if d.active = append(d.active, now...); len(d.active) > maxDiveActive {
			return false
		}
		d.returns = append(d.returns, turn{m.op, from, int32(len(d.active))})
		free |= 1 << d.slot[m.op]
		k := 0
		for now[k] != m.op {
			k++
		}
		now = append(now[:k], now[k+1:]...)
	}
	return true
}

// from looks for an order from a state.
func (d *dive) from(state int32) bool {
	d.frames = append(d.frames[:0], frame{dived: dived{state: state}, fresh: true})
	d.order = d.order[:0]
	for len(d.frames) > 0 {
		f := &d.frames[len(d.frames)-1]
		if f.fresh {
			switch d.settle(f) {
			case complete:
				return true
			case known:
				d.back()
				continue
			}
		}
		if !d.try(f) {
			d.back()
		}
		if d.steps >= d.budget || d.p.auto.spent() || d.p.auto.states.bytes() > maxDiveStates {
			return false
		}
	}
	return false
}

// arrival is what settle finds.
type arrival uint8

const (
	stuck    arrival = iota // the operation of the turn must take effect
	known                   // the configuration was tried before
	complete                // all turns are taken
)

// settle lets operations take effect that only read and fit, and takes the turns whose
// operation has taken effect.
func (d *dive) settle(f *frame) arrival {
	f.fresh = false
	auto := d.p.auto
	for int(f.turn) < len(d.returns) {
		t := d.returns[f.turn]
		for _, op := range d.active[t.from:t.to] {
			class := d.p.ops[op].class
			if f.done>>d.slot[op]&1 != 0 || auto.writes[auto.name[class]] || d.p.ops[op].open() {
				continue
			}
			if d.steps++; auto.step(f.state, class) == f.state {
				f.done |= 1 << d.slot[op]
				d.order = append(d.order, op)
			}
		}
		if f.done>>d.slot[t.op]&1 == 0 {
			f.next = 0
			if _, tried := d.seen[f.dived]; tried {
				return known
			}
			d.seen[f.dived] = struct{}{}
			f.order = int32(len(d.order))
			return stuck
		}
		f.done &^= 1 << d.slot[t.op]
		f.turn++
	}
	return complete
}

// try goes on with the next operation that fits: first one that changes nothing, then
// the operation of the turn, then any other. It reports whether there was one.
func (d *dive) try(f *frame) bool {
	t := d.returns[f.turn]
	d.order = d.order[:f.order]
	n := t.to - t.from
	for ; f.next <= 2*n; f.next++ {
		op := t.op
		if f.next != n {
			op = d.active[t.from+f.next%(n+1)]
		}
		if f.done>>d.slot[op]&1 != 0 || f.next > n && op == t.op {
			continue
		}
		d.steps++
		next := d.p.auto.step(f.state, d.p.ops[op].class)
		if next == refused || (next == f.state) != (f.next < n) {
			continue
		}
		f.next++
		d.order = append(d.order, op)
		d.frames = append(d.frames, frame{dived: dived{f.turn, next, f.done | 1<<d.slot[op]}, fresh: true})
		return true
	}
	return false
}

// back gives up the last configuration.
func (d *dive) back() { d.frames = d.frames[:len(d.frames)-1] }
