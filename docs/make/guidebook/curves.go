package main

import (
	"context"
	"io"
	"os"
	"path/filepath"
	"slices"

	"simrun/models"
	"simrun/models/all"
	"simrun/sim"
	"simrun/trial"
	"simrun/trial/recovery"
	chart "simrun/visual/recovery"
)

// curve is a picture of the goodput of a model, with and without bugs, as simrun bench recovery --compare draws it.
type curve struct {
	page, name string
	model      string
	plan       string // a file
	seeds      uint64
	clients    int
	options    map[sim.OptionName]string
	bugs       []sim.BugName // a curve for each; the first curve is without any
}

// curves returns the curves of the guide.
func curves() []curve {
	return []curve{
		{"mechanisms", "retry", "resilience", "hang.txt", 30, 4, nil, []sim.BugName{"retry-without-budget"}},
		{"mechanisms", "breaker", "resilience", "hang.txt", 30, 4, map[sim.OptionName]string{"breaker": "all"}, []sim.BugName{"breaker-never-half-opens"}},
		{"mechanisms", "bulkhead", "resilience", "catalog.txt", 30, 8, map[sim.OptionName]string{"timeout": "250ms", "breaker": "off"}, []sim.BugName{"no-bulkhead"}},
	}
}

// draw measures the model, with the files of the repository at root, and draws what it found.
func (c *curve) draw(w io.Writer, root string) error {
	m, err := models.ByName(all.Models(), c.model)
	if err != nil {
		return err
	}
	text, err := os.ReadFile(filepath.Join(root, filepath.FromSlash(readerFiles), c.plan))
	if err != nil {
		return err
	}
	s, err := recovery.Planned(&m, c.plan, string(text))
	if err != nil {
		return err
	}
	var rows []recovery.Row
	for _, bug := range slices.Concat([]sim.BugName{""}, c.bugs) {
		base := sim.Case{Model: m.Name, Clients: c.clients, Options: c.options}
		if bug != "" {
			base.Bugs = []sim.BugName{bug}
		}
		row, err := recovery.Measure(context.Background(), trial.Setup{Model: m, Base: base}, s, c.seeds, 1, func() {})
		if err != nil {
			return err
		}
		row.Variant = string(bug)
		rows = append(rows, row)
	}
	return chart.Chart(w, rows)
}
