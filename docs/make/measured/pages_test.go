// Package measured holds the pages of figures under docs against the code: docs/bug-bench.md and docs/recovery.md, which
// "simrun bench bugs --markdown" and "simrun bench recovery --markdown" make in an hour and a half on two cores. The tests measure a part of them again; the first seeds of
// the bug bench are held against the page by models/all, which searches for every bug.
package measured

import (
	"context"
	"fmt"
	"os"
	"strings"
	"testing"

	"simrun/models"
	"simrun/models/all"
	"simrun/sim"
	"simrun/sim/nemesis"
	"simrun/trial"
	"simrun/trial/recovery"
	page "simrun/visual/recovery"
)

// lines has the lines of a page by the heading that they are under.
type lines map[string][]string

func read(t *testing.T, name string) lines {
	t.Helper()
	text, err := os.ReadFile("../../" + name)
	if err != nil {
		t.Fatal(err)
	}
	by, heading := lines{}, ""
	for line := range strings.Lines(string(text)) {
		line = strings.TrimSpace(line)
		if title, ok := strings.CutPrefix(line, "## "); ok {
			heading = title
		}
		by[heading] = append(by[heading], line)
	}
	return by
}

// starting returns the line under a heading that begins in some way, "" if there is none.
func (l lines) starting(heading, with string) string {
	for _, line := range l[heading] {
		if strings.HasPrefix(line, with) {
			return line
		}
	}
	return ""
}

// The page of the bug bench has a line for each bug of each model, and none failed.
func TestBugBenchHasEveryBug(t *testing.T) {
	p := read(t, "bug-bench.md")
	for _, m := range all.Models() {
		for _, b := range m.Bugs {
			switch line := p.starting(m.Name, fmt.Sprintf("| `%s` | %s | %s | ", b.Name, b.ID, b.Tier)); {
			case line == "":
				t.Errorf("docs/bug-bench.md has no line for %s of %s: go run ./cmd/simrun bench bugs --markdown docs/bug-bench.md", b.Name, m.Name)
			case strings.Contains(line, "**"):
				t.Errorf("%s of %s: %s", b.Name, m.Name, line)
			}
		}
	}
}

// The page of recovery has a section and a picture for each model, and in it each kind of fault, measured or with the reason why not. What is measured of one fault
// of one model again is what the page says.
func TestRecoveryIsCurrent(t *testing.T) {
	const seeds = 200
	p := read(t, "recovery.md")
	for _, m := range all.Models() {
		if p[m.Name] == nil {
			t.Errorf("docs/recovery.md has no section of %s: go run ./cmd/simrun bench recovery --markdown docs/recovery.md", m.Name)
			continue
		}
		if p.starting(m.Name, fmt.Sprintf("%d seeds, ", seeds)) == "" || p.starting(m.Name, "![") == "" {
			t.Errorf("docs/recovery.md: the section of %s has no %d seeds, or no picture", m.Name, seeds)
		}
		if _, err := os.Stat("../../recovery/" + m.Name + ".svg"); err != nil {
			t.Error(err)
		}
		for _, s := range recovery.Scenarios() {
			if p.starting(m.Name, "| "+s.Name+" |") == "" && p.starting(m.Name, "- "+s.Name+": not measured: ") == "" {
				t.Errorf("docs/recovery.md: %s has nothing about %s", m.Name, s.Name)
			}
		}
	}
	m, err := models.ByName(all.Models(), "primarybackup")
	if err != nil {
		t.Fatal(err)
	}
	s := recovery.Scenarios()[2]
	setup := trial.Setup{Model: m, Base: sim.Case{Model: m.Name, Clients: 10}, Nemesis: nemesis.Swarm}
	row, err := recovery.Measure(context.Background(), setup, s, seeds, 2, func() {})
	if err != nil {
		t.Fatal(err)
	}
	want := "| " + strings.Join(page.Sections([]recovery.Row{row})[0].Table()[1], " | ") + " |"
	if got := p.starting(m.Name, "| "+s.Name+" |"); got != want {
		t.Errorf("docs/recovery.md: %s is\n%s\nand is now\n%s", m.Name, got, want)
	}
}
