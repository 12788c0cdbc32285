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
	if p.accept("role") {
		return p.word("the name of a role")
	}
	if w := p.peek(); slices.Contains(Roles, w) {
		p.next()
		return w
	}
	near := append(slices.Clone(Roles), "old", "any", "role")
	for _, t := range termWords {
		near = append(near, t.word)
	}
	p.expected(`a node (n1, …) or a role (or "role NAME")`, near...)
	return ""
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
	list := []terms{p.nodes()}
	if p.err != nil {
		p.nearShape()
		return
	}
	if p.peek() != "|" {
		p.expected(`"|" and another group`)
		return
	}
	for p.accept("|") {
		list = append(list, p.nodes())
	}
	f.Target = groupsText(list)
}

// nearShape betters the message about the first word of a partition, which may
// have been meant as a shape.
func (p *parser) nearShape() {
	if near := nearest.To(p.toks[0].text, words(Shapes)); near != "" {
		p.err.Msg = fmt.Sprintf("expected groups or a shape, found %q; the nearest word is %q", p.toks[0].text, near)
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
