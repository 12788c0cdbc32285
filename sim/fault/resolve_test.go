package fault_test

import (
	"fmt"
	"reflect"
	"testing"
	"time"

	"pgregory.net/rapid"

	"simrun/sim/fault"
)

// net is who reaches whom while a fault holds: bit j of reach[i] says that i's
// messages reach j.
type net struct {
	n     int
	reach []fault.Set // by node, from 1
}

func netUnder(f fault.Fault, n int) net {
	x := net{n, make([]fault.Set, n+1)}
	for i := range x.reach {
		x.reach[i] = fault.All(n)
	}
	for _, l := range f.Links(n) {
		x.reach[l.From] &^= fault.SetOf(l.To)
	}
	return x
}

func (x net) symmetric() bool {
	for a := fault.Node(1); int(a) <= x.n; a++ {
		for b := fault.Node(1); int(b) <= x.n; b++ {
			if x.reach[a].Has(b) != x.reach[b].Has(a) {
				return false
			}
		}
	}
	return true
}

// counts is how many nodes reach so many, themselves included.
func (x net) counts() map[int]int {
	m := map[int]int{}
	for _, s := range x.reach[1:] {
		m[s.Len()]++
	}
	return m
}

func (x net) different() bool {
	seen := map[fault.Set]bool{}
	for _, s := range x.reach[1:] {
		if seen[s] {
			return false
		}
		seen[s] = true
	}
	return true
}

func want(t *testing.T, what fault.Fault, got, want map[int]int) {
	t.Helper()
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("%v: nodes by how many they reach: %v, want %v", what, got, want)
	}
}

// add makes a count from pairs, where several may fall together.
func add(pairs ...[2]int) map[int]int {
	m := map[int]int{}
	for _, p := range pairs {
		if p[1] > 0 {
			m[p[0]] += p[1]
		}
	}
	return m
}

// TestShapes checks each shape by its definition, for 3 to 7 nodes and many seeds.
func TestShapes(t *testing.T) {
	for n := 3; n <= 7; n++ {
		for _, shape := range fault.Shapes {
			outcomes := map[fault.Target]bool{}
			for seed := range uint64(200) {
				f := fault.Fault{Kind: fault.Partition, Shape: shape, For: time.Second}
				steps := f.Resolve(fault.View{Nodes: n, Seed: seed})
				if shape == fault.MajoritiesRing && n == 3 {
					if len(steps) != 0 {
						t.Errorf("three nodes of which each sees two are cut: %v", steps)
					}
					continue
				}
				if len(steps) != 1 {
					t.Fatalf("%v of %d nodes is %v", f, n, steps)
				}
				g := steps[0]
				outcomes[g.Target] = true
				if again := g.Resolve(fault.View{Nodes: n, Seed: seed + 1}); g.For != time.Second || len(again) != 1 || again[0] != g {
					t.Fatalf("%v resolves again, to %v", g, again)
				}
				checkShape(t, shape, g, netUnder(g, n))
			}
			if len(outcomes) < 3 && len(outcomes) > 0 {
				t.Errorf("%s of %d nodes has only the outcomes %v", shape, n, outcomes)
			}
		}
	}
}

func checkShape(t *testing.T, shape fault.Shape, f fault.Fault, x net) {
	t.Helper()
	n := x.n
	if x.symmetric() != (shape != fault.OneWay) {
		t.Errorf("%v: symmetric is %v", f, x.symmetric())
	}
	switch shape {
	case fault.Halves:
		want(t, f, x.counts(), add([2]int{n / 2, n / 2}, [2]int{n - n/2, n - n/2}))
	case fault.Bridge:
		few, many := (n-1)/2, n-1-(n-1)/2
		want(t, f, x.counts(), add([2]int{few + 1, few}, [2]int{many + 1, many}, [2]int{n, 1}))
	case fault.QuorumLoss:
		want(t, f, x.counts(), add([2]int{2, n - 1}, [2]int{n, 1}))
	case fault.Chain:
		want(t, f, x.counts(), add([2]int{2, 2}, [2]int{3, n - 2}))
	case fault.MajoritiesRing:
		for _, s := range x.reach[1:] {
			if s.Len() < n/2+1 || s.Len() > n/2+2 {
				t.Errorf("%v: a node sees %d of %d", f, s.Len(), n)
			}
		}
		if !x.different() {
			t.Errorf("%v: two nodes see the same majority", f)
		}
	case fault.OneWay:
		few := (n - 1) / 2
		want(t, f, x.counts(), add([2]int{n, few}, [2]int{n - few, n - few}))
	}
}

func TestShapesAroundACentre(t *testing.T) {
	for seed := range uint64(50) {
		for _, c := range []struct {
			shape fault.Shape
			sees  int // how many the centre sees, itself included
		}{{fault.Bridge, 5}, {fault.QuorumLoss, 5}, {fault.Chain, 2}, {fault.Halves, 2}, {fault.OneWay, 5}} {
			f := fault.Fault{Kind: fault.Partition, Shape: c.shape, Target: "leader"}
			steps := f.Resolve(cluster5(seed))
			if len(steps) != 1 {
				t.Fatalf("%v: %v", f, steps)
			}
			if got := netUnder(steps[0], 5).reach[4].Len(); got != c.sees {
				t.Errorf("%v is %v, where n4 reaches %d, want %d", f, steps[0], got, c.sees)
			}
		}
	}
	f := fault.Fault{Kind: fault.Partition, Shape: fault.Bridge, Target: "candidate"}
	if steps := f.Resolve(cluster5(1)); len(steps) != 0 {
		t.Errorf("around nobody: %v", steps)
	}
}

// cluster5 is a cluster in which n4 leads term 7, n2 still believes that it leads
// term 5, n5 that it leads term 3, n1 follows, and n3 is down.
func cluster5(seed uint64) fault.View {
	roles := map[fault.Node]struct {
		role  string
		epoch uint64
	}{1: {"follower", 7}, 2: {"leader", 5}, 4: {"leader", 7}, 5: {"leader", 3}}
	return fault.View{Nodes: 5, Now: 3 * time.Second, It: 2, Seed: seed, Role: func(n fault.Node) (string, uint64) {
		return roles[n].role, roles[n].epoch
	}}
}

func TestTargetsAreResolved(t *testing.T) {
	for _, c := range []struct{ in, want string }{
		{"at 1s crash leader", "at 3s crash n4"},
		{"at 1s crash old leader for 2s", "at 3s crash n2 for 2s"},
		{"at 1s crash follower", "at 3s crash n1"},
		{"at 1s crash candidate", ""},
		{"at 1s crash it", "at 3s crash n2"},
		{"on 3rd ack crash n9,n3", "at 3s crash n3"},
		{"at 1s crash n9", ""},
		{"at 1s crash all", "at 3s crash n1,n2,n3,n4,n5"},
		{"at 1s crash any 9", "at 3s crash n1,n2,n3,n4,n5"},
		{"at 1s pause leader,old leader", "at 3s pause n2,n4"},
		{"after 1s on ack partition leader | rest", "at 3s partition n4 | n1,n2,n3,n5"},
		{"at 1s partition rest | old leader,leader | n4,n1", "at 3s partition n3,n5 | n2,n4 | n1"},
		{"at 1s partition candidate | rest", ""},
		{"at 1s isolate leader dropping in-flight", "at 3s isolate n4 dropping in-flight"},
		{"at 1s cut leader > rest and n1 <> n3", "at 3s cut n4 > n1,n2,n3,n5 and n1 <> n3"},
		{"at 1s cut rest > leader and candidate > n1", "at 3s cut n1,n2,n3,n5 > n4"},
		{"at 1s cut candidate > n1", ""},
		{"at 1s loss 1/2", "at 3s loss 1/2"},
		{"at 1s loss 1/2 on leader", "at 3s loss 1/2 on n4"},
		{"at 1s loss 1/2 on all > leader", "at 3s loss 1/2 on n1,n2,n3,n4,n5 > n4"},
		{"at 1s heal", "at 3s heal"},
		{"at 1s none", ""},
		{"at 1s crash-loop leader every 200ms for 500ms", "at 3s crash n4 for 100ms; at 3.2s crash n4 for 100ms; at 3.4s crash n4 for 100ms"},
	} {
		f, err := fault.Parse(c.in)
		if err != nil {
			t.Fatal(err)
		}
		got := ""
		for _, s := range f.Resolve(cluster5(1)) {
			if got != "" {
				got += "; "
			}
			got += s.String()
		}
		if got != c.want {
			t.Errorf("%s is %q, want %q", c.in, got, c.want)
		}
	}
}

func TestDrawnTargetsVaryWithTheSeed(t *testing.T) {
	for target, size := range map[fault.Target]int{"any": 1, "any 2": 2, "minority": 2, "majority": 3, "n1,any": 2} {
		seen := map[fault.Set]bool{}
		for seed := range uint64(100) {
			s := fault.Fault{Kind: fault.Pause, Target: target}.Resolve(cluster5(seed))[0].Nodes()
			if s.Len() != size {
				t.Errorf("%s is %v", target, s)
			}
			seen[s] = true
		}
		if len(seen) < 4 {
			t.Errorf("%s is one of %d sets", target, len(seen))
		}
	}
}

func TestSwizzleClogReleasesInAnotherOrder(t *testing.T) {
	reordered := 0
	for seed := range uint64(100) {
		f := fault.Fault{Kind: fault.SwizzleClog, For: time.Second}
		steps := f.Resolve(cluster5(seed))
		hit := fault.Set(0)
		for i, s := range steps {
			hit |= s.Nodes()
			if s.Kind != fault.Clog || s.At < 3*time.Second || s.For <= 0 || s.At+s.For > 4*time.Second {
				t.Fatalf("step %v", s)
			}
			if i > 0 && s.At <= steps[i-1].At {
				t.Fatalf("steps %v are not one by one", steps)
			}
			if i > 0 && s.At+s.For < steps[i-1].At+steps[i-1].For {
				reordered++
			}
		}
		if hit.Len() != len(steps) || len(steps) == 0 {
			t.Fatalf("%v hits %v", steps, hit)
		}
	}
	if reordered < 30 {
		t.Errorf("only %d releases in another order", reordered)
	}
}

// TestResolvedFaultsStay: a resolved fault names whom it hits, is written and read,
// and resolves to itself.
func TestResolvedFaultsStay(t *testing.T) {
	hits := 0
	rapid.Check(t, func(t *rapid.T) {
		f := faults(t)
		v := cluster5(rapid.Uint64().Draw(t, "seed"))
		for _, s := range f.Resolve(v) {
			hits++
			if s.On != "" || s.At < v.Now {
				t.Fatalf("%v is not resolved: %v", f, s)
			}
			if _, err := s.MarshalText(); err != nil {
				t.Fatal(err)
			}
			v := v
			v.Now, v.Seed, v.Role, v.It = s.At, 99, nil, 0
			if again := s.Resolve(v); len(again) != 1 || again[0] != s {
				t.Fatalf("%v resolves again, to %v", s, again)
			}
			if s.Kind.OnLinks() {
				for _, l := range s.Links(5) {
					if l.From == l.To || l.From < 1 || l.To < 1 || l.From > 5 || l.To > 5 {
						t.Fatalf("%v hits %v", s, l)
					}
				}
			} else if s.Kind != fault.Heal && s.Nodes()&^fault.All(5) != 0 {
				t.Fatalf("%v hits %v", s, s.Nodes())
			}
		}
	})
	if hits < 20 {
		t.Errorf("only %d faults hit anybody", hits)
	}
}

func TestLinksOfWeather(t *testing.T) {
	for _, c := range []struct {
		in   string
		want int
	}{
		{"at 0s loss 1/2", 20}, {"at 0s loss 1/2 on n1", 8}, {"at 0s loss 1/2 on n1,n2", 14}, {"at 0s loss 1/2 on n1 > n2", 1},
		{"at 0s clog on n1 > all", 4}, {"at 0s cut n1,n2 <> n3", 4}, {"at 0s partition n1,n2 | n4,n5", 8}, {"at 0s isolate n1,n2", 12}, {"at 0s crash n1", 0},
	} {
		f, err := fault.Parse(c.in)
		if err != nil {
			t.Fatal(err)
		}
		if got := len(f.Resolve(cluster5(1))[0].Links(5)); got != c.want {
			t.Errorf("%s hits %d directions, want %d", c.in, got, c.want)
		}
	}
}

func TestKindsTellTheirPart(t *testing.T) {
	for _, k := range fault.Kinds() {
		if k.Summary() == "" || k.String() == "" || k.Usage() == "" {
			t.Errorf("kind %d has no name, summary or usage", k)
		}
		if (k.Family() == fault.Nothing) != (k == fault.None) {
			t.Errorf("%v is of family %q", k, k.Family())
		}
	}
	if fault.Role("leader") != "leader" || fault.Role("any") != "role any" {
		t.Errorf("roles are written %q and %q", fault.Role("leader"), fault.Role("any"))
	}
}

func TestUnresolvedFaultHitsNobodyYet(t *testing.T) {
	for _, f := range []fault.Fault{{Kind: fault.Crash, Target: "leader"}, {Kind: fault.Isolate, Target: "leader"}, {Kind: fault.Cut, Target: "n1 > rest"}} {
		for what, ask := range map[string]func(){"its nodes": func() { f.Nodes() }, "its effect": func() { f.Effect(5) }} {
			func() {
				defer func() {
					if recover() == nil {
						t.Errorf("%v is asked for %s before it is resolved, and answers", f, what)
					}
				}()
				ask()
			}()
		}
	}
}

// A fault has one kind of effect: it hits links, or nodes.
func TestEffect(t *testing.T) {
	for _, c := range []struct {
		f    fault.Fault
		want fault.Effect
	}{
		{fault.Fault{Kind: fault.Crash, Target: "n1,n3"}, fault.Effect{Nodes: fault.SetOf(1, 3)}},
		{fault.Fault{Kind: fault.Isolate, Target: "n2"}, fault.Effect{Links: []fault.Link{{From: 1, To: 2}, {From: 2, To: 1}, {From: 2, To: 3}, {From: 3, To: 2}}}},
		{fault.Fault{Kind: fault.Cut, Target: "n3 > n1,n9"}, fault.Effect{Links: []fault.Link{{From: 3, To: 1}}}}, // n9 is not there
		{fault.Fault{Kind: fault.Heal}, fault.Effect{}},
	} {
		if got := c.f.Effect(3); !reflect.DeepEqual(got, c.want) {
			t.Errorf("%v hits %v, want %v", c.f, got, c.want)
		}
	}
}

// TestRoleOfSeveralIsDrawn: of several nodes with the newest epoch in a role one is drawn.
func TestRoleOfSeveralIsDrawn(t *testing.T) {
	seen := map[fault.Target]bool{}
	for seed := range uint64(100) {
		v := fault.View{Nodes: 5, Seed: seed, Role: func(n fault.Node) (string, uint64) {
			if n == 1 {
				return "leader", 4
			}
			return "follower", 4 + uint64(n%2)
		}}
		for _, s := range (fault.Fault{Kind: fault.Pause, Target: "follower"}).Resolve(v) {
			seen[s.Target] = true
		}
		for _, s := range (fault.Fault{Kind: fault.Pause, Target: "old follower"}).Resolve(v) {
			seen["old "+s.Target] = true
		}
	}
	if len(seen) != 4 || !seen["n3"] || !seen["n5"] || !seen["old n2"] || !seen["old n4"] {
		t.Errorf("drawn are %v", seen)
	}
}
