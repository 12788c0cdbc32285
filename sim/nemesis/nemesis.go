// Package nemesis decides what goes wrong: it draws fault plans.
//
// A family is one way to plan, like cutting the network or crashing nodes. Families
// can be combined, and [Swarm] draws a subset of them anew for each seed, since a
// run in which one thing is frequent and another absent finds what a run in which all is
// equally likely does not (Groce et al., ISSTA'12, "Swarm Testing").
//
// A plan stays, by default, within what the system claims to survive; see
// [fault.Claims].
package nemesis

import (
	"fmt"
	"iter"
	"slices"
	"strings"
	"time"

	"simrun/history/nearest"
	"simrun/sim"
	"simrun/sim/fault"
	"simrun/sim/rng"
)

// Cluster is what a nemesis knows of the system that it works against.
type Cluster struct {
	Nodes    int
	Duration time.Duration // of the fault phase
	Profile  fault.Profile
	Ops      []sim.Weight // the workload's operations with their weights, for the swarm
	Pace     int          // scenes in ten seconds, each of one to a few faults; 0: drawn for each seed, from 3 to 10
	Beyond   bool         // whether plans may go beyond the system's claims
}

// Plan is what a nemesis drew.
type Plan struct {
	Faults   []fault.Fault  // in order of time; those that wait for an event by the time from which they do
	Mix      []sim.Weight   // of the workload's operations; nil: as it was
	Families []string       // which families had a part in it
	Beyond   []fault.Breach // where it goes beyond the claims; nil if it does not
}

const (
	// Quiet is the name of the nemesis that does nothing.
	Quiet = "none"
	// Swarm is the name of the nemesis that draws families anew for each seed.
	Swarm = "swarm"
)

// All lists the names that [Draw] knows, each with a line on what it does.
func All() iter.Seq2[string, string] {
	return func(yield func(string, string) bool) {
		if !yield(Swarm, "draws some of the families, their intensity and the mix of operations anew for each seed") ||
			!yield(Quiet, "no faults") {
			return
		}
		for _, f := range Families() {
			if !yield(f.Name, f.Summary) {
				return
			}
		}
	}
}

var planning = rng.Of("nemesis")

// Draw draws a plan. The name is one that [All] lists, or several families
// joined by commas. Equal arguments give equal plans. The error names the right
// names.
func Draw(name string, c Cluster, seed uint64) (Plan, error) {
	if c.Nodes < 1 || c.Nodes > fault.MaxNodes {
		return Plan{}, fmt.Errorf("nemesis: %d nodes: expected 1 to %d", c.Nodes, fault.MaxNodes)
	}
	if name == Quiet {
		return Plan{}, nil
	}
	d := &dice{rng.Draw(seed, planning, 0, 0)}
	var drawn []Family
	var mix []sim.Weight
	if name == Swarm {
		drawn = d.subset(&c)
		mix = d.mix(c.Ops)
	} else {
		for word := range strings.SplitSeq(name, ",") {
			f, ok := named(strings.TrimSpace(word))
			if !ok {
				return Plan{}, unknown(strings.TrimSpace(word))
			}
			if c.Profile.Native && f.simulated() {
				return Plan{}, fmt.Errorf("nemesis %s changes disks or clocks, and native processes have those of the machine: compile the program to WASI for that, or leave it out", f.Name)
			}
			drawn = append(drawn, f)
		}
	}
	p := Plan{Faults: stage(&c, drawn, d), Mix: mix}
	for _, f := range drawn {
		p.Families = append(p.Families, f.Name)
	}
	p.Beyond = c.Profile.Claims.Breaches(p.Faults, c.Nodes)
	return p, nil
}

// Claim says in one sentence how a plan stands to what the system claims.
func (p *Plan) Claim() string {
	if len(p.Beyond) == 0 {
		return "the faults stay within what the system claims to survive"
	}
	b := p.Beyond[0]
	return fmt.Sprintf("the faults go beyond what the system claims to survive: %q: %s", b.Fault, b.Why)
}

func named(word string) (Family, bool) {
	all := Families()
	i := slices.IndexFunc(all, func(f Family) bool { return f.Name == word })
	if i < 0 {
		return Family{}, false
	}
	return all[i], true
}

func unknown(word string) error {
	if word == Swarm || word == Quiet {
		return fmt.Errorf("nemesis %s can't be one of several: a list names families, and %s", word, map[string]string{Swarm: "the swarm draws some of all of them", Quiet: "none has no faults"}[word])
	}
	var names []string
	for n := range All() {
		names = append(names, n)
	}
	return nearest.Unknown("nemesis", word, names)
}
