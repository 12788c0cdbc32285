package nemesis_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"simrun/sim"
	"simrun/sim/fault"
	"simrun/sim/nemesis"
)

func cluster() nemesis.Cluster {
	return nemesis.Cluster{
		Nodes:    5,
		Duration: 10 * time.Second,
		Profile: fault.Profile{
			Leader: "leader", Elected: "elected",
			Events: []fault.EventDecl{{Event: "vote"}, {Event: "elected"}, {Event: "commit"}},
			Claims: fault.Claims{Lost: fault.AMinority, Torn: true, Skew: fault.Forever, Drift: 100},
		},
		Ops: []sim.Weight{{F: "read", Weight: 2}, {F: "write", Weight: 2}, {F: "cas", Weight: 1}},
	}
}

// view resolves roles as a healthy cluster would.
func view(n int, seed uint64) fault.View {
	return fault.View{Nodes: n, Now: time.Second, It: 1, Seed: seed, Role: func(x fault.Node) (string, uint64) {
		if x == 1 {
			return "leader", 3
		}
		return "follower", 3
	}}
}

func draw(t *testing.T, name string, c nemesis.Cluster, seed uint64) nemesis.Plan {
	t.Helper()
	p, err := nemesis.Draw(name, c, seed)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestPlansAreWellFormedAndWithinTheClaims(t *testing.T) {
	for name := range nemesis.All() {
		for _, n := range []int{1, 2, 3, 5, 7} {
			c := cluster()
			c.Nodes = n
			for seed := range uint64(200) {
				p := draw(t, name, c, seed)
				if len(p.Beyond) > 0 {
					t.Fatalf("%s, seed %d: %s", name, seed, p.Claim())
				}
				for _, f := range p.Faults {
					if _, err := f.MarshalText(); err != nil {
						t.Fatal(err)
					}
					if f.At < 0 || f.At > c.Duration {
						t.Fatalf("%s: %v begins outside of the fault phase", name, f)
					}
					for _, step := range f.Resolve(view(n, seed)) {
						if _, err := step.MarshalText(); err != nil {
							t.Fatal(err)
						}
					}
				}
			}
		}
	}
}

func TestEqualArgumentsGiveEqualPlans(t *testing.T) {
	for seed := range uint64(50) {
		a, b := draw(t, nemesis.Swarm, cluster(), seed), draw(t, nemesis.Swarm, cluster(), seed)
		if fmt.Sprint(a) != fmt.Sprint(b) {
			t.Fatalf("seed %d:\n%v\n%v", seed, a, b)
		}
	}
}

func TestSwarmVaries(t *testing.T) {
	families, mixes, faults := map[string]int{}, map[string]int{}, 0
	const seeds = 300
	for seed := range uint64(seeds) {
		p := draw(t, nemesis.Swarm, cluster(), seed)
		for _, f := range p.Families {
			families[f]++
		}
		mixes[fmt.Sprint(p.Mix)]++
		faults += len(p.Faults)
	}
	for name := range nemesis.All() {
		if name != nemesis.Swarm && name != nemesis.Quiet && (families[name] < seeds/10 || families[name] > seeds*9/10) {
			t.Errorf("family %s has a part in %d of %d plans", name, families[name], seeds)
		}
	}
	if len(mixes) < 20 {
		t.Errorf("only %d mixes of operations", len(mixes))
	}
	if mean := float64(faults) / seeds; mean < 5 || mean > 16 {
		t.Errorf("%.1f faults in a plan, on average", mean)
	}
}

func TestBeyondStepsOver(t *testing.T) {
	c := cluster()
	c.Profile.Claims = fault.Claims{}
	beyond := 0
	for seed := range uint64(300) {
		if p := draw(t, nemesis.Swarm, c, seed); len(p.Beyond) > 0 {
			t.Fatalf("seed %d: %s", seed, p.Claim())
		}
		c := c
		c.Beyond = true
		if p := draw(t, nemesis.Swarm, c, seed); len(p.Beyond) > 0 {
			beyond++
		}
	}
	if beyond < 100 {
		t.Errorf("only %d of 300 plans go beyond", beyond)
	}
}

// For a system that counts on a synchronous network, the swarm crashes nodes and delays messages, within the bound, and does nothing else to the network.
func TestSynchronousSystemsKeepTheirLinks(t *testing.T) {
	c := cluster()
	c.Profile.Claims.Synchronous = 50 * time.Millisecond
	drawn := map[fault.Kind]int{}
	for seed := range uint64(300) {
		p := draw(t, nemesis.Swarm, c, seed)
		if len(p.Beyond) > 0 || slices.Contains(p.Families, "partition") {
			t.Fatalf("seed %d: %q, %s", seed, p.Families, p.Claim())
		}
		for _, f := range p.Faults {
			drawn[f.Kind]++
		}
	}
	if drawn[fault.Crash] < 300 || drawn[fault.Latency] < 50 || drawn[fault.Partition]+drawn[fault.Isolate]+drawn[fault.Loss]+drawn[fault.Pause] > 0 {
		t.Errorf("drew %v", drawn)
	}
}

// A plan for a system that forgets what it had crashes the same minority all along, and again and again.
func TestOnlyAMinorityForgets(t *testing.T) {
	c := cluster()
	c.Profile.Claims.Forgets = true
	again := 0
	for seed := range uint64(300) {
		p := draw(t, nemesis.Swarm, c, seed)
		if len(p.Beyond) > 0 {
			t.Fatalf("seed %d: %s", seed, p.Claim())
		}
		crashes := 0
		for _, f := range p.Faults {
			if f.Kind == fault.Crash {
				crashes++
			}
		}
		if crashes > 2 {
			again++
		}
	}
	if again < 50 {
		t.Errorf("%d of 300 plans crash two nodes more than twice", again)
	}
}

func TestUnknownNemesisIsAnsweredWithTheNames(t *testing.T) {
	_, err := nemesis.Draw("partition,crush", cluster(), 1)
	if err == nil || !strings.HasPrefix(err.Error(), `unknown nemesis "crush"; did you mean "crash"? available: clock, clog, crash, `) {
		t.Error(err)
	}
	for list, want := range map[string]string{
		"disk,swarm": "nemesis swarm can't be one of several: a list names families, and the swarm draws some of all of them",
		"none,disk":  "nemesis none can't be one of several: a list names families, and none has no faults",
	} {
		if _, err := nemesis.Draw(list, cluster(), 1); err == nil || err.Error() != want {
			t.Errorf("%s: %v", list, err)
		}
	}
	p := draw(t, "partition,crash", cluster(), 1)
	if !slices.Equal(p.Families, []string{"partition", "crash"}) || len(p.Faults) == 0 {
		t.Error(p)
	}
}

func TestPaceDecidesHowDenseAPlanIs(t *testing.T) {
	count := func(pace int) int {
		c := cluster()
		c.Pace = pace
		n := 0
		for seed := range uint64(20) {
			n += len(draw(t, "pause", c, seed).Faults)
		}
		return n
	}
	if one, many := count(1), count(40); one != 20 || many != 800 {
		t.Errorf("%d faults in 20 plans at a pace of 1, %d at 40; want 20 and 800", one, many)
	}
}

func TestExamplesArePlans(t *testing.T) {
	for _, f := range nemesis.Families() {
		plan, err := fault.ParsePlan(f.Name, f.Example)
		if err != nil || len(plan) == 0 {
			t.Errorf("%s: %v, %v", f.Name, plan, err)
		}
		if b := cluster().Profile.Claims.Breaches(plan, 5); len(b) > 0 {
			t.Errorf("%s goes beyond: %v", f.Name, b)
		}
	}
}

// TestScenesDoNotDependOnEachOther: another length of the fault phase, with as many
// scenes to each stretch of it, leaves the scenes that are in both as they were.
func TestScenesDoNotDependOnEachOther(t *testing.T) {
	for seed := range uint64(50) {
		short, long := cluster(), cluster()
		short.Duration, long.Duration = 5*time.Second, 10*time.Second
		short.Pace, long.Pace = 4, 4
		a, b := draw(t, "crash,partition", short, seed), draw(t, "crash,partition", long, seed)
		if len(a.Faults) == 0 || len(a.Faults) > len(b.Faults) || !slices.Equal(a.Faults, b.Faults[:len(a.Faults)]) {
			t.Fatalf("seed %d:\n%v\n%v", seed, a.Faults, b.Faults)
		}
	}
}

func BenchmarkDraw(b *testing.B) {
	c := cluster()
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		if _, err := nemesis.Draw(nemesis.Swarm, c, uint64(i)); err != nil {
			b.Fatal(err)
		}
	}
}

// Of processes of the machine, nothing is asked that can't be done to them.
func TestProcessesKeepTheirDisksAndClocks(t *testing.T) {
	c := cluster()
	c.Profile.Native, c.Profile.Claims.Wiped, c.Beyond = true, fault.Everybody, true
	drawn := 0
	for name := range nemesis.All() {
		if name == "power" || name == "clock" || name == "disk" {
			if _, err := nemesis.Draw("crash,"+name, c, 1); err == nil || !strings.Contains(err.Error(), "nemesis "+name+" changes disks or clocks") {
				t.Errorf("%s: %v", name, err)
			}
			continue
		}
		for seed := range uint64(200) {
			for _, f := range draw(t, name, c, seed).Faults {
				drawn++
				if err := c.Profile.Check(f); err != nil {
					t.Fatalf("%s, seed %d: %v", name, seed, err)
				}
			}
		}
	}
	if drawn < 1000 {
		t.Errorf("only %d faults were drawn", drawn)
	}
}
