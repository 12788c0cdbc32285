package main

import (
	"fmt"
	"io"

	"simrun/models"
	"simrun/models/all"
	"simrun/sim"
	"simrun/sim/nemesis"
	"simrun/trial"
	"simrun/visual/cycle"
)

// graph is the picture of an anomaly on the page of anomalies: that of the run of a command there.
type graph struct {
	name string
	bug  sim.BugName
	seed sim.Seed
}

var graphs = []graph{
	{"lost-update", "last-committer-wins", 10},
	{"read-skew", "reads-latest", 14},
	{"long-fork", "parallel-apply", 16},
	{"write-skew", "validate-writes-only", 18},
	{"stale-snapshot", "stale-snapshot", 8},
	{"aborted-read", "abort-leaves-writes", 5},
	{"intermediate-read", "commit-in-parts", 18},
}

// draw runs the case, and draws the anomaly that breaks what it promises.
func (g graph) draw(w io.Writer, _ string) error {
	m, err := models.ByName(all.Models(), "mvcc")
	if err != nil {
		return err
	}
	s := trial.Setup{Model: m, Base: sim.Case{Model: m.Name, Clients: 3, Workload: sim.Workload{Ops: 8}, Bugs: []sim.BugName{g.bug}}, Nemesis: nemesis.Quiet}
	r, err := s.Run(g.seed, false)
	if err != nil {
		return err
	}
	worst := r.Isolation.Worst()
	if worst == nil {
		return fmt.Errorf("seed %d of %s shows no anomaly", g.seed, g.bug)
	}
	return cycle.Write(w, r.Isolation, worst, r.History, cycle.Options{})
}
