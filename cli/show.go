package cli

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"simrun/history"
	"simrun/sim"
	"simrun/trial"
	"simrun/visual"
	"simrun/visual/store"
)

func newShow(a *app) *cobra.Command {
	var out, to, serve string
	var lines timelineFlags
	cmd := &cobra.Command{
		Use:   "show [PATH]",
		Short: "draw a stored run or a history file again; --serve to browse the store",
		Long: `show draws the report of a stored run again, or that of a history file, which is not
decided. PATH is the folder of a run, or a history; left out, it is the latest run of
the store.

With --timeline, it prints the run as lines of text instead: faults, restarts, changes of role,
what nodes state, and what clients did; with --messages or --all more.

With --serve, it serves the whole store to a browser until Ctrl-C.`,
		Example: `  simrun show
  simrun show --timeline --from 2s --until 3s --messages
  simrun show history.edn --to history.html
  simrun show --serve`,
		Args: atMostOne,
		RunE: func(cmd *cobra.Command, args []string) error {
			if serve != "" {
				if len(args) > 0 || to != "" || lines.on {
					return errors.New("--serve shows the whole store: it takes neither PATH, --to nor --timeline")
				}
				return a.serve(cmd.Context(), out, serve)
			}
			path := filepath.Join(out, store.Latest)
			if len(args) == 1 {
				path = args[0]
			}
			if err := lines.check(to); err != nil {
				return err
			}
			if lines.on {
				return a.work(cmd.Context(), func() error { return a.timeline(path, &lines) })
			}
			return a.work(cmd.Context(), func() error { return a.show(path, to) })
		},
	}
	cmd.Flags().SortFlags = false
	cmd.Flags().StringVar(&to, "to", "", "`FILE` to draw into (default: the run's own report; for a history, its name with .html)")
	lines.add(cmd)
	cmd.Flags().StringVar(&serve, "serve", "", "`ADDRESS` to serve the store at, like localhost:7070")
	cmd.Flags().Lookup("serve").NoOptDefVal = "localhost:7070"
	cmd.Flags().StringVar(&out, "out", "store", "`FOLDER` that runs are stored in")
	return cmd
}

func noSuchRun(path string) error {
	return fmt.Errorf("%s: there is no such run or history; simrun run makes one", path)
}

// show draws a run or a history.
func (a *app) show(path, to string) error {
	info, err := os.Stat(path)
	if err != nil {
		return noSuchRun(path)
	}
	switch filepath.Base(path) {
	case store.CaseFile, store.ResultsFile, store.TraceFile, store.ReportFile: // of a run
		path = filepath.Dir(path)
		return a.show(path, to)
	}
	var page visual.Page
	if info.IsDir() {
		r, err := store.Load(path)
		if err != nil {
			return err
		}
		if page, err = a.report(r, path); err != nil {
			return err
		}
		if to == "" {
			to = filepath.Join(path, store.ReportFile)
		}
	} else {
		read, err := a.read(path, history.Options{Lenient: true})
		if err != nil {
			return err
		}
		events := read.Events
		page = visual.Page{
			Title: path, Summary: "not decided: simrun check decides it", History: events, Untimed: read.Untimed, Names: read.Names,
			Facts: []sim.Field{{Name: "operations", Value: trial.DescribeOps(events)}},
		}
		if to == "" {
			to = strings.TrimSuffix(filepath.Base(path), filepath.Ext(path)) + ".html"
		}
	}
	if err := store.WriteFile(to, func(w io.Writer) error { return visual.Write(w, page) }); err != nil {
		return err
	}
	fmt.Fprintln(a.stdout, to)
	return nil
}
