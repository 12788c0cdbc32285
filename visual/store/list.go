package store

import (
	"errors"
	"html/template"
	"io"
	"net/url"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"simrun/check"
	"simrun/trial"
)

// Entry is one run of a store.
type Entry struct {
	Path    string // of its folder within the store, with slashes: "raft-kv/…-seed42"
	Results trial.Results
}

// List returns the runs of a store, newest first. A folder without readable
// results is left out.
func (s Store) List() ([]Entry, error) {
	groups, err := os.ReadDir(string(s))
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, err
	}
	var list []Entry
	for _, group := range groups {
		if !group.IsDir() || strings.HasPrefix(group.Name(), partial) {
			continue
		}
		runs, err := os.ReadDir(filepath.Join(string(s), group.Name()))
		if err != nil {
			continue
		}
		for _, run := range runs {
			if r, err := LoadResults(filepath.Join(string(s), group.Name(), run.Name())); err == nil {
				list = append(list, Entry{group.Name() + "/" + run.Name(), r})
			}
		}
	}
	// The folder's name begins with its time.
	slices.SortStableFunc(list, func(a, b Entry) int { return strings.Compare(path.Base(b.Path), path.Base(a.Path)) })
	return list, nil
}

// WriteIndex writes a page that lists runs, with links to their reports.
func WriteIndex(w io.Writer, title string, list []Entry) error {
	return indexTemplate.Execute(w, struct {
		Title string
		Runs  []Entry
	}{title, list})
}

// Report is the path of the run's report within the store, as a link.
func (e Entry) Report() string {
	u := url.URL{Path: e.Path + "/" + ReportFile}
	return u.EscapedPath()
}

// Class is the outcome as a class of the page's style.
func (e Entry) Class() string {
	switch e.Results.Outcome {
	case check.Valid:
		return "valid"
	case check.Violation:
		return "violation"
	}
	return "unknown"
}

// Reason is why the run failed, if it did.
func (e Entry) Reason() string {
	if e.Results.Outcome == check.Valid {
		return ""
	}
	for _, c := range e.Results.Failed() {
		return c.Name + ": " + c.Reason
	}
	return ""
}

var indexTemplate = template.Must(template.New("index").Parse(`<!doctype html>
<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>{{.Title}}</title>
<style>
:root { color-scheme: light dark; font: 15px/1.5 system-ui, sans-serif; }
body { max-width: 76rem; margin: 2rem auto; padding: 0 1rem; }
table { border-collapse: collapse; width: 100%; }
th { text-align: left; font-weight: 600; }
th, td { padding: .35rem .8rem .35rem 0; border-bottom: 1px solid #8884; vertical-align: top; }
a { white-space: nowrap; }
.n { font-variant-numeric: tabular-nums; text-align: right; }
b { padding: .05rem .5rem; border-radius: .3rem; font-weight: 600; color: #fff; }
.valid { background: #1a7f4b; } .violation { background: #c0302b; } .unknown { background: #8a6d1a; }
</style>
<h1>{{.Title}}</h1>
{{if .Runs}}<table>
<tr><th>verdict<th>run<th class="n">operations<th class="n">events<th>why
{{range .Runs}}<tr><td><b class="{{.Class}}">{{.Class}}</b><td><a href="/{{.Report}}">{{.Path}}</a>
<td class="n">{{.Results.Ops.Total}}<td class="n">{{.Results.Events}}<td>{{.Reason}}
{{end}}</table>
{{else}}<p>No run is stored here yet.
{{end}}`))
