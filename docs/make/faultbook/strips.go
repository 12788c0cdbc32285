package main

import (
	"io"
	"strings"
	"time"

	"simrun/models"
	"simrun/models/all"
	"simrun/sim"
	"simrun/sim/fault"
	"simrun/sim/nemesis"
	"simrun/visual/strip"
)

// picture is a strip of a run.
type picture struct {
	name  string
	title string
	plan  string
	end   time.Duration
}

// strips returns the pictures: one for each family, and one for a plan of the swarm.
func strips() []picture {
	var list []picture
	for _, f := range nemesis.Families() {
		list = append(list, picture{f.Name, f.Name, strings.TrimSpace(f.Example), 3 * time.Second})
	}
	return append(list, picture{nemesis.Swarm, "swarm: ten seconds, seed 20", swarmPlan(20), 10 * time.Second})
}

// model returns the system that the pictures show.
func model() models.Model {
	m, err := models.ByName(all.Models(), "raft")
	if err != nil {
		panic(err)
	}
	return m
}

// swarmPlan returns the plan that the swarm draws for a seed, as text.
func swarmPlan(seed uint64) string {
	p, err := nemesis.Draw(nemesis.Swarm, nemesis.Cluster{Nodes: 5, Duration: 10 * time.Second, Profile: model().Profile}, seed)
	if err != nil {
		panic(err)
	}
	lines := make([]string, len(p.Faults))
	for i, f := range p.Faults {
		lines[i] = f.String()
	}
	return strings.Join(lines, "\n")
}

// draw runs the plan and draws it.
func (p picture) draw(w io.Writer) error {
	plan, err := fault.ParsePlan(p.name, p.plan)
	if err != nil {
		return err
	}
	r, err := sim.RunTraced(model().System(), sim.Case{Model: "raft", Seed: 1, Duration: sim.Duration(p.end), Faults: plan})
	if err != nil {
		return err
	}
	return strip.Write(w, r, strip.Options{Title: p.title, To: sim.Time(p.end)})
}
