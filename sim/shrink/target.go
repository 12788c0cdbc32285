package shrink

import (
	"slices"
	"strconv"
	"strings"

	"simrun/sim/fault"
)

// hitBy works out whom a fault hits among n nodes, if it names nodes alone.
func hitBy(f fault.Fault, n int) (fault.Effect, bool) {
	if f.Shape != "" || f.Kind == fault.Heal || f.Kind == fault.SwizzleClog || !named(f.Target) {
		return fault.Effect{}, false
	}
	return f.Effect(n), true
}

// named reports whether a target is spelled out: its words are nodes.
func named(t fault.Target) bool {
	for word := range strings.FieldsFuncSeq(string(t), func(r rune) bool { return strings.ContainsRune(" ,|<>", r) }) {
		if _, ok := numberOf(word); !ok && word != "and" {
			return false
		}
	}
	return true
}

// numberOf reads "n3".
func numberOf(word string) (int, bool) {
	digits, ok := strings.CutPrefix(word, "n")
	n, err := strconv.Atoi(digits)
	return n, ok && err == nil
}

// fewer lists smaller targets of a fault among n nodes: one node or one link of those that it hits, then all but one.
func fewer(f fault.Fault, n int) (list []fault.Target) {
	hits, ok := hitBy(f, n)
	if !ok {
		return nil
	}
	if f.Kind == fault.Partition {
		return fewerGroups(f.Target)
	}
	if !f.Kind.OnLinks() || f.Kind == fault.Isolate {
		return fewerNodes(hits.Nodes, f)
	}
	if len(hits.Links) > 40 {
		return nil
	}
	for _, l := range hits.Links {
		if l.From < l.To {
			list = append(list, fault.Target(l.From.String()+" <> "+l.To.String()))
		}
	}
	for _, l := range hits.Links {
		list = append(list, fault.Target(l.From.String()+" > "+l.To.String()))
	}
	return list
}

// fewerNodes lists the subsets of the nodes that a fault names: each one, then all but each one.
func fewerNodes(s fault.Set, f fault.Fault) (list []fault.Target) {
	if s == 0 { // isolate hits links, and names nodes
		s = f.Nodes()
	}
	if s.Len() < 2 {
		return nil
	}
	for n := range s.Nodes() {
		list = append(list, fault.Target(n.String()))
	}
	for n := range s.Nodes() {
		if rest := s &^ fault.SetOf(n); rest.Len() > 1 {
			list = append(list, fault.Target(rest.String()))
		}
	}
	return list
}

// fewerGroups lists the groups of a partition without one of their nodes, which then reaches all.
func fewerGroups(t fault.Target) (list []fault.Target) {
	groups := strings.Split(string(t), " | ")
	for i, g := range groups {
		nodes := strings.Split(g, ",")
		for j := range nodes {
			if len(nodes) == 1 {
				break
			}
			less := slices.Clone(groups)
			less[i] = strings.Join(slices.Delete(slices.Clone(nodes), j, j+1), ",")
			list = append(list, fault.Target(strings.Join(less, " | ")))
		}
	}
	return list
}

// elsewhere lists the targets that a fault of one node may have in place of its own, among n nodes.
func elsewhere(f fault.Fault, n int) (list []fault.Target) {
	if !f.Kind.OnLinks() || f.Kind == fault.Isolate {
		for i := range n {
			if t := fault.Target(fault.Node(i + 1).String()); t != f.Target {
				list = append(list, t)
			}
		}
	}
	return list
}

// renamed is a target with other names for its nodes.
func renamed(t fault.Target, names map[int]int) fault.Target {
	var b strings.Builder
	text := string(t)
	for len(text) > 0 {
		end := strings.IndexAny(text, " ,|<>")
		if end < 0 {
			end = len(text)
		}
		word := text[:end]
		if n, ok := numberOf(word); ok && names[n] > 0 {
			word = "n" + strconv.Itoa(names[n])
		}
		b.WriteString(word)
		if end < len(text) {
			b.WriteByte(text[end])
			end++
		}
		text = text[end:]
	}
	return fault.Target(b.String())
}
