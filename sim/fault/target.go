package fault

import (
	"strconv"
	"strings"
)

// Target says who is hit, or which links, as text in one of three forms:
//
//	n1,leader                nodes
//	n1,n2 | rest             groups, of a partition
//	n1 > n2 and n3 <> rest   links, one way and both
//
// A node is n1, a role (the node with the newest epoch in it), "old" and a role
// (the one before it that still thinks so), it (where the event was that the
// fault waited for), any or any 2 (drawn), minority or majority (drawn), all, or
// rest (those that the fault does not name).
type Target string

// term is one part of a list of nodes.
type term struct {
	kind termKind
	n    int    // the node, or how many of any
	role string // of role and old
}

type termKind uint8

const (
	node termKind = iota
	role
	oldRole
	it
	anyOf
	minority
	majority
	all
	rest
)

// termWords are the terms that are one word.
var termWords = [...]struct {
	word string
	kind termKind
}{{"it", it}, {"minority", minority}, {"majority", majority}, {"all", all}, {"rest", rest}}

// String writes the term as it is read.
func (t term) String() string {
	switch t.kind {
	case node:
		return Node(t.n).String()
	case role:
		return roleText(t.role)
	case oldRole:
		return "old " + roleText(t.role)
	case anyOf:
		if t.n == 1 {
			return "any"
		}
		return "any " + strconv.Itoa(t.n)
	}
	for _, w := range termWords {
		if w.kind == t.kind {
			return w.word
		}
	}
	return "?"
}

// roleText writes a role so that it is read as one.
func roleText(name string) string {
	if reserved(name) {
		return "role " + name
	}
	return name
}

// terms is a list of nodes.
type terms []term

func (ts terms) String() string {
	var b strings.Builder
	for i, t := range ts {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteString(t.String())
	}
	return b.String()
}

// span is a link as written: from each of one list to each of another.
type span struct {
	from, to terms
	both     bool
}

func (s span) String() string {
	if s.both {
		return s.from.String() + " <> " + s.to.String()
	}
	return s.from.String() + " > " + s.to.String()
}

// groupsText joins groups as they are read.
func groupsText(groups []terms) Target {
	parts := make([]string, len(groups))
	for i, g := range groups {
		parts[i] = g.String()
	}
	return Target(strings.Join(parts, " | "))
}

// spansText joins links as they are read.
func spansText(spans []span) Target {
	parts := make([]string, len(spans))
	for i, s := range spans {
		parts[i] = s.String()
	}
	return Target(strings.Join(parts, " and "))
}

// Role returns the target that is the node in a role.
func Role(name string) Target { return Target(roleText(name)) }
