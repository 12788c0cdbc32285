package cli

import (
	"fmt"
	"io"
	"maps"
	"path/filepath"
	"slices"

	"simrun/history"
	"simrun/internal/count"
	"simrun/visual/store"
)

// convert writes a history in another format.
func (a *app) convert(files []string, from history.Format, lenient bool, to string) error {
	if len(files) != 1 {
		return fmt.Errorf("--convert takes one history at a time, not %d", len(files))
	}
	format := history.JSONL
	switch ext := filepath.Ext(to); {
	case to == "-" || ext == ".jsonl":
	case ext == ".edn":
		format = history.EDN
	default:
		return fmt.Errorf("--convert %s: the name must end in .jsonl or .edn, which says the format", to)
	}
	r, err := a.read(files[0], history.Options{Format: from, Lenient: lenient})
	if err != nil {
		return err
	}
	events, notes := r.Events, r.Notes
	if r.Untimed {
		notes = append(notes, "the file has no times: the position of each event is written as its time")
	}
	for _, p := range slices.Sorted(maps.Keys(r.Names)) {
		notes = append(notes, fmt.Sprintf("%s is written as process %d", r.Names[p], p))
	}
	for _, note := range notes {
		fmt.Fprintf(a.stderr, "simrun: %s: %s\n", files[0], printable(note))
	}
	if to == "-" {
		return history.Write(a.stdout, format, events)
	}
	err = store.WriteFile(to, func(w io.Writer) error { return history.Write(w, format, events) })
	if err == nil {
		fmt.Fprintf(a.stderr, "%s written as %s to %s\n", count.Of(len(events), "event"), format, to)
	}
	return err
}
