// Package scenarios runs the scripts of docs/scenarios: for each model some faults at chosen moments, and what happens then, step by step.
//
//	go test ./docs/make/scenarios -rewrite
//
// writes what happens now into the scripts.
package scenarios

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/cockroachdb/datadriven"

	"simrun/check"
	"simrun/models"
	"simrun/models/all"
	"simrun/sim"
	"simrun/trial"
	"simrun/visual/timeline"
)

const folder = "../../scenarios"

// Each script says what happens.
func TestScenarios(t *testing.T) {
	datadriven.Walk(t, folder, func(t *testing.T, path string) {
		datadriven.RunTest(t, path, func(t *testing.T, d *datadriven.TestData) string {
			if d.Cmd != "run" {
				d.Fatalf(t, "unknown command %q; available: run", d.Cmd)
			}
			return run(t, d)
		})
	})
}

// Every model has a script.
func TestEveryModelHasAScenario(t *testing.T) {
	for _, m := range all.Models() {
		if _, err := os.Stat(folder + "/" + m.Name + ".txt"); err != nil {
			t.Error(err)
		}
	}
}

// run runs a model under the plan of faults that is the input. Messages take 5 ms, unless latency says something else, and there is one client.
//
//	run model=raft [nodes=3] [clients=1] [ops=5] [rate=10] [seed=1] [duration=2s] [latency=5ms] [workload=kv] [mix=(read,write)] [bug=name] [option=(name=value,…)]
//	    [from=1s] [to=2s] [node=(n1,n2)] [without=(word,…)] [messages] [all]
func run(t *testing.T, d *datadriven.TestData) string {
	var name, workload, bug, duration, latency, from, to string
	c := sim.Case{Seed: 1, Clients: 1}
	d.ScanArgs(t, "model", &name)
	for arg, into := range map[string]any{
		"nodes": &c.Nodes, "clients": &c.Clients, "ops": &c.Workload.Ops, "rate": &c.Workload.Rate, "keys": &c.Workload.Keys, "seed": (*uint64)(&c.Seed),
		"duration": &duration, "latency": &latency, "workload": &workload, "bug": &bug, "from": &from, "to": &to,
	} {
		d.MaybeScanArgs(t, arg, into)
	}
	m, err := models.ByName(all.Models(), name)
	if err != nil {
		d.Fatalf(t, "%v", err)
	}
	c.Model, c.Workload.Name = name, workload
	c.Duration = sim.Duration(length(t, d, duration, 2*time.Second))
	c.Network.Latency = sim.Latency{Dist: sim.Constant, Min: sim.Duration(length(t, d, latency, 5*time.Millisecond))}
	if bug != "" {
		c.Bugs = []sim.BugName{sim.BugName(bug)}
	}
	for _, o := range values(d, "option") {
		option, value, _ := strings.Cut(o, "=")
		if c.Options == nil {
			c.Options = map[sim.OptionName]string{}
		}
		c.Options[sim.OptionName(option)] = value
	}
	m.Suit(&c)
	if only := values(d, "mix"); only != nil {
		c.Workload.Mix = mix(t, d, m, c.Workload.Name, only)
	}
	if c.Faults, err = m.Profile.ParsePlan(d.Pos, d.Input); err != nil {
		d.Fatalf(t, "%v", err)
	}
	r, err := trial.Simulate(m, c, true, nil, check.Options{})
	if err != nil {
		d.Fatalf(t, "%v", err)
	}
	o := timeline.Options{From: sim.Time(length(t, d, from, 0)), To: sim.Time(length(t, d, to, 0)), Messages: d.HasArg("messages"), All: d.HasArg("all")}
	for _, n := range values(d, "node") {
		var id sim.NodeID
		if err := id.UnmarshalText([]byte(n)); err != nil {
			d.Fatalf(t, "%v", err)
		}
		o.Nodes = append(o.Nodes, id)
	}
	var out strings.Builder
	if err := timeline.Write(&out, r.Trace, o); err != nil {
		d.Fatalf(t, "%v", err)
	}
	fmt.Fprintf(&out, "%v: %s\n", r.Outcome, r.Summary)
	return without(out.String(), values(d, "without"))
}

// without leaves out the lines that contain a word.
func without(text string, words []string) string {
	var out strings.Builder
	for line := range strings.Lines(text) {
		if !slices.ContainsFunc(words, func(w string) bool { return strings.Contains(line, w) }) {
			out.WriteString(line)
		}
	}
	return out.String()
}

// mix gives the same weight to some operations of a workload, and none to the others.
func mix(t *testing.T, d *datadriven.TestData, m models.Model, workload string, only []string) (mix []sim.Weight) {
	w, err := m.Workload(workload)
	if err != nil {
		d.Fatalf(t, "%v", err)
	}
	for _, o := range w.Mix {
		weight := 0
		if slices.Contains(only, o.F) {
			weight = 1
		}
		mix = append(mix, sim.Weight{F: o.F, Weight: weight})
	}
	return mix
}

// values are those of an argument in brackets.
func values(d *datadriven.TestData, name string) []string {
	for _, a := range d.CmdArgs {
		if a.Key == name {
			return a.Vals
		}
	}
	return nil
}

func length(t *testing.T, d *datadriven.TestData, text string, otherwise time.Duration) time.Duration {
	if text == "" {
		return otherwise
	}
	l, err := time.ParseDuration(text)
	if err != nil {
		d.Fatalf(t, "%v", err)
	}
	return l
}
