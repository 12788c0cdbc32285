package accounts

import (
	"cmp"
	"fmt"
	"slices"

	"simrun/check"
	"simrun/check/weaker"
	"simrun/history"
)

// SetFull asks what became of each element that was added to a set, by the reads of all
// elements that followed, as Jepsen's checker set-full does.
//
//	add 7     read → [7, 8]
//
// An element is known once its add completed, or a read saw it. It is stable if from
// some read on all see it; lost if the last read that it should be in, and all after the
// last one that saw it, lack it; never read if no read tells. A stable element that a
// read lacked after it was known is stale, for as long as that went on. Lost elements, and
// those that one read saw twice, are violations; stale ones are not. An element that
// nobody added is unexpected, which is a violation too.
var SetFull = Checker{
	Name:       "set-full",
	Summary:    "what became of each element: add, read → all; stable, lost, never read, stale, and for how long",
	operations: []string{"add", "read"},
	accepts: func(op history.Operation) error {
		if op.F == "read" && op.Outcome == history.OK {
			return expected(isList(op.Output), "read result", "a list", op.Output)
		}
		return nil
	},
	count: countSet,
}

// A member is what is known of an element of the set.
type member struct {
	value    history.Value
	invoked  int          // event of the first add that may have taken effect
	known    int          // event at which it was first known to be there; -1
	knownAt  history.Time // the time of that
	seen     []int        // positions in reads of those that saw it, ascending
	acked    bool
	twice    int // a read that saw it more than once, or -1
	onlyFail bool
}

// setAccount is what is known of a set.
type setAccount struct {
	order []*member
	by    map[history.Value]*member
	reads []int // positions of operations, in order of invocation
}

func (s *setAccount) of(v history.Value) *member {
	m := s.by[v]
	if m == nil {
		m = &member{value: v, invoked: -1, known: -1, twice: -1}
		s.by[v] = m
		s.order = append(s.order, m)
	}
	return m
}

// know notes that an element was there by an event.
func (m *member) know(op *history.Operation) {
	if m.known < 0 || op.Complete < m.known {
		m.known, m.knownAt = op.Complete, op.Return
	}
}

func openSet(l *ledger) *setAccount {
	s := &setAccount{by: make(map[history.Value]*member)}
	for i := range l.ops {
		switch op := &l.ops[i]; {
		case op.F == "read":
			if op.Outcome == history.OK {
				s.reads = append(s.reads, i)
			}
		case op.Outcome == history.Fail:
			if m := s.of(op.Input); m.invoked < 0 {
				m.onlyFail = true
			}
		default:
			m := s.of(op.Input)
			if m.onlyFail = false; m.invoked < 0 {
				m.invoked = op.Invoke
			}
			if op.Outcome == history.OK {
				m.acked = true
				m.know(op)
			}
		}
	}
	for k, i := range s.reads {
		op := &l.ops[i]
		all, _ := op.Output.AsList()
		for _, v := range all {
			m := s.of(v)
			if n := len(m.seen); n > 0 && m.seen[n-1] == k {
				m.twice = i
				continue
			}
			m.seen = append(m.seen, k)
			m.know(op)
		}
	}
	return s
}

// absent returns the last read that lacks an element and completed after it was first
// added, as a position in reads; -1 if there is none.
func (s *setAccount) absent(l *ledger, m *member) int {
	seen := m.seen
	for k := len(s.reads) - 1; k >= 0; k-- {
		op := &l.ops[s.reads[k]]
		switch n := len(seen); {
		case n > 0 && seen[n-1] == k:
			seen = seen[:n-1]
		case op.Complete > m.invoked:
			return k
		case op.Invoke < m.invoked && n == 0:
			return -1 // all earlier ones completed before, or tell nothing
		}
	}
	return -1
}

func countSet(l *ledger) Report {
	s := openSet(l)
	c := setCount{l: l, s: s}
	for _, m := range s.order {
		c.add(m)
	}
	return c.report()
}

// setCount sorts elements by what became of them.
type setCount struct {
	l *ledger
	s *setAccount

	stable, lost, neverRead, stale, twice, unexpected []history.Value
	acked                                             int
	stableAfter, lostAfter                            []history.Time
	first                                             *member // the first that is lost
	lacks                                             int     // the read that lacks it
	reason                                            string
	core                                              []int
}

func (c *setCount) add(m *member) {
	l, s := c.l, c.s
	if m.acked {
		c.acked++
	}
	if m.invoked < 0 {
		if len(m.seen) > 0 {
			c.unexpected = append(c.unexpected, m.value)
			op := &l.ops[s.reads[m.seen[0]]]
			why := "nobody added it"
			if m.onlyFail {
				why = "its add failed"
			}
			c.blame(fmt.Sprintf("%s was read by %s, but %s", quoted(m.value), l.by(op), why), op.Invoke)
		}
		return
	}
	if m.twice >= 0 {
		c.twice = append(c.twice, m.value)
		c.blame(fmt.Sprintf("%s is there twice in the read by %s", quoted(m.value), l.by(&l.ops[m.twice])), l.ops[m.twice].Invoke)
	}
	present, absent := -1, s.absent(l, m)
	if n := len(m.seen); n > 0 {
		present = m.seen[n-1]
	}
	after := func(k int) history.Time { // from when it was known to the beginning of a read
		if k < 0 {
			return 0
		}
		return max(0, l.ops[s.reads[k]].Call-m.knownAt)
	}
	switch {
	case present >= 0 && present > absent:
		c.stable = append(c.stable, m.value)
		c.stableAfter = append(c.stableAfter, after(absent))
		if absent >= 0 && l.ops[s.reads[absent]].Invoke > m.known {
			c.stale = append(c.stale, m.value)
		}
	case m.known >= 0 && absent >= 0 && l.ops[s.reads[absent]].Invoke > m.known:
		c.lost = append(c.lost, m.value)
		c.lostAfter = append(c.lostAfter, after(present))
		if c.first == nil {
			c.first, c.lacks = m, absent
		}
	default:
		c.neverRead = append(c.neverRead, m.value)
	}
}

// blame keeps the first reason.
func (c *setCount) blame(reason string, core ...int) {
	if c.reason == "" {
		c.reason, c.core = reason, core
	}
}

// blameLost says of the first lost element how it was known and which read lacks it.
func (c *setCount) blameLost() {
	l, s, m := c.l, c.s, c.first
	read := &l.ops[s.reads[c.lacks]]
	core, how := []int{read.Invoke}, ""
	for i := range l.ops {
		op := &l.ops[i]
		if op.Complete != m.known || op.Complete < 0 {
			continue
		}
		core = append(core, op.Invoke)
		how = "added by " + l.by(op)
		if op.F == "read" {
			how = "seen by " + l.by(op)
		}
	}
	reason := fmt.Sprintf("%s was %s, and is missing in the read by %s", quoted(m.value), how, l.by(read))
	if n := len(c.lost); n > 1 {
		reason += fmt.Sprintf("; %d elements are lost", n)
	}
	c.reason, c.core = reason, core
}

func (c *setCount) report() Report {
	var r Report
	if c.first != nil {
		c.blameLost()
	}
	switch {
	case c.reason != "":
		r.Outcome, r.Reason, r.Core = check.Violation, c.reason, c.core
	case len(c.stable) == 0 && c.acked > 0:
		r.Outcome, r.Reason = check.Unknown, "no read saw any of the elements"
	default:
		r.Outcome = check.Valid
	}
	r.Figures = []Figure{
		{Name: "acknowledged", Count: c.acked}, figure("stable", c.stable), figure("lost", c.lost), figure("never read", c.neverRead),
		figure("stale", c.stale), figure("twice", c.twice), figure("unexpected", c.unexpected),
	}
	for _, f := range []struct {
		name string
		took []history.Time
	}{{"stable after", c.stableAfter}, {"lost after", c.lostAfter}} {
		if len(f.took) > 0 {
			slices.SortFunc(f.took, func(a, b history.Time) int { return cmp.Compare(a, b) })
			latency := weaker.LatencyOf(f.took)
			r.Figures = append(r.Figures, Figure{Name: f.name, Count: len(f.took), Latency: &latency})
		}
	}
	return r
}
