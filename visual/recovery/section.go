package recovery

import (
	"bytes"
	"fmt"
	"html/template"

	"simrun/internal/count"
	"simrun/trial/recovery"
)

// Section is what was measured of one model.
type Section struct {
	Model string
	Rows  []recovery.Row
}

// Sections divides rows by their models, in the order in which they come.
func Sections(rows []recovery.Row) []Section {
	var list []Section
	for from := 0; from < len(rows); {
		to := from
		for to < len(rows) && rows[to].Model == rows[from].Model {
			to++
		}
		list = append(list, Section{rows[from].Model, rows[from:to]})
		from = to
	}
	return list
}

// Title says how much was run, and what the goodput was before the faults.
func (s Section) Title() string {
	for _, r := range s.Rows {
		if r.Fired > 0 {
			return fmt.Sprintf("%s, %s answers a second before the fault", count.Of(r.Seeds, "seed"), whole(r.Goodput))
		}
	}
	return "nothing was measured"
}

// Table has a line for each kind of fault that hit something, below one with the titles of the columns.
func (s Section) Table() [][]string {
	table := [][]string{{"fault", "first answer", "goodput back", "no answer", "missed", ""}}
	for _, r := range s.Rows {
		if r.Fired > 0 {
			table = append(table, []string{r.Name, Time(r.First), Time(r.Back), Number(r.Failed), Number(r.Missing), r.Summary})
		}
	}
	return table
}

// Notes says what was not measured, what went wrong, and which faults hit nothing in some seeds.
func (s Section) Notes() []string {
	var notes []string
	for _, r := range s.Rows {
		if r.Skipped != "" {
			notes = append(notes, fmt.Sprintf("%s: not measured: %s", r.Name, r.Skipped))
			continue
		}
		if r.Wrong > 0 {
			notes = append(notes, fmt.Sprintf("%s: %d of %s: seed %d: %s", r.Name, r.Violations+r.Unknown, count.Of(r.Seeds, "seed"), r.Wrong, r.Reason))
		}
		if r.Fired < r.Seeds {
			notes = append(notes, fmt.Sprintf("%s: hit something in %d of %s only, of which the figures are", r.Name, r.Fired, count.Of(r.Seeds, "seed")))
		}
	}
	return notes
}

// Chart draws the curves of the section ([Chart]).
func (s Section) Chart() (template.HTML, error) {
	var b bytes.Buffer
	err := Chart(&b, s.Rows)
	return template.HTML(b.String()), err // our own, escaped where a name is in it
}
