package fault

import (
	"time"

	"simrun/sim/rng"
)

// View is what a fault must know of the cluster at the moment when it begins.
type View struct {
	Nodes int           // n1 to nN, at most [MaxNodes]
	Now   time.Duration // of the beginning
	It    Node          // where the event was that the fault waited for; 0: nowhere
	Seed  uint64        // of the run: decides where there is a choice

	// Role tells what a node says of itself; "" if it is down or says nothing.
	// The higher the epoch, the newer. May be nil.
	Role func(Node) (role string, epoch uint64)
}

var choice = rng.Of("fault choice")

// Key is the identity of the fault in keyed decisions: a hash of its text.
// Other faults of a plan have no part in it.
func (f Fault) Key() uint64 { return uint64(rng.Of(f.String())) }

// Resolve spells the fault out: the result names nodes, groups and links alone,
// begins at v.Now, and holds one fault for each step of a crash loop or a
// swizzle-clog, in order of time. Resolving it again changes nothing. It is empty if there
// is nobody to hit. The fault must be one that can be written: see [Fault.MarshalText].
func (f Fault) Resolve(v View) []Fault {
	r := resolver{view: v, draw: rng.Draw(v.Seed, choice, f.Key(), 0)}
	f.At, f.On, f.Nth = v.Now, "", 0
	switch f.Kind {
	case None:
		return nil
	case Heal:
		return []Fault{f}
	case Partition:
		return r.partition(f)
	case Cut:
		return r.links(f)
	case Clog, Loss, Duplicate, Reorder, Corrupt, Latency, Bandwidth:
		if f.Target == "" {
			return []Fault{f}
		}
		if isLinks(f.Target) {
			return r.links(f)
		}
	case SwizzleClog:
		return r.swizzle(f)
	}
	s := r.set(readNodes(f.Target), 0)
	if s == 0 {
		return nil
	}
	f.Target = Target(s.String())
	if f.Kind == CrashLoop {
		return crashes(f)
	}
	return []Fault{f}
}

// resolver spells targets out.
type resolver struct {
	view View
	draw rng.Value
}

// random draws an integer in [0, n).
func (r *resolver) random(n int) int {
	r.draw = r.draw.Next()
	return int(r.draw.N(uint64(n)))
}

// some draws n nodes of s, or all if there are fewer.
func (r *resolver) some(s Set, n int) Set {
	var drawn Set
	list := s.List()
	for range min(n, len(list)) {
		i := r.random(len(list))
		drawn |= SetOf(list[i])
		list = append(list[:i], list[i+1:]...)
	}
	return drawn
}

// shuffled returns the nodes of s in an order that is drawn.
func (r *resolver) shuffled(s Set) []Node {
	list := s.List()
	for i := len(list) - 1; i > 0; i-- {
		j := r.random(i + 1)
		list[i], list[j] = list[j], list[i]
	}
	return list
}

// set spells out a list of nodes. The word rest is what other leaves.
func (r *resolver) set(ts terms, other Set) Set {
	var s Set
	for _, t := range ts {
		s |= r.term(t, s, other)
	}
	return s
}

// term spells out one part of a list, after those in before.
func (r *resolver) term(t term, before, other Set) Set {
	n := r.view.Nodes
	everyone := All(n)
	switch t.kind {
	case node:
		return SetOf(Node(t.n)) & everyone
	case role:
		return r.inRole(t.role, false) &^ before
	case oldRole:
		return r.inRole(t.role, true)
	case it:
		if r.view.It > 0 {
			return SetOf(r.view.It) & everyone
		}
		return 0
	case anyOf:
		return r.some(everyone&^before&^other, t.n)
	case minority:
		return r.some(everyone, (n-1)/2)
	case majority:
		return r.some(everyone, n/2+1)
	case all:
		return everyone
	case rest:
		return everyone &^ before &^ other
	}
	panic("fault: a term of no kind")
}

// inRole finds the node with the newest epoch among those in a role; of old,
// the newest whose epoch has passed. Where several have it, one is drawn.
func (r *resolver) inRole(name string, old bool) Set {
	if r.view.Role == nil {
		return 0
	}
	var newest, second uint64
	var first, past Set
	for n := range All(r.view.Nodes).Nodes() {
		role, epoch := r.view.Role(n)
		if role != name {
			continue
		}
		switch {
		case first == 0 || epoch > newest:
			if first != 0 {
				second, past = newest, first
			}
			newest, first = epoch, SetOf(n)
		case epoch == newest:
			first |= SetOf(n)
		case past == 0 || epoch > second:
			second, past = epoch, SetOf(n)
		case epoch == second:
			past |= SetOf(n)
		}
	}
	if old {
		return r.some(past, 1)
	}
	return r.some(first, 1)
}

// links spells out the two ends of each link.
func (r *resolver) links(f Fault) []Fault {
	spans := readLinks(f.Target)
	var out []span
	for _, s := range spans {
		from, to := r.ends(s)
		if from != 0 && to != 0 {
			out = append(out, span{named(from), named(to), s.both})
		}
	}
	if len(out) == 0 {
		return nil
	}
	f.Target = spansText(out)
	return []Fault{f}
}

// ends spells out a link; rest on one side is what the other leaves.
func (r *resolver) ends(s span) (from, to Set) {
	if hasRest(s.from) {
		to = r.set(s.to, 0)
		return r.set(s.from, to), to
	}
	from = r.set(s.from, 0)
	return from, r.set(s.to, from)
}

func hasRest(ts terms) bool {
	for _, t := range ts {
		if t.kind == rest {
			return true
		}
	}
	return false
}

// named writes a set as a list of nodes.
func named(s Set) terms {
	var ts terms
	for n := range s.Nodes() {
		ts = append(ts, term{kind: node, n: int(n)})
	}
	return ts
}

// MaxSteps bounds what one fault can become, so that a mistyped period ends as a
// short plan and not as a long one.
const MaxSteps = 1000

// crashes spells out a crash loop that is resolved otherwise: a node is down
// for half of each period.
func crashes(f Fault) []Fault {
	var list []Fault
	end := f.For
	if end == 0 || end == Forever {
		end = f.Every * MaxSteps
	}
	for gone := time.Duration(0); gone < end && len(list) < MaxSteps; gone += f.Every {
		step := f
		step.Kind, step.Every, step.At = Crash, 0, f.At+gone
		step.For = max(1, f.Every/2)
		list = append(list, step)
	}
	return list
}

// swizzle spells out a swizzle-clog (FoundationDB): a subset of the nodes is
// clogged one by one, and released one by one in another order.
func (r *resolver) swizzle(f Fault) []Fault {
	s := r.set(readNodes(f.Target), 0)
	if f.Target == "" {
		s = r.some(All(r.view.Nodes), 1+r.random(r.view.Nodes))
	}
	if s == 0 {
		return nil
	}
	length := f.For
	if length == 0 || length == Forever {
		length = swizzleLength
	}
	begin, end := r.shuffled(s), r.shuffled(s)
	step := max(1, length/time.Duration(2*s.Len()))
	var list []Fault
	for i, n := range begin {
		last := 0
		for end[last] != n {
			last++
		}
		at := time.Duration(i) * step
		until := length - time.Duration(s.Len()-1-last)*step
		list = append(list, Fault{At: f.At + at, Kind: Clog, Target: Target(n.String()), For: until - at})
	}
	return list
}

// swizzleLength is how long a swizzle-clog takes that does not say.
const swizzleLength = time.Second
