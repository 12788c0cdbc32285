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
		if r.Fired > r.Silent {
			return fmt.Sprintf("%s, %s answers a second before the fault", count.Of(r.Seeds, "seed"), whole(r.Goodput))
		}
	}
	return "nothing was measured"
}

// Table has a line for each kind of fault that hit something, below one with the titles of the columns.
func (s Section) Table() [][]string {
	table := [][]string{{"fault", "first answer", "goodput back", "no answer", "missed", ""}}
	for _, r := range s.Rows {
		if r.Fired > r.Silent {
			table = append(table, []string{Titled(r.Name, r.Variant), Time(r.First), Time(r.Back), Number(r.Failed), Number(r.Missing), r.Summary})
		}
	}
	return table
}

// Notes says what was not measured, what went wrong, and which faults hit nothing in some seeds.
func (s Section) Notes() []string {
	var notes []string
	for _, r := range s.Rows {
		name := Titled(r.Name, r.Variant)
		if r.Skipped != "" {
			notes = append(notes, fmt.Sprintf("%s: not measured: %s", name, r.Skipped))
			continue
		}
		if r.Wrong > 0 {
			notes = append(notes, fmt.Sprintf("%s: %d of %s: seed %d: %s", name, r.Violations+r.Unknown, count.Of(r.Seeds, "seed"), r.Wrong, r.Reason))
		}
		if r.Silent > 0 {
			notes = append(notes, fmt.Sprintf("%s: nothing was answered for a second before the fault in %d of %s, of which there are no figures", name, r.Silent, count.Of(r.Seeds, "seed")))
		}
		switch {
		case r.Fired == 0:
			notes = append(notes, fmt.Sprintf("%s: not measured: the fault hit nothing", name))
		case r.Fired < r.Seeds:
			notes = append(notes, fmt.Sprintf("%s: hit something in %d of %s only, of which the figures are", name, r.Fired, count.Of(r.Seeds, "seed")))
		}
	}
	return notes
}

// Titled is the name of a scenario, with the variant of the model.
func Titled(name, variant string) string {
	if variant == "" {
		return name
	}
	return name + ", " + variant
}

// Chart draws the curves of the section ([Chart]).
func (s Section) Chart() (template.HTML, error) {
	var b bytes.Buffer
	err := Chart(&b, s.Rows)
	return template.HTML(b.String()), err // our own, escaped where a name is in it
}
