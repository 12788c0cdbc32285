package accounts

import (
	"math/rand/v2"
	"slices"
	"testing"

	"simrun/history"
)

// call is an operation that a client does in steps.
type call struct {
	e      history.Event
	step   func() (history.Type, history.Value) // the next step; Invoke: it is not over
	cancel func() bool                          // undoes what was done; false: it can't, and the operation does not fail
	steps  int
}

// clients are some that use an object whose operations take several steps. Results come late, get lost, and operations go on after that.
type clients struct {
	rng    *rand.Rand
	events []history.Event
	open   [3]*call // that a client waits for
	lives  [3]int   // of the clients: a new process after each unknown result
	ghosts []*call  // with unknown results
}

// run makes a history of n operations by three clients, and then of the last of each, if there are any.
func (s *clients) run(n int, next, last func(c int) *call) {
	for n > 0 || s.open != [3]*call{} {
		c := s.rng.IntN(3)
		switch {
		case s.open[c] != nil:
			s.move(c)
		case n > 0:
			n--
			s.begin(c, next(c))
		}
		if len(s.ghosts) > 0 && s.rng.IntN(3) == 0 {
			s.haunt()
		}
	}
	for range 10 * len(s.ghosts) {
		s.haunt()
	}
	s.ghosts = nil
	for c := range 3 {
		if last == nil {
			return
		}
		s.begin(c, last(c))
		for s.open[c] != nil {
			s.step(c)
		}
	}
}

func (s *clients) log(e history.Event) {
	e.Index, e.Time = len(s.events), history.Time(len(s.events))
	s.events = append(s.events, e)
}

func (s *clients) begin(c int, o *call) {
	o.e.Process, o.e.Type = history.Process(c+3*s.lives[c]), history.Invoke
	s.log(o.e)
	s.open[c] = o
}

// move does a step of an operation, or loses its result, or has it fail.
func (s *clients) move(c int) {
	o := s.open[c]
	switch s.rng.IntN(14) {
	case 0:
		s.end(c, history.Info, history.Null)
		s.lives[c]++
		if s.rng.IntN(2) == 0 {
			s.ghosts = append(s.ghosts, o)
		}
	case 1:
		if o.cancel == nil && o.steps == 0 || o.cancel != nil && o.cancel() {
			s.end(c, history.Fail, history.Null)
		}
	case 2, 3, 4: // it waits
	default:
		s.step(c)
	}
}

func (s *clients) step(c int) {
	o := s.open[c]
	o.steps++
	if how, v := o.step(); how != history.Invoke {
		o.step = func() (history.Type, history.Value) { return how, v } // it is done, and its result comes later
		o.cancel = func() bool { return how == history.Fail }
		if s.rng.IntN(2) == 0 {
			s.end(c, how, v)
		}
	}
}

func (s *clients) end(c int, how history.Type, v history.Value) {
	e := s.open[c].e
	e.Type, e.Value = how, v
	s.log(e)
	s.open[c] = nil
}

// haunt does a step of an operation of which nobody waits for the result any more.
func (s *clients) haunt() {
	i := s.rng.IntN(len(s.ghosts))
	s.ghosts[i].step()
}

// plant makes up to three mistakes in half of the histories: wrong changes a result, or two neighbouring events change places.
func (s *clients) plant(wrong func(e *history.Event)) (events []history.Event, planted bool) {
	n := s.rng.IntN(6)
	end := slices.IndexFunc(s.events, func(e history.Event) bool { return e.F == final })
	if end < 0 {
		end = len(s.events)
	}
	for range max(0, n-2) {
		i := s.rng.IntN(len(s.events))
		a := &s.events[i]
		if s.rng.IntN(3) > 0 || i+1 >= end {
			for k := 0; k < 20 && s.events[i].Type != history.OK; k++ {
				i = s.rng.IntN(len(s.events))
			}
			wrong(&s.events[i])
			continue
		}
		if b := &s.events[i+1]; a.Process != b.Process {
			*a, *b = *b, *a
			a.Index, a.Time, b.Index, b.Time = i, history.Time(i), i+1, history.Time(i+1)
		}
	}
	return s.events, n > 2
}

func newClients(seed uint64) *clients { return &clients{rng: rand.New(rand.NewPCG(seed, 7))} }

// A list is judged as by a look at each read, each pair of reads, and each pair of an append and a read.
func TestListOfClients(t *testing.T) {
	compare(t, ClientOrder, func(seed uint64) ([]history.Event, bool) {
		s, fresh := newClients(seed), int64(0)
		var list []history.Value
		known := map[history.Process]int{} // what a process must see
		read := func(f string, c int) *call {
			return &call{e: history.Event{F: f}, step: func() (history.Type, history.Value) {
				p := history.Process(c + 3*s.lives[c])
				n := known[p] + s.rng.IntN(len(list)-known[p]+1)
				if f == final {
					n = len(list)
				}
				known[p] = n
				return history.OK, history.List(list[:n]...)
			}}
		}
		s.run(8, func(c int) *call {
			if s.rng.IntN(2) == 0 {
				return read("read", c)
			}
			var values []history.Value
			for range s.rng.IntN(4) {
				fresh++
				values = append(values, history.Int(fresh))
			}
			done, p := 0, history.Process(c+3*s.lives[c])
			return &call{e: history.Event{F: "append", Value: history.List(values...)}, step: func() (history.Type, history.Value) {
				if done < len(values) {
					list = append(list, values[done])
					done++
				}
				if done < len(values) {
					return history.Invoke, history.Null
				}
				if done > 0 {
					known[p] = max(known[p], 1+slices.Index(list, values[done-1]))
				}
				return history.OK, history.List(values...)
			}, cancel: func() bool { return done == 0 }}
		}, func(c int) *call { return read(final, c) })
		return s.plant(func(e *history.Event) {
			if list, ok := e.Value.AsList(); ok && e.Type == history.OK && e.F != "append" {
				e.Value = wrongOrder(s.rng, list)
			}
		})
	}, func(ops []history.Operation) bool { return dumbList(ops) || !sameFinals(ops) })
}

// wrongOrder makes a list shorter, leaves out a value, changes the places of two, or has one that may not have been there.
func wrongOrder(r *rand.Rand, list []history.Value) history.Value {
	i := 0
	if len(list) > 0 {
		i = r.IntN(len(list))
	}
	switch n := r.IntN(5); {
	case n == 0 || len(list) == 0:
		list = append(list, history.Int(1+r.Int64N(12)))
	case n == 1:
		list = slices.Delete(list, i, i+1)
	case n == 2:
		k := r.IntN(len(list))
		list[i], list[k] = list[k], list[i]
	default:
		list = list[:i]
	}
	return history.List(list...)
}

func dumbList(ops []history.Operation) bool {
	for i := range ops {
		read := &ops[i]
		if read.F == "append" || read.Outcome != history.OK {
			continue
		}
		list, _ := read.Output.AsList()
		for k, v := range list {
			if slices.Contains(list[:k], v) || !dumbPlace(ops, read, list[:k], v) {
				return true
			}
		}
		for k := range ops {
			if other := &ops[k]; other.Outcome == history.OK && dumbLacks(read, list, other) {
				return true
			}
		}
	}
	return false
}

// dumbPlace reports whether a value may come after others: somebody had sent it, and what it must not come before is among them.
func dumbPlace(ops []history.Operation, read *history.Operation, before []history.Value, v history.Value) bool {
	for i := range ops {
		sent := &ops[i]
		values, _ := sent.Input.AsList()
		place := slices.Index(values, v)
		if sent.F != "append" || !happened(sent) || place < 0 {
			continue
		}
		if sent.Invoke > read.Complete || !within(values[:place], before) {
			return false
		}
		for k := range ops {
			earlier := &ops[k]
			values, _ := earlier.Input.AsList()
			if earlier.F == "append" && earlier.Outcome == history.OK && earlier.Before(*sent) && !within(values, before) {
				return false
			}
		}
		return true
	}
	return false
}

// dumbLacks reports whether a read contradicts another, or should have an append.
func dumbLacks(read *history.Operation, list []history.Value, other *history.Operation) bool {
	if other.F == "append" {
		values, _ := other.Input.AsList()
		return (read.F == final || read.Process == other.Process && other.Before(*read)) && !within(values, list)
	}
	all, _ := other.Output.AsList()
	n := min(len(list), len(all))
	return !slices.Equal(list[:n], all[:n]) || read.Process == other.Process && other.Before(*read) && len(list) < len(all)
}

func within(values, list []history.Value) bool {
	return !slices.ContainsFunc(values, func(v history.Value) bool { return !slices.Contains(list, v) })
}

// A configuration is judged as by a look at each pair of operations.
func TestConfigurationOfClients(t *testing.T) {
	compare(t, Configuration, func(seed uint64) ([]history.Event, bool) {
		s := newClients(seed)
		versions := []history.Value{history.List()}
		known := map[history.Process]int{}
		read := func(f string, c int) *call {
			return &call{e: history.Event{F: f}, step: func() (history.Type, history.Value) {
				p := history.Process(c + 3*s.lives[c])
				n := known[p] + s.rng.IntN(len(versions)-known[p])
				if f == final {
					n = len(versions) - 1
				}
				known[p] = n
				return history.OK, history.List(history.Int(int64(n)), versions[n])
			}}
		}
		s.run(8, func(c int) *call {
			if s.rng.IntN(2) == 0 {
				return read("read", c)
			}
			values := history.Ints(s.rng.Int64N(4), s.rng.Int64N(3)) // not always others
			p, found, written := history.Process(c+3*s.lives[c]), 0, false
			return &call{e: history.Event{F: "update", Value: values}, step: func() (history.Type, history.Value) {
				switch {
				case found == 0:
					found = len(versions)
					return history.Invoke, history.Null
				case found != len(versions) && !written:
					return history.Fail, history.Null
				case !written:
					versions, written = append(versions, values), true
				}
				known[p] = max(known[p], found)
				return history.OK, history.Int(int64(found))
			}, cancel: func() bool { return !written }}
		}, func(c int) *call { return read(final, c) })
		return s.plant(func(e *history.Event) {
			version, values, ok := versionOf(&history.Operation{F: e.F, Output: e.Value})
			switch {
			case e.Type != history.OK || !ok:
			case e.F == "update":
				e.Value = history.Int(s.rng.Int64N(4))
			case s.rng.IntN(2) == 0:
				e.Value = history.List(history.Int(s.rng.Int64N(4)), values)
			default:
				e.Value = history.List(history.Int(version), history.Ints(s.rng.Int64N(4), s.rng.Int64N(3)))
			}
		})
	}, func(ops []history.Operation) bool { return dumbConfiguration(ops) || !sameFinals(ops) })
}

func dumbConfiguration(ops []history.Operation) bool {
	for i := range ops {
		a := &ops[i]
		if a.Outcome != history.OK {
			continue
		}
		version, values, _ := versionOf(a)
		n, _ := values.Len()
		if a.F != "update" && (version != 0 || n != 0) && !slices.ContainsFunc(ops, func(u history.Operation) bool {
			return u.F == "update" && happened(&u) && u.Input == values && u.Invoke < a.Complete
		}) {
			return true
		}
		for k := range ops {
			b := &ops[k]
			if b.Outcome != history.OK {
				continue
			}
			v, others, _ := versionOf(b)
			switch {
			case v == version && others != values,
				a.Process == b.Process && a.Before(*b) && v < version,
				a.F == "update" && b.F == final && v < version:
				return true
			}
		}
	}
	return false
}
