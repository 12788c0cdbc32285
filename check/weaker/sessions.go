package weaker

import (
	"fmt"
	"slices"

	"simrun/check"
	"simrun/history"
)

// The session guarantees (Terry, Demers, Petersen, Spreitzer, Theimer and Welch:
// Session Guarantees for Weakly Consistent Replicated Data, PDIS 1994, section 3).
const (
	ReadYourWrites    = "read your writes"
	MonotonicReads    = "monotonic reads"
	MonotonicWrites   = "monotonic writes"
	WritesFollowReads = "writes follow reads"
)

// Sessions decides for each session guarantee whether it holds in every process of the
// history. The guarantees are read your writes, monotonic reads, monotonic writes and
// writes follow reads, in this order. A session is a process. The specification must be
// register, cas-register, kv or multi-register.
//
// The versions of a register are its writes. A guarantee holds if the versions of
// each register can be put in an order that begins with the initial value, keeps the
// order in which each process wrote, and has the version that a compare-and-set wrote
// after the one that it found, so that
//
//   - read your writes: a read finds no version before one that its process wrote earlier;
//   - monotonic reads: a read finds no version before one that its process found earlier;
//   - writes follow reads: a write makes a version after all that its process found earlier.
//
// Since these orders keep the order of each process's writes, monotonic writes is
// decided by what reads show: no process finds two versions of one process in the
// reverse of the order in which that process wrote them.
//
// Sessions decides the guarantees for each register by itself, which demands less than
// the same guarantee across registers. Time and memory are linear in the length of the
// history. The verdict is Unknown if it is not known which version some read saw,
// because values repeat or nobody wrote the value, and no other operations break the
// guarantee. Core holds operations that break it.
func Sessions(spec check.Spec, events []history.Event, opts Options) ([]Guarantee, error) {
	l, err := languageOf(spec)
	if err != nil {
		return nil, err
	}
	ops, err := check.Explainable(spec, events)
	if err != nil {
		return nil, err
	}
	s := &sessions{versions: join(spec, l, ops, opts), spec: spec, opts: opts}
	s.collect()
	var all []Guarantee
	for _, name := range []string{ReadYourWrites, MonotonicReads, MonotonicWrites, WritesFollowReads} {
		all = append(all, Guarantee{name, s.verdict(name)})
	}
	return all, nil
}

// Guarantee is a session guarantee, and whether it holds.
type Guarantee struct {
	Name    string
	Verdict check.Verdict
}

// sessions holds the demands of the guarantees on the order of versions.
type sessions struct {
	*versions
	spec check.Spec
	opts Options

	base     []demand            // demands that every order of versions keeps
	demands  map[string][]demand // by guarantee
	inverted *demand             // for monotonic writes: the first pair that was seen in reverse

	firstSlot []int32 // by operation: the number of its first write
	slots     int
}

// demand means that version before must precede version after, because a process
// executed operation first and then operation second.
type demand struct {
	register      int32
	before, after int32 // writes; before is never the initial one
	first, second int32
}

// session holds the accesses of a process to one register so far.
type session struct {
	wrote int32      // its latest write, or initial
	reads [][2]int32 // its reads since then, each with the write whose value it found
	last  [2]int32   // its latest read, likewise
	has   bool       // it read the register
}

func (s *sessions) collect() {
	s.demands = make(map[string][]demand)
	s.firstSlot = make([]int32, len(s.ops))
	for i := range s.ops {
		s.firstSlot[i] = int32(s.slots)
		s.slots += len(s.writes[i])
	}
	for _, ops := range s.processes {
		last := make(map[int32]*session)
		newest := make(map[[2]int32]int32) // by register and writing process: the read that found its latest version
		for _, i := range ops {
			if !s.took[i] {
				continue
			}
			for _, r := range s.reads[i] {
				s.read(i, r, sessionWith(last, r.register))
				s.observe(i, r, newest)
			}
			for _, r := range s.writes[i] {
				s.write(i, r, sessionWith(last, r))
			}
		}
	}
}

func (s *sessions) add(guarantee string, d demand) {
	if d.before != initial {
		s.demands[guarantee] = append(s.demands[guarantee], d)
	}
}

func sessionWith(all map[int32]*session, register int32) *session {
	was, ok := all[register]
	if !ok {
		was = &session{wrote: initial}
		all[register] = was
	}
	return was
}

func (s *sessions) read(i int32, r read, was *session) {
	if was.wrote != initial && was.wrote != r.writer {
		s.add(ReadYourWrites, demand{r.register, was.wrote, r.writer, was.wrote, i})
	}
	if was.has && was.last[1] != r.writer {
		s.add(MonotonicReads, demand{r.register, was.last[1], r.writer, was.last[0], i})
	}
	if r.writer != initial && s.process[r.writer] == s.process[i] && s.place[r.writer] > s.place[i] {
		s.add(WritesFollowReads, demand{r.register, r.writer, r.writer, i, r.writer})
	}
	was.last, was.has = [2]int32{i, r.writer}, true
	was.reads = append(was.reads, was.last)
}

// observe checks that a process finds the versions of another in the order in which that
// process wrote them.
func (s *sessions) observe(i int32, r read, newest map[[2]int32]int32) {
	if r.writer == initial {
		return
	}
	by := [2]int32{r.register, s.process[r.writer]}
	before, seen := newest[by]
	if !seen {
		newest[by] = i
		return
	}
	latest := s.foundIn(before, r.register)
	switch {
	case s.place[latest] < s.place[r.writer]:
		newest[by] = i
	case s.place[latest] > s.place[r.writer] && s.inverted == nil:
		s.inverted = &demand{r.register, latest, r.writer, before, i}
	}
}

// foundIn returns the write whose value operation i found in a register.
func (s *sessions) foundIn(i, register int32) int32 {
	k := slices.IndexFunc(s.reads[i], func(r read) bool { return r.register == register })
	return s.reads[i][k].writer
}

func (s *sessions) write(i, register int32, was *session) {
	for _, r := range was.reads {
		switch {
		case r[0] == i && r[1] != initial:
			s.base = append(s.base, demand{register, r[1], i, i, i})
		case r[1] != i:
			s.add(WritesFollowReads, demand{register, r[1], i, r[0], i})
		}
	}
	if was.wrote != initial {
		s.base = append(s.base, demand{register, was.wrote, i, was.wrote, i})
	}
	was.wrote, was.reads = i, nil
}

// verdict decides one guarantee.
func (s *sessions) verdict(name string) check.Verdict {
	v := check.Verdict{Outcome: check.Valid, Spec: s.spec.Name(), Engine: "versions", Inevitable: -1, Steps: int64(len(s.ops))}
	if name == MonotonicWrites {
		if d := s.inverted; d != nil {
			v.Outcome, v.Key = check.Violation, s.registers[d.register].key
			v.Core = s.core([]int32{d.before, d.after, d.first, d.second})
			v.Reason = fmt.Sprintf("%s, though %s", s.clause(name, d),
				s.clause("", &demand{d.register, d.after, d.before, d.after, d.before}))
			return v
		}
	} else if cycle := s.cycle(name); cycle != nil {
		var members []int32
		v.Reason = "no order of versions keeps all of: "
		for k, d := range cycle {
			members = append(members, d.demand.before, d.demand.after, d.demand.first, d.demand.second)
			if k > 0 {
				v.Reason += "; "
			}
			v.Reason += s.clause(d.of, d.demand)
		}
		v.Outcome, v.Key, v.Core = check.Violation, s.registers[cycle[0].demand.register].key, s.core(members)
		if len(cycle) == 1 {
			v.Reason = s.clause(name, cycle[0].demand)
		}
		return v
	}
	if s.unclear != "" {
		v.Outcome, v.Reason = check.Unknown, s.unclear
	}
	return v
}

// clause returns why one version precedes another: "process 1 write 2 (1.2s to 1.3s), then process 1 read 1 (…)".
func (s *sessions) clause(of string, d *demand) string {
	first, second := &s.ops[d.first], &s.ops[d.second]
	if of == WritesFollowReads && d.before == d.after {
		return fmt.Sprintf("%s found a value that its process wrote only later: %s", s.opts.says(s.spec, first), s.opts.says(s.spec, second))
	}
	if d.first == d.second {
		return s.opts.says(s.spec, first)
	}
	return fmt.Sprintf("%s, then %s", s.opts.says(s.spec, first), s.opts.says(s.spec, second))
}

// A link is a demand in a cycle, with its guarantee, or "" if every order keeps it.
type link struct {
	of     string
	demand *demand
}

// slot returns the number of a write of one register: an operation may write several.
func (s *sessions) slot(i, register int32) int32 {
	return s.firstSlot[i] + int32(slices.Index(s.writes[i], register))
}

// cycle returns demands of the guarantee, and demands that every order keeps, that no
// order can keep together, or nil. It is a shortest cycle through the edge that the
// search finds first, not the shortest of all.
func (s *sessions) cycle(name string) []link {
	own := s.demands[name]
	g := newGraph[link](s.slots)
	for k := range own {
		d := &own[k]
		if d.after == initial || d.before == d.after {
			return []link{{name, d}}
		}
		g.add(s.slot(d.before, d.register), s.slot(d.after, d.register), link{name, d})
	}
	for k := range s.base {
		d := &s.base[k]
		if d.before == d.after {
			return []link{{"", d}}
		}
		g.add(s.slot(d.before, d.register), s.slot(d.after, d.register), link{"", d})
	}
	cycle := g.cycle()
	if cycle == nil {
		return nil
	}
	// Begin with a demand of the guarantee itself, if there is one.
	k := max(0, slices.IndexFunc(cycle, func(l link) bool { return l.of == name }))
	return append(slices.Clone(cycle[k:]), cycle[:k]...)
}
