package txn

import "slices"

// literal is a choice between two orders of versions: v for the variable v, -v for its opposite; none for no choice.
type literal int32

const none literal = 0

func (l literal) variable() int { return int(max(l, -l)) }

// satisfy looks for values of variables 1 to n that make one literal of each clause true. It learns a clause from each conflict
// (Marques-Silva and Sakallah 1996) and tries a variable as true first, and small numbers first. It returns nil if there are none,
// and false if the budget of steps is spent.
func satisfy(n int, clauses [][]literal, budget *int64) (values []bool, decided bool) {
	s := &solver{first: 1, value: make([]int8, n+1), level: make([]int32, n+1), reason: make([][]literal, n+1), watch: map[literal][][]literal{}}
	for _, c := range clauses {
		switch len(c) {
		case 0:
			return nil, true
		case 1:
			if s.of(c[0]) < 0 {
				return nil, true
			}
			if s.of(c[0]) == 0 {
				s.set(c[0], c)
			}
		default:
			s.add(slices.Clone(c))
		}
	}
	for {
		conflict := s.propagate(budget)
		switch {
		case *budget <= 0:
			return nil, false
		case conflict != nil && s.depth == 0:
			return nil, true
		case conflict != nil:
			s.learn(conflict)
		case !s.decide():
			values = make([]bool, n+1)
			for v := range values {
				values[v] = s.value[v] > 0
			}
			return values, true
		}
	}
}

type solver struct {
	value  []int8 // by variable: 1, -1, or 0 for none yet
	level  []int32
	reason [][]literal // the clause that left no other value; nil: a decision
	trail  []literal
	first  int                     // no smaller variable is without a value
	head   int                     // of the trail: what is not propagated yet
	starts []int                   // of the trail: where each level starts
	depth  int32                   // number of decisions
	watch  map[literal][][]literal // clauses by each of their first two literals
}

func (s *solver) of(l literal) int8 {
	if l < 0 {
		return -s.value[-l]
	}
	return s.value[l]
}

func (s *solver) set(l literal, reason []literal) {
	v := l.variable()
	s.value[v] = 1
	if l < 0 {
		s.value[v] = -1
	}
	s.level[v], s.reason[v] = s.depth, reason
	s.trail = append(s.trail, l)
}

func (s *solver) add(c []literal) {
	s.watch[c[0]] = append(s.watch[c[0]], c)
	s.watch[c[1]] = append(s.watch[c[1]], c)
}

// propagate draws the conclusions of what was set, and returns a clause that is false then, or nil.
func (s *solver) propagate(budget *int64) []literal {
	for ; s.head < len(s.trail); s.head++ {
		gone := -s.trail[s.head]
		watching := s.watch[gone]
		kept := watching[:0]
		for i, c := range watching {
			*budget--
			if c[0] == gone {
				c[0], c[1] = c[1], c[0]
			}
			if s.of(c[0]) > 0 {
				kept = append(kept, c)
				continue
			}
			if at := slices.IndexFunc(c[2:], func(l literal) bool { return s.of(l) >= 0 }); at >= 0 {
				c[1], c[at+2] = c[at+2], c[1]
				s.watch[c[1]] = append(s.watch[c[1]], c)
				continue
			}
			kept = append(kept, c)
			if s.of(c[0]) < 0 {
				s.watch[gone] = append(kept, watching[i+1:]...)
				return c
			}
			s.set(c[0], c)
		}
		s.watch[gone] = kept
	}
	return nil
}

func (s *solver) decide() bool {
	v := s.first
	for v < len(s.value) && s.value[v] != 0 {
		v++
	}
	if s.first = v; v == len(s.value) {
		return false
	}
	s.starts = append(s.starts, len(s.trail))
	s.depth++
	s.set(literal(v), nil)
	return true
}

// learn adds the clause of the first unique implication point of a conflict, and goes back to where it leaves one literal.
func (s *solver) learn(conflict []literal) {
	var learnt []literal
	seen := make([]bool, len(s.value))
	open, at := 0, len(s.trail)-1
	var point literal
	for c := conflict; ; {
		for _, l := range c {
			v := l.variable()
			if seen[v] || s.level[v] == 0 || l == point {
				continue
			}
			seen[v] = true
			if s.level[v] == s.depth {
				open++
			} else {
				learnt = append(learnt, l)
			}
		}
		for !seen[s.trail[at].variable()] {
			at--
		}
		point = s.trail[at]
		at--
		if open--; open == 0 {
			break
		}
		c = s.reason[point.variable()]
	}
	back := int32(0)
	for i, l := range learnt {
		if s.level[l.variable()] > back {
			back = s.level[l.variable()]
			learnt[0], learnt[i] = learnt[i], learnt[0]
		}
	}
	learnt = append([]literal{-point}, learnt...)
	for _, l := range s.trail[s.starts[back]:] {
		s.value[l.variable()] = 0
	}
	s.trail, s.starts, s.depth = s.trail[:s.starts[back]], s.starts[:back], back
	s.head, s.first = len(s.trail), 1
	if len(learnt) > 1 {
		s.add(learnt)
	}
	s.set(-point, learnt)
}
