package fault

// partition spells out the groups of a partition, or its shape.
func (r *resolver) partition(f Fault) []Fault {
	if f.Shape != "" {
		return r.shape(f)
	}
	sets := r.groups(readGroups(f.Target))
	return groupsOf(f, sets)
}

// groups spells out groups. A node belongs to the first that names it; rest is
// what all others leave.
func (r *resolver) groups(groups []terms) []Set {
	sets := make([]Set, len(groups))
	var taken Set
	for i, g := range groups {
		if !hasRest(g) {
			sets[i] = r.set(g, 0) &^ taken
			taken |= sets[i]
		}
	}
	for i, g := range groups {
		if hasRest(g) {
			sets[i] = r.set(g, taken) &^ taken
			taken |= sets[i]
		}
	}
	return sets
}

// groupsOf makes f a partition into the given sets, without the empty ones. It
// is nothing if fewer than two are left.
func groupsOf(f Fault, sets []Set) []Fault {
	var groups []terms
	for _, s := range sets {
		if s != 0 {
			groups = append(groups, named(s))
		}
	}
	if len(groups) < 2 {
		return nil
	}
	f.Shape, f.Target = "", groupsText(groups)
	return []Fault{f}
}

// shape spells out a shape. Its centre, where it has one, is the first node of
// the target, or drawn; the places of the others are drawn.
func (r *resolver) shape(f Fault) []Fault {
	everyone := All(r.view.Nodes)
	centre := r.some(everyone, 1)
	if f.Target != "" {
		s := r.set(readNodes(f.Target), 0)
		if s == 0 {
			return nil
		}
		centre = SetOf(s.List()[0])
	}
	others := r.shuffled(everyone &^ centre)
	order := append(centre.List(), others...)
	switch f.Shape {
	case Halves:
		half := SetOf(order[:len(order)/2]...)
		return groupsOf(f, []Set{half, everyone &^ half})
	case Bridge:
		half := SetOf(others[:len(others)/2]...)
		return groupsOf(f, []Set{half, everyone &^ half &^ centre})
	case QuorumLoss:
		return groupsOf(f, singles(others))
	case Chain:
		return cutAll(f, order, func(i, j int) bool { return j == i+1 })
	case MajoritiesRing:
		return cutAll(f, order, ringSees(len(order)))
	case OneWay:
		few := SetOf(order[:max(1, (len(order)-1)/2)]...)
		return cutOf(f, []span{{from: named(everyone &^ few), to: named(few)}})
	}
	panic("fault: a partition of no shape")
}

// singles makes each node a group of its own.
func singles(nodes []Node) []Set {
	sets := make([]Set, len(nodes))
	for i, n := range nodes {
		sets[i] = SetOf(n)
	}
	return sets
}

// ringSees says who sees whom in a majorities ring of n nodes (Jepsen): each sees
// itself and its nearest neighbours on both sides, as many as make it a
// majority. i < j are places on the ring.
func ringSees(n int) func(i, j int) bool {
	reach := (n/2 + 1) / 2
	return func(i, j int) bool { return min(j-i, n-(j-i)) <= reach }
}

// cutAll cuts the links between places that do not see each other.
func cutAll(f Fault, order []Node, sees func(i, j int) bool) []Fault {
	var spans []span
	for i, a := range order {
		var far Set
		for j := i + 1; j < len(order); j++ {
			if !sees(i, j) {
				far |= SetOf(order[j])
			}
		}
		if far != 0 {
			spans = append(spans, span{named(SetOf(a)), named(far), true})
		}
	}
	return cutOf(f, spans)
}

// cutOf makes f a cut of the given links; nothing if there are none.
func cutOf(f Fault, spans []span) []Fault {
	if len(spans) == 0 || spans[0].from == nil || spans[0].to == nil {
		return nil
	}
	f.Kind, f.Shape, f.Target = Cut, "", spansText(spans)
	return []Fault{f}
}
