package search

import (
	"slices"
	"strings"

	"simrun/sim"
	"simrun/trial"
)

// tally counts what came of what was drawn, the marks and the sites.
type tally struct {
	drawing *drawing
	arms    [][]ArmReport // by axis and value
	marks   []trial.MarkCount
	sites   []sim.SiteUse
}

func (t *tally) begin(d *drawing, marks []string) {
	t.drawing = d
	for _, a := range d.axes {
		row := make([]ArmReport, len(a.values))
		for i, v := range a.values {
			row[i].Choice = Choice{a.name, v.name}
		}
		t.arms = append(t.arms, row)
	}
	for _, name := range marks {
		t.mark(trial.MarkCount{Name: name})
	}
	for _, s := range d.setup.Model.Sites {
		t.sites = append(t.sites, sim.SiteUse{Site: s.Name})
	}
}

func (t *tally) add(r *Report) {
	for i, v := range r.choice {
		a := &t.arms[i][v]
		a.Runs++
		a.Novel += r.Novel
		if r.Failure() {
			a.Failures++
		}
	}
	for _, m := range r.marks {
		t.mark(trial.MarkCount{Name: m.Name, Seeds: 1, Count: m.Count})
	}
	for _, u := range r.sites {
		for i := range t.sites {
			if s := &t.sites[i]; s.Site == u.Site {
				s.Calls += u.Calls
				s.Fired += u.Fired
			}
		}
	}
}

// mark adds to what is known of a mark, and keeps the list in order.
func (t *tally) mark(m trial.MarkCount) {
	i, known := slices.BinarySearchFunc(t.marks, m.Name, func(c trial.MarkCount, name string) int { return strings.Compare(c.Name, name) })
	if !known {
		t.marks = slices.Insert(t.marks, i, trial.MarkCount{Name: m.Name})
	}
	t.marks[i].Seeds += m.Seeds
	t.marks[i].Count += m.Count
}

func (t *tally) into(s *Summary) {
	for _, row := range t.arms {
		s.Arms = append(s.Arms, row...)
	}
	s.Marks, s.Sites = t.marks, t.sites
}
