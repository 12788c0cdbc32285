package check

// Bounds on the memory of a windowed search: it gives up when it holds more
// configurations at once, or states of more bytes. Tests set lower ones.
var (
	maxConfigs    = 1 << 22
	maxStateBytes = 512 << 20
)

// A window is the state of a windowed search: every configuration that the
// history up to an event allows (Lowe, "Testing for linearizability", 2017:
// just-in-time linearization; Horn and Kroening 2015 for one search per object).
//
// It follows the history event by event. An operation gets a slot when it is called.
// When it returns it must have taken effect, so every configuration in which it has
// not is extended by operations of the window until it has, or is dropped. The window
// keeps nothing of operations that have returned: its memory is one frontier. If no
// configuration is left, the history up to this event is a violation, whatever
// follows.
//
// Two observations keep the frontier small. An operation that only reads can take
// effect as soon as it fits, since that excludes no order. And open operations of one
// class are counted, not told apart (see [bags]).
type window struct {
	auto   *automaton
	budget int64
	steps  int64

	slots  []slot
	active []int32 // slots in use, in order of call
	free   []int32
	bags   *bags
	paths  paths
	front  *configs
	spare  *configs
	row    []uint64  // scratch
	work   [][]int32 // configurations to extend, by the number of open operations they used
	kept   int       // bytes of states after unused ones were last dropped
	hasty  bool      // operations that seem to only read take effect as soon as they fit
	reads  []bool    // per name: an operation of this name was assumed to only read
}

// A slot is an operation that was called and has not returned.
type slot struct {
	op    int32
	class int32
}

func newWindow(auto *automaton, start []int32, budget int64) *window {
	w := &window{auto: auto, budget: budget, bags: newBags(), paths: newPaths(), front: newConfigs(2), spare: newConfigs(2)}
	for _, s := range start {
		w.front.push([]uint64{0, stateAndBag(s, 0)}, 0)
	}
	return w
}

// runWindow decides with a hasty windowed search. Valid is certain; a violation must
// be confirmed, see [window.settle].
func runWindow(p *problem, budget int64) answer { return searchWindow(p, budget, true) }

// runPatientWindow decides with a windowed search that is not hasty: a violation is
// certain too.
func runPatientWindow(p *problem, budget int64) answer { return searchWindow(p, budget, false) }

func searchWindow(p *problem, budget int64, hasty bool) answer {
	moments := p.timeline()
	for spent := int64(0); ; {
		w := newWindow(p.auto, p.start, budget-spent)
		w.hasty = hasty
		a := w.run(p, moments)
		spent += w.steps
		a.steps = spent
		if !w.misjudged() || a.outcome == Valid || spent >= budget {
			return a
		}
	}
}

// run follows the history to its end.
func (w *window) run(p *problem, moments []moment) answer {
	a := answer{end: -1, got: -1}
	for _, m := range moments {
		o := &p.ops[m.op]
		alive := true
		switch {
		case m.ret:
			alive = w.ret(m.op)
		case o.open():
			w.bags.open(m.op, o.class)
		default:
			w.call(m.op, o.class)
		}
		switch {
		case w.stopped():
			return a
		case !alive:
			a.outcome, a.end = Violation, m.at
			return a
		}
		a.got = m.at
	}
	a.outcome = Valid
	a.order = w.paths.order(w.front.path[0])
	return a
}

// stopped reports whether the search must give up or start again.
func (w *window) stopped() bool {
	return w.steps >= w.budget || w.auto.spent() || w.spare.len() > maxConfigs || w.auto.states.bytes() > maxStateBytes || w.misjudged()
}

// settle lets the operation of slot t take effect in a configuration if it fits and
// if operations of its name only read, as far as was seen.
//
// If they do only read, any order with the operation at a later place is also legal
// with it here. But the operation might change a state that it could meet later. Such
// haste can't make a violation valid, but it can make a valid history a violation. So
// the search starts again when a name turns out to write (misjudged), and a violation
// that a hasty search found must be confirmed.
func (w *window) settle(row []uint64, path *int32, t int32) {
	class := w.slots[t].class
	name := w.auto.name[class]
	if !w.hasty || w.auto.writes[name] || hasBit(row, t) || w.auto.spent() {
		return
	}
	state := int32(row[len(row)-1] >> 32)
	w.steps++
	if w.auto.step(state, class) == state {
		setBit(row, t)
		*path = w.paths.add(w.slots[t].op, *path)
		for len(w.reads) <= int(name) {
			w.reads = append(w.reads, false)
		}
		w.reads[name] = true
	}
}

// misjudged reports whether an operation was assumed to only read, and another of the same name wrote.
func (w *window) misjudged() bool {
	for name, reads := range w.reads {
		if reads && w.auto.writes[name] {
			return true
		}
	}
	return false
}

// call opens a slot for an operation whose return will come.
func (w *window) call(op, class int32) {
	if len(w.free) == 0 {
		w.free = append(w.free, int32(len(w.slots)))
		w.slots = append(w.slots, slot{})
		if need := (len(w.slots)+63)/64 + 1; need > w.front.stride {
			w.widen(need)
		}
	}
	s := w.free[len(w.free)-1]
	w.free = w.free[:len(w.free)-1]
	w.slots[s] = slot{op, class}
	w.active = append(w.active, s)
	for i := range int32(w.front.len()) {
		w.settle(w.front.row(i), &w.front.path[i], s)
	}
}

// widen makes room for more slots in every configuration.
func (w *window) widen(stride int) {
	w.spare.reset(stride)
	row := make([]uint64, stride)
	for i := range int32(w.front.len()) {
		old := w.front.row(i)
		clear(row)
		copy(row, old[:len(old)-1])
		row[stride-1] = old[len(old)-1]
		w.spare.push(row, w.front.path[i])
	}
	w.front, w.spare = w.spare, w.front
}

// ret closes the slot of an operation, which must have taken effect by now. It
// reports whether any configuration is left.
func (w *window) ret(op int32) bool {
	k := 0
	for w.slots[w.active[k]].op != op {
		k++
	}
	s := w.active[k]
	if !w.allHave(s) {
		w.extend(s)
		if w.stopped() {
			return true
		}
	}
	for i := range int32(w.front.len()) {
		clearBit(w.front.row(i), s)
	}
	w.active = append(w.active[:k], w.active[k+1:]...)
	w.free = append(w.free, s)
	if w.paths.full() {
		w.paths.collect(w.front.path)
	}
	if w.auto.states.bytes() > maxStateBytes/2 && w.auto.states.bytes() > 2*w.kept {
		w.forget()
	}
	return w.front.len() > 0
}

// forget drops all states that no configuration is in.
func (w *window) forget() {
	live := make([]int32, w.front.len())
	for i := range live {
		live[i] = w.front.state(int32(i))
	}
	w.auto.keep(live)
	for i, s := range live {
		row := w.front.row(int32(i))
		row[len(row)-1] = stateAndBag(s, w.front.bag(int32(i)))
	}
	w.kept = w.auto.states.bytes()
}

func (w *window) allHave(s int32) bool {
	for i := range int32(w.front.len()) {
		if !w.front.has(i, s) {
			return false
		}
	}
	return true
}

// extend replaces the frontier by the configurations that can be reached from it and
// in which the operation of slot s has taken effect. Where it had not taken effect
// before, it is the last step.
func (w *window) extend(s int32) {
	c := w.spare
	c.reset(w.front.stride)
	for i := range int32(w.front.len()) {
		w.enqueue(c.add(w.front.row(i), w.front.path[i], w.bags))
	}
	for used := 0; used < len(w.work); used++ {
		for n := 0; n < len(w.work[used]); n++ {
			if i := w.work[used][n]; !c.dead[i] && !c.has(i, s) {
				w.expand(i)
			}
			if w.stopped() {
				break
			}
		}
		w.work[used] = w.work[used][:0]
	}
	w.front.reset(c.stride)
	for i := range int32(c.len()) {
		if !c.dead[i] && c.has(i, s) {
			w.front.push(c.row(i), c.path[i])
		}
	}
}

// enqueue adds a configuration to the work. Those that used fewer open operations
// come first, since they make others superfluous.
func (w *window) enqueue(i int32) {
	if i < 0 {
		return
	}
	used := int(w.bags.size[w.spare.bag(i)])
	for len(w.work) <= used {
		w.work = append(w.work, nil)
	}
	w.work[used] = append(w.work[used], i)
}

// expand adds the configurations that one more operation makes from configuration i.
func (w *window) expand(i int32) {
	c := w.spare
	state, bag := c.state(i), c.bag(i)
	for _, t := range w.active {
		if c.has(i, t) {
			continue
		}
		w.steps++
		if next := w.auto.step(state, w.slots[t].class); next != refused {
			w.row = append(w.row[:0], c.row(i)...)
			setBit(w.row, t)
			w.reach(next, bag, w.slots[t].op, c.path[i], next != state)
		}
	}
	for g := range int32(len(w.bags.groups)) {
		op, ok := w.bags.next(bag, g)
		if !ok {
			continue
		}
		w.steps++
		if next := w.auto.step(state, w.bags.groups[g].class); next != refused && next != state {
			w.row = append(w.row[:0], c.row(i)...)
			w.reach(next, w.bags.plus(bag, g), op, c.path[i], true)
		}
	}
}

// reach adds the configuration in w.row with a new state and bag, to which op
// led from the configuration with the given path.
func (w *window) reach(state, bag, op, path int32, changed bool) {
	w.row[len(w.row)-1] = stateAndBag(state, bag)
	path = w.paths.add(op, path)
	if changed {
		for _, t := range w.active {
			w.settle(w.row, &path, t)
		}
	}
	w.enqueue(w.spare.add(w.row, path, w.bags))
}
