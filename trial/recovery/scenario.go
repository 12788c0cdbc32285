// Package recovery measures how systems come back from faults: how long until the first answer, until the goodput is what it was, and what was lost
// meanwhile, over many seeds.
package recovery

import (
	"fmt"
	"strings"
	"time"

	"simrun/models"
	"simrun/sim"
	"simrun/sim/fault"
)

// Scenario is one kind of fault, which begins at [Onset].
type Scenario struct {
	Name    string `json:"fault"`
	Summary string `json:"summary"`
	Plan    string `json:"plan"` // of which {leader} is the role that matters most in the model
}

// Every run has the same course: the fault begins after a stretch in which the goodput is measured, and is watched for a while.
const (
	Onset   = sim.Time(4 * time.Second)
	Watched = sim.Time(6 * time.Second) // from the onset on
	warmUp  = sim.Time(time.Second)     // is not measured
)

// Scenarios returns the kinds of fault, the mildest first.
func Scenarios() []Scenario {
	return []Scenario{
		{"none", "nothing happens: what the others are compared with", ""},
		{"restart", "a node crashes and comes back at once from its disk", "at 4s crash any for 10ms"},
		{"crash-one", "a node is down for a second", "at 4s crash any for 1s"},
		{"crash-leader", "the leader is down for a second", "at 4s crash {leader} for 1s"},
		{"crash-minority", "the largest minority is down for a second", "at 4s crash minority for 1s"},
		{"crash-all", "the power fails for a second", "at 4s crash all for 1s"},
		{"lose-leader", "the leader never comes back", "at 4s crash {leader} forever"},
		{"torn-writes", "the power fails for a second, in the middle of writes", "at 4s crash all keeping torn for 1s"},
		{"empty-disk", "a node comes back after a second with a new disk", "at 4s crash any wiping disk for 1s"},
		{"rotten-disk", "a bit of a node's disk flips, and it restarts", "at 4s rot n2\nat 4s crash n2 for 10ms"},
		{"partition", "the largest minority is cut off for two seconds", "at 4s isolate minority for 2s"},
		{"cut-leader", "the leader is cut off for two seconds", "at 4s isolate {leader} for 2s"},
		{"loss", "every fifth message is lost for two seconds", "at 4s loss 1/5 for 2s"},
		{"delay", "messages take 40 ms for two seconds, where they took 1 to 5 ms", "at 4s latency constant 40ms for 2s"},
		{"pause-leader", "the leader does nothing for a second", "at 4s pause {leader} for 1s"},
		{"slow-disks", "each sync takes 50 ms longer for two seconds", "at 4s slow-sync all by 50ms for 2s"},
	}
}

// Planned is a scenario of one's own: the plan of faults of a name, the first of which must begin at [Onset] or later.
func Planned(m *models.Model, name, plan string) (Scenario, error) {
	faults, err := m.Profile.ParsePlan(name, plan)
	if err != nil {
		return Scenario{}, err
	}
	for _, f := range faults {
		if sim.Time(f.At) < Onset {
			return Scenario{}, fmt.Errorf("%s: %v begins before %v, when the goodput without a fault is measured", name, f, time.Duration(Onset))
		}
	}
	return Scenario{Name: name, Summary: strings.Join(strings.FieldsFunc(plan, func(r rune) bool { return r == '\n' }), "; "), Plan: plan}, nil
}

// For returns the scenario as it is for a model, with its faults, and says why it is not measured; "" if it is.
func (s Scenario) For(m *models.Model, nodes int) (_ Scenario, plan []fault.Fault, why string, err error) {
	if strings.Contains(s.Plan, leader) {
		if m.Profile.Leader == "" {
			return s, nil, "it has no leader", nil
		}
		s.Plan = strings.ReplaceAll(s.Plan, leader, m.Profile.Leader)
	}
	if plan, err = m.Profile.ParsePlan(s.Name, s.Plan); err != nil {
		return s, nil, "", err
	}
	if b := m.Profile.Claims.Breaches(plan, nodes); len(b) > 0 {
		return s, nil, b[0].Why, nil
	}
	return s, plan, "", nil
}

const leader = "{leader}"
