package models

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"simrun/history/nearest"
	"simrun/sim"
)

// Bug is a known bug that a model can be switched to: one row says all of it. A node
// asks for it with [sim.Env.Bug], where the bug is.
type Bug struct {
	Name    sim.BugName // of the switch, as in --bug
	ID      string      // in the bench of published bugs: B02; "" if it is in none
	Summary string      // one line: what goes wrong
	Oracles []string    // the checks that can see it, the likeliest first
	Tier    Tier        // how many seeds the default search needs at most
	Source  string      // where it was published

	Workload string                    // that shows it; "": the default one
	Options  map[sim.OptionName]string // with which the model has it; those not named keep their defaults

	// Scenario is a plan of faults, one on a line, that leads to the bug within
	// [ScenarioSeeds] seeds of the default case, where the default search needs more than
	// tier E allows; else it is empty. ScenarioMix are the weights of the operations with it; nil: those of the workload.
	Scenario    string
	ScenarioMix []sim.Weight
}

// ScenarioSeeds is how many seeds the scenario of a bug may take to lead to it.
const ScenarioSeeds = 50

// Tier says how many seeds the default search may need to find a bug.
type Tier uint8

const (
	Untiered Tier = iota // nothing is promised
	Easy                 // E: within 100 seeds
	Medium               // M: within 2,000
	Hard                 // H: within 50,000
)

var tiers = [...]struct {
	letter string
	seeds  uint64
}{Untiered: {"", 50_000}, Easy: {"E", 100}, Medium: {"M", 2_000}, Hard: {"H", 50_000}}

// String returns "E", "M" or "H", and "" where nothing is promised.
func (t Tier) String() string { return tiers[t].letter }

// Seeds is how many seeds a search for the bug should try at most.
func (t Tier) Seeds() uint64 { return tiers[t].seeds }

// MarshalText implements [encoding.TextMarshaler].
func (t Tier) MarshalText() ([]byte, error) { return []byte(t.String()), nil }

// UnmarshalText implements [encoding.TextUnmarshaler].
func (t *Tier) UnmarshalText(b []byte) error {
	for i := range tiers {
		if tiers[i].letter == string(b) {
			*t = Tier(i)
			return nil
		}
	}
	return fmt.Errorf("unknown tier %q; available: E, M, H", b)
}

// Bug returns the bug of that name or ID (vote-not-persisted, B02). The error lists the names
// and the nearest.
func (m Model) Bug(name string) (Bug, error) {
	names := make([]string, len(m.Bugs))
	for i, b := range m.Bugs {
		if string(b.Name) == name || b.ID != "" && strings.EqualFold(b.ID, name) {
			return b, nil
		}
		names[i] = string(b.Name)
	}
	return Bug{}, nearest.Unknown("bug of "+m.Name, name, names)
}

// Suit fills in what a case leaves out and its bugs need to be seen: the workload and the options of the first bug that names any. A case that
// names no workload gets the default one. Then come the options of the workload.
func (m Model) Suit(c *sim.Case) {
	for _, b := range m.Bugs {
		if !slices.Contains(c.Bugs, b.Name) {
			continue
		}
		if c.Workload.Name == "" {
			c.Workload.Name = b.Workload
		}
		c.Options = merge(b.Options, c.Options)
	}
	if c.Workload.Name == "" {
		c.Workload.Name = m.Workloads[0].Name
	}
	if w, err := m.Workload(c.Workload.Name); err == nil {
		c.Options = merge(w.Options, c.Options)
	}
}

// merge returns the options of a, and those of b, which win.
func merge(a, b map[sim.OptionName]string) map[sim.OptionName]string {
	if len(a) == 0 {
		return b
	}
	both := maps.Clone(a)
	maps.Copy(both, b)
	return both
}
