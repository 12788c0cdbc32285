package search

import (
	"slices"

	"simrun/models"
	"simrun/sim/nemesis"
)

// An axis is one thing that a search draws anew for each run, whatever the others are. It has several values, of which a bandit chooses.
type axis struct {
	name   string
	values []value
}

// value is one of an axis, with its weight before anything is known.
type value struct {
	name  string
	prior uint64
}

// The values of axes. The first is what a sweep has.
const (
	usual     = "usual"
	other     = "other"     // drawn from what the model has
	mutated   = "mutated"   // plan: that of a run that reached something new, changed
	reordered = "reordered" // plan: the run of such a case, in which a few messages come in another order
	short     = "short"     // size: three seconds
	small     = "small"     // size: three seconds, and six operations of each client
	busy      = "busy"      // rate: several times as many operations
	oneKey    = "one"       // keys: all operations meet
	phased    = "phased"    // mix: it changes over time
	plain     = "plain"     // mix: that of the workload
)

// Free says what of a setup a search may draw anew; what a user or a bug of the model asks for stays.
type Free struct {
	Nodes, Clients, Workload, Size, Mix, Keys, Rate bool
	Options                                         bool // those that the base case does not set
	Plan                                            bool // beyond the nemesis of the setup
	Sites                                           bool
}

// axes are those of a model, with the values that there is anything to draw for.
func axes(m *models.Model, free Free, guided bool) []axis {
	plan := axis{"plan", []value{{nemesis.Swarm, 10}}}
	for _, s := range nemesis.Styles() {
		plan.values = append(plan.values, value{s.Name, planPriors[s.Name]})
	}
	if guided {
		plan.values = append(plan.values, value{mutated, 3})
		if m.Profile.Claims.Synchronous == 0 {
			plan.values = append(plan.values, value{reordered, 1})
		}
	}
	if !free.Plan {
		plan.values = []value{{usual, 1}}
	}
	list := []axis{plan}
	if free.Plan {
		list = append(list, axis{"scene", scenes()})
	}
	add := func(ok bool, name string, values ...value) {
		if ok {
			list = append(list, axis{name, values})
		}
	}
	choosable := func(o models.Option) bool { return len(strong(&o)) > 1 }
	add(free.Size, "size", value{usual, 18}, value{short, 1}, value{small, 1})
	add(free.Nodes, "nodes", value{usual, 1}, value{other, 1})
	add(free.Clients, "clients", value{usual, 1}, value{other, 1})
	add(free.Options && slices.ContainsFunc(m.Options, choosable), "options", value{usual, 4}, value{other, 3})
	add(free.Workload && len(m.Workloads) > 1, "workload", value{usual, 4}, value{other, 1})
	add(free.Mix, "mix", value{usual, 2}, value{plain, 2}, value{phased, 3})
	add(free.Keys, "keys", value{usual, 1}, value{oneKey, 1})
	add(free.Rate, "rate", value{usual, 2}, value{busy, 3})
	add(m.Profile.Claims.Repeats, "requests", value{usual, 4}, value{other, 3})
	add(free.Sites && len(m.Sites) > 0, "sites", value{usual, 3}, value{other, 1})
	return list
}

// scenes are the styles that can come on top of another.
func scenes() []value {
	list := []value{{usual, 20}}
	for _, s := range nemesis.Styles() {
		if p := scenePriors[s.Name]; p > 0 {
			list = append(list, value{s.Name, p})
		}
	}
	return list
}

var scenePriors = map[string]uint64{"victim": 1, "rounds": 2, "moments": 2, "calls": 3, "minority": 2}

// The weights follow what single values found of 35 known bugs, mostly of Raft, in 400 runs each without learning: dense plans and many operations find about
// half as much again, small cases a tenth. What is found in calm after one loss needs the swarm's own plans, and "minority". Styles that found little there keep a little, since they find what the others do not.

// planPriors weigh the styles of plans.
var planPriors = map[string]uint64{"dense": 12, "packed": 8, "victim": 1, "rounds": 1, "moments": 2, "priorities": 1, "calls": 2, "minority": 3}

// FreeFor says what a search for a bug may draw: what the bug needs to be seen stays.
func FreeFor(b models.Bug) Free {
	return Free{Nodes: true, Clients: true, Workload: b.Workload == "", Size: true, Mix: true, Keys: b.Workload == "", Rate: true, Options: true, Plan: true, Sites: true}
}
