package cli

import (
	"fmt"
	"io"
	"strconv"
	"strings"

	"simrun/internal/count"
	"simrun/sim"
	"simrun/sim/explore"
	"simrun/trial"
	"simrun/visual/store"
)

// explored is an exhaustive search as it is printed.
type explored struct {
	*trial.Exploration
	trial.Explored
	faults         []string   // as the user wrote them
	run            *trial.Run // the failing one; nil if there is none
	folder, replay string     // of it
}

// printExplored prints a search for people. As of a run, the first and the last line are the seed and the command that replays the failing one.
func (a *app) printExplored(s *explored) {
	p := painter(a.color())
	fmt.Fprintf(a.stdout, "seed %d\n\n", s.Base.Seed)
	for _, f := range s.lines() {
		fmt.Fprintf(a.stdout, "  %-10s %s\n", f.Name, printable(f.Value))
	}
	fmt.Fprintln(a.stdout)
	if s.run != nil {
		for i, pick := range s.Failure.Schedule.Picks {
			fmt.Fprintf(a.stdout, "  %s. step %d: %s\n", strconv.Itoa(i+1), pick.Step, printable(s.describe(pick)))
		}
		for _, c := range s.run.Failed() {
			fmt.Fprintf(a.stdout, "  %s %s  %s\n", p.mark(c.Outcome), printable(c.Name), printable(checkLine(c)))
		}
		fmt.Fprintln(a.stdout)
	}
	fmt.Fprintf(a.stdout, "%s\n", p.verdict(s.Outcome, s.Covered()))
	if s.folder != "" {
		fmt.Fprintf(a.stdout, "  report  %s/%s\n  replay  %s\n", s.folder, store.ReportFile, s.replay)
	}
}

// lines say what was searched.
func (s *explored) lines() []sim.Field {
	c := &s.Base
	lines := []sim.Field{
		{Name: "model", Value: trial.Title(c)},
		{Name: "cluster", Value: fmt.Sprintf("%s, %s with %s each, %v", count.Of(c.Nodes, "node"), count.Of(c.Clients, "client"), count.Of(c.Workload.Ops, "operation"), c.Duration)},
	}
	if len(s.faults) > 0 {
		lines = append(lines, sim.Field{Name: "faults", Value: bound(s.Scope.MaxFaults) + " of: " + strings.Join(s.faults, "; ")})
	}
	lines = append(lines, sim.Field{Name: "delays", Value: bound(s.Scope.Delays)})
	if s.Scope.Depth > 0 {
		lines = append(lines, sim.Field{Name: "depth", Value: "in the first " + count.Of(s.Scope.Depth, "step")})
	}
	runs := fmt.Sprintf("%s, of which %s ended in a state that was there before", count.Of(s.Runs, "run"), count.Grouped(s.Cut))
	if s.Runs == 1 {
		runs = "1 run"
	}
	return append(lines,
		sim.Field{Name: "runs", Value: runs},
		sim.Field{Name: "states", Value: fmt.Sprintf("%s, in runs of up to %s; %s in all", count.Grouped(s.States), count.Of(s.Longest, "step"), count.Of(s.Events, "event"))})
}

// describe tells what a pick took out of turn, with the fault in words.
func (s *explored) describe(p sim.Pick) string {
	for i, f := range s.Failure.Faults {
		if p.Event == "fault "+strconv.Itoa(i+1) {
			return f.String()
		}
	}
	return p.Event + " comes out of turn"
}

func bound(n int) string {
	if n == explore.Any {
		return "any number"
	}
	return "at most " + count.Grouped(n)
}

// exploredJSON is what --format json prints of a search.
type exploredJSON struct {
	Outcome   string         `json:"outcome"` // valid, violation or unknown
	Seed      sim.Seed       `json:"seed"`
	Model     string         `json:"model"`
	Faults    []string       `json:"faults"`
	MaxFaults int            `json:"max_faults"` // -1: any number
	Delays    int            `json:"delays"`     // -1: any number
	Depth     int            `json:"depth"`      // in steps; 0: no bound
	Runs      int            `json:"runs"`
	Cut       int            `json:"cut"`
	States    int            `json:"states"`
	Events    uint64         `json:"events"`
	Longest   int            `json:"longest"` // run, in steps
	Covered   int            `json:"covered"` // departures up to which every run was made; -1: none
	Complete  bool           `json:"complete"`
	Unknown   int            `json:"unknown"` // runs that could not be decided
	Summary   string         `json:"summary"`
	Run       *trial.Results `json:"run,omitempty"` // the failing one
}

func (s *explored) writeJSON(w io.Writer) error {
	out := exploredJSON{
		Outcome: s.Outcome.String(), Seed: s.Base.Seed, Model: s.Base.Model, Faults: append([]string{}, s.faults...), MaxFaults: s.Scope.MaxFaults,
		Delays: s.Scope.Delays, Depth: s.Scope.Depth, Runs: s.Runs, Cut: s.Cut, States: s.States, Events: s.Events, Longest: s.Longest,
		Covered: s.Level, Complete: s.Complete, Unknown: s.Unknown, Summary: s.Covered(),
	}
	if s.run != nil {
		res, err := s.run.Results()
		if err != nil {
			return err
		}
		res.Folder = s.folder
		out.Run = &res
	}
	return encodeJSON(w, out)
}
