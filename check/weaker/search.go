package weaker

import (
	"encoding/binary"
	"slices"

	"simrun/check"
)

// searching is a depth-first search for an order of a program. A configuration is the
// position of each process and the state of each object; none is entered twice.
type searching struct {
	*program
	budget int64
	at     []int32 // by process: how many of its operations are in the order
	states []int32 // by object
	trail  []move  // the order so far, with the states to restore
	frames []frame
	seen   map[string]struct{}
	key    []byte

	latest []int32        // by register: the write whose value it holds, or initial
	past   []int32        // what latest was, for each write of the trail's operations
	left   map[read]int   // how many reads of a version are not in the order yet
	idle   map[int32]bool // classes of operations that are taken as soon as they are allowed
	taken  map[int32]bool // those of idle that were taken
}

// move is a step of the search.
type move struct {
	op    int32
	state int32 // of its object before the step
}

// frame is a configuration whose continuations are being tried.
type frame struct {
	trail int // the length of its order
	tried int // the invocation of the operation that was tried last
}

// search looks for an order. It takes an operation that changes no state as soon as
// that is allowed: in any order in which the operation comes later, it can be moved
// forward to here. If that was a guess, and the search found no order, it checks the
// guess against all states that it met: these include every state that an order would
// have met before the guess went wrong.
func (p *program) search(budget int64) (check.Outcome, []int) {
	for idle := p.idleClasses(); ; {
		s := p.newSearch(budget, idle)
		if s.run() {
			order := make([]int, len(s.trail))
			for i, m := range s.trail {
				order[i] = p.ops[m.op].Invoke
			}
			return check.Valid, order
		}
		wrong := s.misjudged()
		switch {
		case p.steps > budget:
			return check.Unknown, nil
		case len(wrong) == 0:
			return check.Violation, nil
		}
		for _, class := range wrong {
			delete(idle, class)
		}
	}
}

// idleClasses returns the classes of operations that change no state: for a
// specification of registers those that are known to change none, else those that
// change none of the first few states.
func (p *program) idleClasses() map[int32]bool {
	idle := make(map[int32]bool)
	for i, class := range p.class {
		idle[class] = !p.hasVersions || p.told[i] && len(p.writes[i]) == 0
	}
	if p.hasVersions {
		return idle
	}
	const few = 16
	for state := 0; state < min(p.machine.States(), few); state++ {
		for _, class := range p.class {
			p.steps++
			if next, ok := p.machine.Step(int32(state), class); ok && next != int32(state) {
				idle[class] = false
			}
		}
	}
	return idle
}

// misjudged returns the classes that were assumed to be idle and change a state that was met.
func (s *searching) misjudged() []int32 {
	if s.hasVersions {
		return nil
	}
	var wrong []int32
	classes := make([]int32, 0, len(s.taken))
	for class := range s.taken {
		classes = append(classes, class)
	}
	slices.Sort(classes)
	states := s.machine.States()
	for _, class := range classes {
		for state := range int32(states) {
			if s.steps++; s.steps > s.budget {
				return nil
			}
			if next, ok := s.machine.Step(state, class); ok && next != state {
				wrong = append(wrong, class)
				break
			}
		}
	}
	return wrong
}

func (p *program) newSearch(budget int64, idle map[int32]bool) *searching {
	s := &searching{
		program: p, budget: budget, idle: idle, taken: make(map[int32]bool),
		at: make([]int32, len(p.processes)), states: make([]int32, p.objects),
		seen: make(map[string]struct{}), left: make(map[read]int),
		latest: make([]int32, len(p.versions.registers)),
	}
	for r := range s.latest {
		s.latest[r] = initial
	}
	for i := range p.reads {
		for _, r := range p.reads[i] {
			s.left[r]++
		}
	}
	return s
}

// run reports whether there is an order, which is then the trail.
func (s *searching) run() bool {
	if s.enter() {
		return true
	}
	for len(s.frames) > 0 && s.steps <= s.budget {
		f := &s.frames[len(s.frames)-1]
		s.undoTo(f.trail)
		i := s.next(f.tried)
		if i < 0 {
			s.frames = s.frames[:len(s.frames)-1]
			continue
		}
		f.tried = s.ops[i].Invoke
		if s.take(i) && s.enter() {
			return true
		}
	}
	return false
}

// enter takes idle operations, and opens the configuration if it is new. It reports
// whether the order is complete.
func (s *searching) enter() (done bool) {
	for again := true; again; {
		again = false
		for q := range s.processes {
			for {
				i := s.head(int32(q))
				if i < 0 || !s.idle[s.class[i]] || !s.take(i) {
					break
				}
				s.taken[s.class[i]] = true
				again = true
			}
		}
	}
	s.most = max(s.most, len(s.trail))
	if s.done() {
		return true
	}
	s.key = s.key[:0]
	for _, n := range s.at {
		s.key = binary.AppendUvarint(s.key, uint64(n))
	}
	for _, n := range s.states {
		s.key = binary.AppendUvarint(s.key, uint64(n))
	}
	if _, again := s.seen[string(s.key)]; !again {
		s.seen[string(s.key)] = struct{}{}
		s.frames = append(s.frames, frame{len(s.trail), -1})
	}
	return false
}

func (s *searching) done() bool {
	for q := range s.processes {
		if i := s.head(int32(q)); i >= 0 && s.must[i] {
			return false
		}
	}
	return true
}

// head returns the next operation of process q, or -1.
func (s *searching) head(q int32) int32 {
	if ops := s.processes[q]; int(s.at[q]) < len(ops) {
		return ops[s.at[q]]
	}
	return -1
}

// next returns the operation to try after one that was invoked at tried, or -1. It goes
// in order of invocation, since real time is a good guess.
func (s *searching) next(tried int) int32 {
	best := int32(-1)
	for q := range s.processes {
		i := s.head(int32(q))
		if i >= 0 && s.ops[i].Invoke > tried && (best < 0 || i < best) {
			best = i
		}
	}
	return best
}

// take adds an operation to the order, if it can come next.
func (s *searching) take(i int32) bool {
	s.steps++
	if !s.mayStand(i) {
		return false
	}
	o := s.object[i]
	next, ok := s.machine.Step(s.states[o], s.class[i])
	if !ok || next == s.states[o] && !s.must[i] {
		return false // it changes nothing and may be left out
	}
	s.trail = append(s.trail, move{op: i, state: s.states[o]})
	s.states[o] = next
	s.at[s.process[i]]++
	for _, r := range s.reads[i] {
		s.left[r]--
	}
	for _, r := range s.writes[i] {
		s.past = append(s.past, s.latest[r])
		s.latest[r] = i
	}
	return true
}

// undoTo removes operations from the order until its length is n.
func (s *searching) undoTo(n int) {
	for len(s.trail) > n {
		m := s.trail[len(s.trail)-1]
		s.trail = s.trail[:len(s.trail)-1]
		s.states[s.object[m.op]] = m.state
		s.at[s.process[m.op]]--
		for _, r := range s.reads[m.op] {
			s.left[r]++
		}
		for _, r := range slices.Backward(s.writes[m.op]) {
			s.latest[r] = s.past[len(s.past)-1]
			s.past = s.past[:len(s.past)-1]
		}
	}
}

// mayStand reports whether all operations that must precede operation i do, and whether
// it replaces no value that others have yet to see.
func (s *searching) mayStand(i int32) bool {
	if s.clocks != nil {
		for q, n := range s.clocks[i] {
			if n > s.at[q] && (int32(q) != s.process[i] || n > s.at[q]+1) {
				return false
			}
		}
	}
	for _, r := range s.writes[i] {
		waiting := s.left[read{r, s.latest[r]}]
		if slices.Contains(s.reads[i], read{r, s.latest[r]}) {
			waiting--
		}
		if waiting > 0 {
			return false
		}
	}
	return true
}
