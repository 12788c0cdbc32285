package register

import "slices"

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
//
// A read that never returns may return any value that was not dead when it began: the stream keeps those that die after it. It also keeps the values of
// writes that never returned and that nobody saw.
type Stream[V comparable] struct {
	values    map[V]*streamed[V]
	alive     []*streamed[V] // that took effect; at most as many as operations overlap
	dying     []*streamed[V] // dead, in order of death
	forgotten streamed[V]    // of those that were forgotten: the one that began last
	reads     []*Pending[V]  // that have begun, in order; a returned one may stay for a while
	open      int            // of reads
	free      []*Pending[V]
	now       int
	evidence  []int
	about     []V             // the values of the violation
	watched   map[V]*watch[V] // usually none
}

// watch remembers what became of a value, over all its lives.
type watch[V comparable] struct {
	lives  []life[V] // of which the write had not returned when it ended; and the last
	failed int       // call of the last write of the value that failed; never if there is none
}

// life is a value from its write to its death, and the value that came after it.
type life[V comparable] struct {
	dead *streamed[V]
	by   streamed[V]
}

// streamed is a value of a stream.
type streamed[V comparable] struct {
	value        V
	call         int // of its write
	began, ended int // of the operations that took effect
	took         bool
	returned     bool // the write, or nobody will know how it ended
	died         int  // when; never if it is alive
}

// evidence are the events that name the operations by which a value came before or after another: its write, that which began last, and that which ended first.
func (v *streamed[V]) evidence() []int { return []int{v.call, v.began, v.ended} }

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
	s.now = at
	if s.values[v] != nil {
		s.forget()
		if s.values[v] != nil {
			return nil
		}
	}
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
	s.open++
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
			s.evidence, s.about = []int{at}, []V{seen}
			return false
		}
	} else {
		v.returned = true
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
		s.evidence, s.about = append(v.evidence(), at), []V{v.value}
		return false
	}
	if v != nil {
		if w := s.watched[v.value]; w != nil {
			w.failed = v.call
		}
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
	s.open--
	if s.reads[0].done || len(s.reads) > 2*s.open+64 {
		s.reads = slices.DeleteFunc(s.reads, func(r *Pending[V]) bool {
			if r.done {
				s.free = append(s.free, r)
			}
			return r.done
		})
	}
	if len(s.dying) > 0 {
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
			if w := s.watched[o.value]; w != nil {
				w.ended(o, *v)
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
	s.evidence, s.about = append(v.evidence(), w.evidence()...), []V{v.value, w.value}
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

// Evidence returns the events of the violation, a call or a return of each operation that shows it, and the one or two values that it is about. What else these
// operations could mean, if a value was written more than once or never, only a second stream can tell which has watched the values.
func (s *Stream[V]) Evidence() (events []int, about []V) { return s.evidence, s.about }

// Watch makes the stream remember what becomes of a value.
func (s *Stream[V]) Watch(v V) {
	if s.watched == nil {
		s.watched = make(map[V]*watch[V])
	}
	s.watched[v] = &watch[V]{failed: never}
}

// ended remembers the death of the watched value. An earlier life whose write has returned says nothing any more.
func (w *watch[V]) ended(dead *streamed[V], by streamed[V]) {
	w.lives = append(slices.DeleteFunc(w.lives, func(l life[V]) bool { return l.dead.returned }), life[V]{dead, by})
}

// Watched returns the events that tell why the lives of a watched value are over, as [Stream.Evidence] does; none if it was never written.
func (s *Stream[V]) Watched(v V) (events []int) {
	w := s.watched[v]
	for _, l := range w.lives {
		events = append(append(events, l.dead.evidence()...), l.by.evidence()...)
	}
	if w.failed != never {
		events = append(events, w.failed)
	}
	return events
}

// Held is how many values the stream holds.
func (s *Stream[V]) Held() int { return len(s.values) }
