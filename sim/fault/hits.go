package fault

import "strings"

// Effect is what a resolved fault hits: nodes, or links. A fault is written as text; its effect is worked out once, when it begins.
type Effect struct {
	Nodes Set
	Links []Link // in order
}

// Effect works out what the fault hits among n nodes. It panics if the fault is not resolved.
func (f Fault) Effect(n int) Effect {
	if f.Kind.OnLinks() {
		return Effect{Links: f.Links(n)}
	}
	return Effect{Nodes: f.Nodes()}
}

// Nodes returns the nodes that a resolved fault names.
func (f Fault) Nodes() Set { return setOf(readNodes(f.Target)) }

// setOf returns the nodes of a resolved list.
func setOf(ts terms) Set {
	var s Set
	for _, t := range ts {
		if t.kind != node {
			panic("fault: asked whom a fault hits that is not resolved: " + ts.String())
		}
		s |= SetOf(Node(t.n))
	}
	return s
}

// Links returns the directions, among n1 to nN, that a resolved fault of a kind
// [Kind.OnLinks] hits, in order of From and To.
func (f Fault) Links(n int) []Link {
	var hit [MaxNodes + 1]Set // by From
	add := func(from, to Set) {
		for a := range from.Nodes() {
			hit[a] |= to &^ SetOf(a)
		}
	}
	everyone := All(n)
	switch {
	case !f.Kind.OnLinks():
		return nil
	case f.Kind == Partition:
		f.eachPair(add)
	case f.Kind == Isolate:
		s := f.Nodes()
		add(s, everyone&^s)
		add(everyone&^s, s)
	case isLinks(f.Target):
		for _, s := range readLinks(f.Target) {
			from, to := setOf(s.from), setOf(s.to)
			add(from, to)
			if s.both {
				add(to, from)
			}
		}
	case f.Target == "":
		add(everyone, everyone)
	default:
		s := f.Nodes()
		add(s, everyone)
		add(everyone, s)
	}
	return collect(hit[:], n)
}

// eachPair calls add with each ordered pair of groups of a partition.
func (f Fault) eachPair(add func(from, to Set)) {
	groups := readGroups(f.Target)
	for i, a := range groups {
		for j, b := range groups {
			if i != j {
				add(setOf(a), setOf(b))
			}
		}
	}
}

// collect lists the directions within n1 to nN.
func collect(hit []Set, n int) []Link {
	var list []Link
	for a := range All(n).Nodes() {
		for b := range (hit[a] & All(n)).Nodes() {
			list = append(list, Link{a, b})
		}
	}
	return list
}

// isLinks reports whether a target has the form of links.
func isLinks(t Target) bool { return strings.Contains(string(t), ">") }

// readNodes reads a target that is a list of nodes.
func readNodes(t Target) terms {
	if t == "" {
		return nil
	}
	p := &parser{toks: scan(string(t))}
	list := p.nodes()
	p.finish(t)
	return list
}

// readGroups reads a target that is groups.
func readGroups(t Target) []terms {
	p := &parser{toks: scan(string(t))}
	list := []terms{p.nodes()}
	for p.accept("|") {
		list = append(list, p.nodes())
	}
	p.finish(t)
	return list
}

// readLinks reads a target that is links.
func readLinks(t Target) []span {
	var list []span
	p := &parser{toks: scan(string(t))}
	for {
		s := span{from: p.nodes()}
		s.both = p.peek() == "<>"
		p.next()
		s.to = p.nodes()
		list = append(list, s)
		if !p.accept("and") {
			break
		}
	}
	p.finish(t)
	return list
}

// finish asserts that a target was read to its end: whoever writes a fault
// in Go and not as text has it checked by [Fault.MarshalText].
func (p *parser) finish(t Target) {
	if p.err != nil || p.peek() != "" {
		panic("fault: target " + string(t) + " is not well formed")
	}
}
