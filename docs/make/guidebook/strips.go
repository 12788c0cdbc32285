package main

import (
	"io"
	"os"
	"path/filepath"
	"time"

	"simrun/models"
	"simrun/models/all"
	"simrun/sim"
	"simrun/sim/nemesis"
	"simrun/trial"
	"simrun/visual/strip"
)

// picture is a strip of a run of the guide.
type picture struct {
	page        string // and the folder under docs
	name, title string
	model       string
	bug         sim.BugName
	seed        sim.Seed
	plan        string        // a file, or the name of [nemesis.Quiet]; "": what the default nemesis draws
	from, to    time.Duration // what it shows of the run
	operations  bool          // with what they were
}

// strips returns the strips of the guide.
func strips() []picture {
	const ms = time.Millisecond
	return []picture{
		{"guide", "leader", "the leader is alone after it answered", "raft", "", 24, "leader.txt", 0, 5 * time.Second, false},
		{"mechanisms", "primarybackup", "the primary answers what only it has, and is given up", "primarybackup", "async-ack", 1, "primary.txt", 1950 * ms, 3100 * ms, true},
		{"mechanisms", "chain", "the tail was taken out, does not know it, and goes on answering", "chain", "no-confirm", 168, "", 1200 * ms, 1700 * ms, true},
		{"mechanisms", "quorum", "the clocks of the servers decide which write is the last", "quorum", "lww-with-skewed-clocks", 28, "", 550 * ms, 850 * ms, true},
		{"mechanisms", "bully", "each side takes the other for down", "bully", "", 1, "halves.txt", 1900 * ms, 2700 * ms, true},
		{"mechanisms", "paxos", "two proposers, and no acceptor that both have asked", "paxos", "quorums-do-not-meet", 1, "", 8700 * ms, 8850 * ms, true},
		{"mechanisms", "multipaxos", "a new leader fills slots that others had agreed on", "multipaxos", "own-slots", 106, "", 400 * ms, 1700 * ms, true},
		{"mechanisms", "lock", "two clients add to the same sum, and both believe that they have the lock", "coord", "no-fencing", 5, nemesis.Quiet, 1100 * ms, 3200 * ms, true},
		{"mechanisms", "service", "n3 is behind, and answers a client that has seen more", "coord", "local-read-goes-back", 12, "", 0, 400 * ms, true},
		{"mechanisms", "ephemeral", "a command of a session that has ended is on its way", "coord", "create-in-ended-session", 2, "", 900 * ms, 3100 * ms, true},
		{"mechanisms", "vr", "replicas come back empty, and one of them is the primary again", "vr", "restart-empty", 15, "", 2700 * ms, 3150 * ms, true},
		{"mechanisms", "transaction", "a transfer is refused halfway", "coord", "half-transaction", 34, "", 150 * ms, 1000 * ms, true},
		{"mechanisms", "lease", "a write arrives after its sender has lost the lease", "lease", "no-fencing", 7, "", 5300 * ms, 5700 * ms, true},
	}
}

// drawing is a picture of a page.
type drawing struct {
	page, name string
	draw       func(w io.Writer, root string) error
}

// drawings returns the pictures that no command of a page draws.
func drawings() (list []drawing) {
	for _, p := range strips() {
		list = append(list, drawing{p.page, p.name, p.draw})
	}
	for _, g := range graphs {
		list = append(list, drawing{"anomalies", g.name, g.draw})
	}
	list = append(list, drawing{"programs", "ids", drawProgram})
	return list
}

// draw runs the case, with the files of the repository at root, and draws it.
func (p *picture) draw(w io.Writer, root string) error {
	m, err := models.ByName(all.Models(), p.model)
	if err != nil {
		return err
	}
	s := trial.Setup{Model: m, Base: sim.Case{Model: m.Name}, Nemesis: nemesis.Swarm}
	if p.bug != "" {
		s.Base.Bugs = []sim.BugName{p.bug}
	}
	switch p.plan {
	case "":
	case nemesis.Quiet:
		s.Nemesis = nemesis.Quiet
	default:
		text, err := os.ReadFile(filepath.Join(root, filepath.FromSlash(readerFiles), p.plan))
		if err != nil {
			return err
		}
		if s.Plan, err = m.Profile.ParsePlan(p.plan, string(text)); err != nil {
			return err
		}
		s.Planned = true
	}
	r, err := s.Run(p.seed, true)
	if err != nil {
		return err
	}
	return strip.Write(w, r.Result, strip.Options{Title: p.title, From: sim.Time(p.from), To: sim.Time(p.to), Leads: m.Profile.Leader, Operations: p.operations, Core: r.Checks[0].Core})
}
