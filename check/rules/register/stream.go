package register

// Stream decides the history of a register with read and write event by event, in memory that depends on how many
// operations overlap and not on how many there are.
//
// The rule is that of [Check]: the latest call of a value's operations is its began, their earliest return its ended. One value comes before
// another if it ended before the other began; a history is linearizable exactly if no two values come
// before each other, and no value is read that nobody began to write.
//
// Let now be an event at which value a has come before value b, and b has ended. A read of a that begins later makes b come before a too: it is a
// violation. So a is dead then, and it is forgotten when the reads that began before have returned. A value that was forgotten may be
// written again. Of two writes of one value that is not forgotten the stream can't say which one a read saw.
type Stream[V comparable] struct {
	values    map[V]*streamed[V]
	alive     []*streamed[V] // that took effect; at most as many as operations overlap
	dying     []*streamed[V] // dead, in order of death
	forgotten streamed[V]    // of those that were forgotten: the one that began last
	reads     []*Pending[V]  // that have begun, in order; returned ones stay until they are first
	free      []*Pending[V]
	now       int
	conflict  [2]V
	written   [2]int // calls of the writes of conflict
	known     bool   // both values of conflict
	watched   *V     // the value whose end is to be remembered
	death     *ended[V]
}

// ended is how a value died: another came after it.
type ended[V comparable] struct {
	written int // call of its write
	by      V
	byCall  int // of its write
}

// streamed is a value of a stream.
type streamed[V comparable] struct {
	value        V
	call         int // of its write
	began, ended int // of the operations that took effect
	took         bool
	died         int // when; never if it is alive
}

// never is later than every event.
const never = int(^uint(0) >> 1)

// Pending is an operation of a stream that has begun.
type Pending[V comparable] struct {
	wrote *streamed[V] // nil of a read
	call  int
	done  bool
}

// NewStream returns a stream of a register that begins with a value.
func NewStream[V comparable](initial V) *Stream[V] {
	s := &Stream[V]{values: make(map[V]*streamed[V]), forgotten: streamed[V]{began: int(before) - 1}}
	first := &streamed[V]{value: initial, call: int(before), began: int(before), ended: int(before), took: true, died: never}
	s.values[initial] = first
	s.alive = append(s.alive, first)
	return s
}

// Write begins a write at an event, which must be later than all before. It is nil if the value may still be that of
// an earlier write: then the stream is at its end.
func (s *Stream[V]) Write(at int, v V) *Pending[V] {
	if s.values[v] != nil {
		s.forget()
		if s.values[v] != nil {
			return nil
		}
	}
	s.now = at
	w := &streamed[V]{value: v, call: at, began: at, ended: never, died: never}
	s.values[v] = w
	p := s.pending(at)
	p.wrote = w
	return p
}

// Read begins a read.
func (s *Stream[V]) Read(at int) *Pending[V] {
	s.now = at
	p := s.pending(at)
	s.reads = append(s.reads, p)
	return p
}

func (s *Stream[V]) pending(at int) *Pending[V] {
	if n := len(s.free); n > 0 {
		p := s.free[n-1]
		s.free = s.free[:n-1]
		*p = Pending[V]{call: at}
		return p
	}
	return &Pending[V]{call: at}
}

// Returned ends an operation, a read with the value that it saw. It reports whether the history is still linearizable.
// Each operation ends once, and p must not be used after that.
func (s *Stream[V]) Returned(p *Pending[V], at int, seen V) bool {
	s.now = at
	v := p.wrote
	if v == nil {
		if v = s.values[seen]; v == nil {
			s.conflict[0], s.known = seen, false
			return false
		}
	}
	fits := p.wrote != nil && v.took || s.touch(v, p.call, at) // the end of a write whose value was seen says nothing new
	s.end(p)
	return fits
}

// Failed ends an operation that certainly had no effect. It reports whether the history is still linearizable.
func (s *Stream[V]) Failed(p *Pending[V], at int) bool {
	s.now = at
	v := p.wrote
	if v != nil && v.took {
		s.conflict[0], s.known = v.value, false
		return false
	}
	if v != nil {
		delete(s.values, v.value)
	}
	s.end(p)
	return true
}

// Lost ends an operation of which nobody will know how it ended: a write may still take effect.
func (s *Stream[V]) Lost(p *Pending[V]) { s.end(p) }

// end gives an operation back.
func (s *Stream[V]) end(p *Pending[V]) {
	if p.wrote != nil {
		s.free = append(s.free, p)
		return
	}
	p.done = true
	n := 0
	for n < len(s.reads) && s.reads[n].done {
		s.free = append(s.free, s.reads[n])
		n++
	}
	if s.reads = s.reads[n:]; len(s.dying) > 0 {
		s.forget()
	}
}

// touch takes an operation on a value into account, and reports whether the value fits the others.
func (s *Stream[V]) touch(v *streamed[V], call, at int) bool {
	if !v.took {
		v.took = true
		s.alive = append(s.alive, v)
	}
	v.began, v.ended = max(v.began, call), min(v.ended, at)
	if v.died != never && !s.fits(v) {
		return false
	}
	kept := s.alive[:0]
	for _, o := range s.alive {
		if o != v && o.ended < v.began { // v has ended, since this operation has
			o.died = at
			s.dying = append(s.dying, o)
			if s.watched != nil && o.value == *s.watched {
				s.death = &ended[V]{o.call, v.value, v.call}
			}
		} else {
			kept = append(kept, o)
		}
	}
	s.alive = kept
	return true
}

// fits reports whether a dead value does not come after one that it comes before. A living one comes
// before no other.
func (s *Stream[V]) fits(v *streamed[V]) bool {
	if s.forgotten.began > v.ended { // what was forgotten ended before all reads that have not returned
		s.conflicts(v, &s.forgotten)
		return false
	}
	against := func(o *streamed[V]) bool {
		if o == v || o.began <= v.ended || o.ended >= v.began {
			return false
		}
		s.conflicts(v, o)
		return true
	}
	for _, o := range s.alive {
		if against(o) {
			return false
		}
	}
	for i := len(s.dying) - 1; i >= 0 && s.dying[i].died > v.ended; i-- { // the others began before they died
		if against(s.dying[i]) {
			return false
		}
	}
	return true
}

func (s *Stream[V]) conflicts(v, w *streamed[V]) {
	s.conflict, s.written, s.known = [2]V{v.value, w.value}, [2]int{v.call, w.call}, true
}

// forget drops the dead values that no read can have seen which has not returned.
func (s *Stream[V]) forget() {
	oldest := s.now
	if len(s.reads) > 0 {
		oldest = s.reads[0].call
	}
	n := 0
	for n < len(s.dying) && s.dying[n].died < oldest {
		if v := s.dying[n]; v.began > s.forgotten.began {
			s.forgotten = *v
		}
		delete(s.values, s.dying[n].value)
		n++
	}
	s.dying = s.dying[n:]
}

// Conflict returns the values of the violation: two that come before each other, with the calls of the writes that are meant; or one, if a read
// saw what nobody can have written, or what was overwritten before the read began.
func (s *Stream[V]) Conflict() (values [2]V, written [2]int, both bool) {
	return s.conflict, s.written, s.known
}

// Watch makes the stream remember which value made v dead, when that happened last.
func (s *Stream[V]) Watch(v V) { s.watched = &v }

// Watched returns the call of the write of the watched value that died last, and the value that came after it, with the call of its write.
func (s *Stream[V]) Watched() (written int, by V, byCall int, ok bool) {
	if s.death == nil {
		return 0, by, 0, false
	}
	return s.death.written, s.death.by, s.death.byCall, true
}

// Held is how many values the stream holds.
func (s *Stream[V]) Held() int { return len(s.values) }
