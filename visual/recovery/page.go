package recovery

import (
	"bytes"
	_ "embed"
	"html/template"
	"io"

	"simrun/trial/recovery"
)

//go:embed page.html
var pageText string

var pageTemplate = template.Must(template.New("page").Funcs(template.FuncMap{"time": Time, "number": Number}).Parse(pageText))

// section is one model of the page.
type section struct {
	Model   string
	Seeds   uint64
	Goodput string
	Chart   template.HTML
	Rows    []recovery.Row
}

// Write writes one HTML file, which needs no other: the curves and the figures of each model, in the order of the rows. The error is that of w.
func Write(w io.Writer, rows []recovery.Row) error {
	var list []section
	for from := 0; from < len(rows); {
		to := from
		for to < len(rows) && rows[to].Model == rows[from].Model {
			to++
		}
		s, err := sectionOf(rows[from:to])
		if err != nil {
			return err
		}
		list, from = append(list, s), to
	}
	return pageTemplate.Execute(w, list)
}

// sectionOf is the section of the rows of one model.
func sectionOf(rows []recovery.Row) (section, error) {
	s := section{Model: rows[0].Model, Rows: rows}
	for _, r := range rows {
		if r.Skipped == "" {
			s.Seeds, s.Goodput = r.Seeds, whole(r.Goodput)
		}
	}
	var chart bytes.Buffer
	err := Chart(&chart, rows)
	s.Chart = template.HTML(chart.String()) // our own, escaped where a name is in it
	return s, err
}
