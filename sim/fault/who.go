package fault

import (
	"fmt"
	"slices"
	"strconv"

	"simrun/history/nearest"
)

// nodes reads a list of nodes.
func (p *parser) nodes() terms {
	list := terms{p.term()}
	for p.accept(",") {
		list = append(list, p.term())
	}
	return list
}

// term reads one part of a list of nodes.
func (p *parser) term() term {
	w := p.peek()
	if n, ok := nodeNamed(w); ok {
		if n > MaxNodes {
			p.expected(fmt.Sprintf("a node from n1 to n%d", MaxNodes))
			return term{}
		}
		p.next()
		return term{kind: node, n: n}
	}
	for _, t := range termWords {
		if p.accept(t.word) {
			return term{kind: t.kind}
		}
	}
	switch {
	case p.accept("any"):
		if _, err := strconv.ParseUint(p.peek(), 10, 31); err == nil {
			return term{kind: anyOf, n: p.integer("how many nodes, from 1")}
		}
		return term{kind: anyOf, n: 1}
	case p.accept("old"):
		return term{kind: oldRole, role: p.role()}
	}
	return term{kind: role, role: p.role()}
}

// role reads the name of a role.
func (p *parser) role() string {
	quoted := p.accept("role")
	w := p.peek()
	if known := p.profile == nil || slices.Contains(p.profile.roles(), w); known && (quoted || !reserved(w)) {
		return p.word("the name of a role")
	}
	near := []string{"old", "any", "role"}
	for _, t := range termWords {
		near = append(near, t.word)
	}
	if p.profile != nil {
		near = append(p.profile.roles(), near...)
	}
	p.expected("a node (n1, …) or a role", near...)
	return ""
}

// reserved reports whether a word can't be a role without "role" before it: it is a word of the grammar, a node, a number, or not a word.
func reserved(w string) bool {
	_, isNode := nodeNamed(w)
	return isNode || !plain(w) || slices.Contains(reservedWords(), w)
}

// reservedWords are the words that have a meaning where a role can be, in order.
func reservedWords() []string {
	list := []string{"any", "old", "role", "and", "around", "by", "every"}
	list = append(list, words(Shapes)...)
	for _, t := range termWords {
		list = append(list, t.word)
	}
	for _, w := range opening {
		list = append(list, w...)
	}
	slices.Sort(list)
	return slices.Compact(list)
}

// plain reports whether a word begins with a letter.
func plain(w string) bool {
	return w != "" && (w[0] >= 'a' && w[0] <= 'z' || w[0] >= 'A' && w[0] <= 'Z')
}

// nodeNamed reads "n3".
func nodeNamed(w string) (int, bool) {
	if len(w) < 2 || w[0] != 'n' || w[1] < '1' || w[1] > '9' {
		return 0, false
	}
	n, err := strconv.Atoi(w[1:])
	return n, err == nil
}

// groups reads the groups of a partition, or its shape.
func (p *parser) groups(f *Fault) {
	if w := p.peek(); slices.Contains(Shapes, Shape(w)) {
		p.next()
		f.Shape = Shape(w)
		if p.accept("around") {
			f.Target = Target(p.nodes().String())
		}
		return
	}
	first := p.toks[0]
	list := []terms{p.nodes()}
	if p.err == nil && p.peek() != "|" {
		p.expected(`"|" and another group`)
	}
	if p.err != nil && len(list) == 1 {
		p.nearShape(first)
		return
	}
	for p.accept("|") {
		list = append(list, p.nodes())
	}
	f.Target = groupsText(list)
}

// nearShape improves the message about a partition whose first word may
// have been meant as a shape.
func (p *parser) nearShape(first token) {
	if near := nearest.To(first.text, words(Shapes)); near != "" && first.text != near {
		p.err.Col = first.col
		p.err.Msg = fmt.Sprintf("expected groups or a shape, found %q; the nearest word is %q", first.text, near)
	}
}

// links reads links between nodes.
func (p *parser) links() Target {
	return p.linksAfter(p.nodes())
}

// linksAfter reads links of which the first list of nodes is read.
func (p *parser) linksAfter(from terms) Target {
	var list []span
	for p.err == nil {
		s := span{from: from}
		switch {
		case p.accept("<>"):
			s.both = true
		case !p.accept(">"):
			p.expected(`">" or "<>" and the other end`)
		}
		s.to = p.nodes()
		list = append(list, s)
		if !p.accept("and") {
			break
		}
		from = p.nodes()
	}
	return spansText(list)
}

// nodesOrLinks reads whose links are hit: all of some nodes, or some links.
func (p *parser) nodesOrLinks() Target {
	list := p.nodes()
	if p.peek() == ">" || p.peek() == "<>" {
		return p.linksAfter(list)
	}
	return Target(list.String())
}
