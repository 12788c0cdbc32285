package main

import (
	"io"
	"os"
	"path/filepath"
	"time"

	"simrun/models"
	"simrun/models/all"
	"simrun/sim"
	"simrun/sim/fault"
	"simrun/visual/strip"
)

// picture is a strip of a run under a plan of the guide.
type picture struct {
	name, title string
	plan        string // file
	seed        sim.Seed
}

// strips returns the strips of the guide.
func strips() []picture {
	return []picture{{"leader", "the leader is alone after it answered", "leader.txt", 24}}
}

// draw runs the plan, found in the repository at root, and draws it.
func (p picture) draw(w io.Writer, root string) error {
	file := filepath.Join(root, filepath.FromSlash(readerFiles), p.plan)
	text, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	plan, err := fault.ParsePlan(p.plan, string(text))
	if err != nil {
		return err
	}
	m, err := models.ByName(all.Models(), "raft")
	if err != nil {
		return err
	}
	r, err := sim.RunTraced(m.System(), sim.Case{Model: m.Name, Seed: p.seed, Faults: plan})
	if err != nil {
		return err
	}
	return strip.Write(w, r, strip.Options{Title: p.title, To: sim.Time(5 * time.Second)})
}
