// Package models is the contract of a system under test: what a protocol says of
// itself so that simrun can run, break, judge, shrink and explain it. It knows no
// protocol: models/all lists those that come with simrun, and a model of one's own is
// a value of type [Model].
package models

import (
	"fmt"
	"maps"
	"slices"
	"time"

	"simrun/check"
	"simrun/check/accounts"
	"simrun/check/txn"
	"simrun/history/nearest"
	"simrun/sim"
	"simrun/sim/fault"
)

// Model is a system under test. Name, Boot, Client and one workload are needed; the zero
// value of every other field means that the model has none of it.
//
// It is a value without state of its own: any number of runs may use it at the same time.
type Model struct {
	Name      string // as in a case and on the command line: "raft"
	Summary   string // what it is, in one line
	Guarantee string // what it promises to clients, and under which faults, in one sentence

	// Boot starts a node, at first and after each crash. What survived is on env's disk;
	// nothing else survives.
	Boot func(env *sim.Env) sim.Node

	// Client is the whole life of one client, as straight blocking code. It loops over
	// [sim.Client.Next] until that returns false.
	Client func(c *sim.Client)

	Workloads []Workload // what clients can be asked to do; the first is the default
	Options   []Option   // choices that a case can make
	Bugs      []Bug      // known bugs that a case can switch on
	Epoch     string     // what people call the epochs of its nodes' states: "term", "view", "ballot"; "": "epoch"
	Sites     []Site     // what its nodes ask [sim.Env.Buggify] for
	Profile   Profile    // roles, events, and the faults that it claims to survive
	Nodes     int        // servers of a case that names no number; 0: 5
	MinNodes  int        // fewest servers that it can run on; 0: 1

	Program  *sim.Program // foreign code that its nodes run; nil: none
	Services int          // additional servers that come with the network: [sim.System]

	// Outside makes what one run in real time is connected to, where Program is native. Nil in every other model.
	Outside func() (sim.Outside, error)

	// Monitors returns fresh monitors for one run: the invariants that are checked from inside.
	Monitors func(c *sim.Case) []sim.Monitor

	// Marks lists the states worth reaching that its nodes report with [sim.Env.Sometimes], whatever the options are. A sweep
	// says which of them it never reached.
	Marks []string

	Timers          []string                      // names of the timers, by [sim.TimerID], for the trace
	DescribeMessage func(payload []byte) string   // tells a person what a payload says, in a few words
	Converged       func(nodes []sim.Node) string // at the end of recovery: why the replicas that are up differ; "" if they agree

	// Figures says of a run how the system served its clients, in addition to what is behind the verdict.
	Figures func(r *sim.Result) []accounts.Figure
}

// Site is a place in the code of a model where a node may, for once, do what is allowed and rare: see [sim.Env.Buggify].
type Site struct {
	Name    sim.SiteName
	Summary string // one line: what it does then
}

// Profile is what a model tells nemeses and plans of faults about itself.
type Profile = fault.Profile

// Workload generates operations, and says what their history must satisfy.
type Workload struct {
	Name    string
	Summary string
	Spec    check.Spec   // what clients are promised, if that is linearizable
	Rate    int          // default operations per client and virtual second; 0: without pause
	Keys    int          // default number of keys
	Mix     []sim.Weight // default weights of the operations

	// Options are those that it needs to be of use; a case that names them wins.
	Options map[sim.OptionName]string

	// Account is what the history must answer to in place of Spec, where less than linearizability is promised.
	Account accounts.Checker

	// AccountOf takes the place of Account where the options of a case decide which it is. Nil: they don't.
	AccountOf func(c *sim.Case) accounts.Checker

	// Isolation is the level that transactions are promised, in place of Spec and Account; the options of a case may decide which. Their histories
	// are those that check/txn reads. Nil: there is no such promise.
	Isolation func(c *sim.Case) txn.Level

	// Next decides the operation of a turn, from nothing but the turn and its draws.
	Next func(t *sim.Turn) sim.Op

	// Final, if not nil, decides what each client does at the end, once the replicas have converged ([sim.WorkloadKind]).
	Final func(t *sim.Turn) sim.Op

	FinalEach bool          // they do it once for each server
	Settle    time.Duration // how long the system is left alone before
}

// System is the model as [sim.Run] takes it.
func (m Model) System() sim.System {
	s := sim.System{
		Name: m.Name, Boot: m.Boot, Client: m.Client, Profile: m.Profile, Nodes: m.Nodes, MinNodes: m.MinNodes, Timers: m.Timers,
		Monitors: m.Monitors, DescribeMessage: m.DescribeMessage, Converged: m.Converged, Program: m.Program, Services: m.Services,
	}
	for _, w := range m.Workloads {
		s.Workloads = append(s.Workloads, sim.WorkloadKind{Name: w.Name, Summary: w.Summary, Rate: w.Rate, Keys: w.Keys, Mix: w.Mix, Next: w.Next, Final: w.Final, FinalEach: w.FinalEach, Settle: w.Settle})
	}
	for _, o := range m.Options {
		s.Options = append(s.Options, sim.OptionDecl{Name: o.Name, Values: o.Values})
	}
	for _, b := range m.Bugs {
		s.Bugs = append(s.Bugs, b.Name)
	}
	for _, site := range m.Sites {
		s.Sites = append(s.Sites, site.Name)
	}
	return s
}

// Workload returns the workload of that name; "" is the default. The error lists the names and the nearest.
func (m Model) Workload(name string) (Workload, error) {
	names := make([]string, len(m.Workloads))
	for i, w := range m.Workloads {
		if w.Name == name || name == "" {
			return w, nil
		}
		names[i] = w.Name
	}
	return Workload{}, nearest.Unknown("workload of "+m.Name, name, names)
}

// ByName returns the model of that name from a list. The error lists the names and the nearest.
func ByName(list []Model, name string) (Model, error) {
	names := make([]string, len(list))
	for i := range list {
		if list[i].Name == name {
			return list[i], nil
		}
		names[i] = list[i].Name
	}
	return Model{}, nearest.Unknown("model", name, names)
}

// Check says what is missing from a model, in one sentence; nil if nothing is. The command line and
// simtest check each model that they are given.
func (m Model) Check() error {
	switch {
	case m.Name == "":
		return fmt.Errorf("a model has no Name")
	case m.Boot == nil:
		return fmt.Errorf("model %s has no Boot", m.Name)
	case m.Client == nil:
		return fmt.Errorf("model %s has no Client", m.Name)
	case len(m.Workloads) == 0:
		return fmt.Errorf("model %s has no workload", m.Name)
	}
	for _, w := range m.Workloads {
		if w.Name == "" || w.Next == nil {
			return fmt.Errorf("model %s: workload %q has no Name or no Next", m.Name, w.Name)
		}
	}
	for _, o := range m.Options {
		if o.Name == "" || len(o.Values) == 0 {
			return fmt.Errorf("model %s: option %q has no Name or no Values", m.Name, o.Name)
		}
		if _, ok := o.Claims[o.Values[0]]; ok {
			return fmt.Errorf("model %s: what it claims with %s=%s, the default, belongs into its Profile", m.Name, o.Name, o.Values[0])
		}
	}
	for _, b := range m.Bugs {
		if b.Name == "" {
			return fmt.Errorf("model %s: bug %q has no Name", m.Name, b.ID)
		}
		if _, err := m.Workload(b.Workload); err != nil {
			return fmt.Errorf("model %s: bug %s: %w", m.Name, b.Name, err)
		}
		for _, name := range slices.Sorted(maps.Keys(b.Options)) {
			value := b.Options[name]
			if !slices.ContainsFunc(m.Options, func(o Option) bool { return o.Name == name && slices.Contains(o.Values, value) }) {
				return fmt.Errorf("model %s: bug %s needs the option %s=%s, which the model does not have", m.Name, b.Name, name, value)
			}
		}
	}
	return nil
}
