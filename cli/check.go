package cli

import (
	"fmt"
	"os"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"simrun/check/accounts"
	"simrun/history"
	"simrun/history/nearest"
)

func newCheck(a *app) *cobra.Command {
	kf := checkFlags{names: checkNames}
	of := outFlags{format: "text"}
	var formats []string
	var from, convert string
	var noStore, follow, lenient, stream bool
	var initial []string
	var also []string
	var isolation, graph string
	cmd := &cobra.Command{
		Use:   "check FILE...",
		Short: "decide recorded histories",
		Long: `check decides whether a recorded history is linearizable, and draws it. FILE is a
history in any of the formats of simrun list formats, which is found out if it is not
named, or - for standard input. Of several files, a table of verdicts is printed.

An operation whose result is unknown (info, or no completion) may take effect at any
time after its invocation, or never. Lines of the process nemesis are drawn, not checked.

A history of objects that did not begin empty says so with --init: the value of each, or
KEY=VALUE of one. A process must not go on after an info, since its operation may still be
running; with --lenient it does, and counts as a new process. What else was noticed in the
file is said as a note: times that go backwards, lines that are no events.

A history of 128 MiB or more is decided while it is read if it holds reads and writes of
registers alone (register, cas-register, kv): in memory that grows with how many operations
overlap, not with the file, and without an order as a certificate. Only operations that never
returned add to it: it keeps what a read among them may still see, and the values of writes among
them. --stream does so whatever the size, and --stream=false never. Of a violation, what it is
about is read again, explained and stored.

With --isolation, the history is one of transactions (txn, a list of ["r", key, seen],
["append", key, value] and ["w", key, value], as Jepsen's and Elle's), and check says which
isolation levels it satisfies and which it breaks, and by which anomalies. The level that is
named is the verdict. It is valid only with a schedule that explains what every transaction
saw, and a violation only where none is left. That level and strict-serializable may spend the
--budget, each other level a tenth of it. The report draws each anomaly; --graph draws the
one that breaks the level into a file of its own.

With --follow, check decides a history while it is written: a file that grows, or a pipe. It
stops at the first violation that is certain, or when the pipe ends, or at Ctrl-C, and then
decides what it has read.`,
		Example: `  simrun check store/latest/history.jsonl --spec kv
  simrun check history.edn --spec cas-register
  simrun check history.edn --spec cas-register --also sequential,sessions,staleness,phases
  my-test | simrun check - --spec kv --follow
  simrun check history.edn --isolation snapshot-isolation
  simrun check history.edn --isolation serializable --graph anomaly.svg
  simrun check *.log --spec cas-register --no-store
  simrun check history.edn --convert history.jsonl`,
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				return fmt.Errorf("which history? %s takes the names of files, or - for standard input", cmd.CommandPath())
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			f, err := readFormats(formats, from, &of)
			if err != nil {
				return err
			}
			if convert != "" {
				return a.work(cmd.Context(), func() error { return a.convert(args, f, lenient, convert) })
			}
			if isolation != "" {
				c := &checking{app: a, name: isolation, from: f, out: &of, noStore: noStore, lenient: lenient, graph: graph}
				if err := c.isolate(cmd, &kf, isolation); err != nil {
					return err
				}
				if graph != "" && len(args) > 1 {
					return fmt.Errorf("--graph draws one history; name one file, not %d", len(args))
				}
				return a.work(cmd.Context(), func() error { return c.files(cmd.Context(), args) })
			}
			if graph != "" {
				return fmt.Errorf("--graph draws an anomaly of transactions; add --isolation, one of: %s", joinStrings(levelNames()))
			}
			if kf.spec == "" {
				if err := exist(args); err != nil {
					return err
				}
				return whichQuestion(head(args[0], history.Options{Format: f, Lenient: true}))
			}
			if err := oneOf("specification", kf.spec, checkNames()); err != nil {
				return err
			}
			name := kf.spec
			account, counts := accounts.ByName(name)
			if counts {
				if err := countsAlone(name, follow, initial, also); err != nil {
					return err
				}
				kf.spec = ""
			}
			spec, opts, err := kf.parse()
			if err != nil {
				return err
			}
			if !noStore {
				if err := of.check(); err != nil {
					return err
				}
			}
			if err := parseAlso(also); err != nil {
				return err
			}
			c := &checking{app: a, name: name, spec: spec, account: account, opts: opts, from: f, out: &of, noStore: noStore, also: also, pause: time.Second, lenient: lenient}
			for _, text := range initial {
				c.initial = append(c.initial, parseInitial(text))
				c.with = append(c.with, "--init", text)
			}
			if lenient {
				c.with = append(c.with, "--lenient")
			}
			if f != history.Auto {
				c.with = append(c.with, "--from", string(f))
			}
			if cmd.Flags().Changed("stream") {
				c.streaming = never
			}
			if stream {
				c.streaming = always
				if err := c.mustStream(follow); err != nil {
					return err
				}
			}
			if follow {
				return c.follow(cmd.Context(), args)
			}
			return a.work(cmd.Context(), func() error { return c.files(cmd.Context(), args) })
		},
	}
	cmd.Flags().SortFlags = false
	kf.add(cmd, "none: it must be said")
	cmd.Flags().StringVar(&isolation, "isolation", "", "`LEVEL` of isolation that a history of transactions must satisfy, like strict-serializable: see simrun list levels")
	complete(cmd, "isolation", levelNames)
	cmd.Flags().StringVar(&graph, "graph", "", "with --isolation: draw the anomaly that breaks the level into `FILE`, an SVG")
	cmd.Flags().StringSliceVar(&formats, "format", nil, "`NAME` of the format of the results: "+joinStrings(resultFormats)+"; or of the history, if it is not to be found out: see simrun list formats")
	cmd.Flags().StringVar(&from, "from", "", "`NAME` of the format of the history, as --format, where json means a history in JSON")
	cmd.Flags().StringVar(&convert, "convert", "", "write the history to `FILE` (.jsonl or .edn, or - for JSONL to standard output), and don't decide it")
	cmd.Flags().StringArrayVar(&initial, "init", nil, "`VALUE` that objects began with, if not as the specification says: 0, [1,2], or KEY=VALUE (may be repeated)")
	cmd.Flags().BoolVar(&lenient, "lenient", false, "let a process go on after an info, as a new process")
	cmd.Flags().BoolVar(&follow, "follow", false, "decide a history while it is written, and stop at the first certain violation")
	cmd.Flags().BoolVar(&stream, "stream", false, "decide reads and writes of registers while they are read, in little memory (by itself from 128 MiB on)")
	cmd.Flags().BoolVar(&noStore, "no-store", false, "print the verdict, and store nothing")
	cmd.Flags().StringSliceVar(&also, "also", nil, "further questions, whose answers leave the verdict as it is: "+joinStrings(alsoQuestions))
	complete(cmd, "also", func() []string { return alsoQuestions })
	of.addFolder(cmd)
	complete(cmd, "format", func() []string { return bothFormats() })
	complete(cmd, "from", historyFormats)
	return cmd
}

// readFormats sorts what --format says into the format of the results and that
// of the history. The name json, which is both, means the results: a
// history in JSON is found out, or named by --from.
func readFormats(names []string, from string, of *outFlags) (history.Format, error) {
	f := history.Auto
	for _, name := range names {
		switch {
		case slices.Contains(resultFormats, name):
			of.format = name
		case slices.Contains(historyFormats(), name):
			f = history.Format(name)
		default:
			return f, nearest.Unknown("format of results or histories", name, bothFormats())
		}
	}
	if from == "" {
		return f, nil
	}
	if err := oneOf("format of histories", from, historyFormats()); err != nil {
		return f, err
	}
	return history.Format(from), nil
}

func bothFormats() []string {
	return slices.Compact(slices.Sorted(slices.Values(append(historyFormats(), resultFormats...))))
}

func historyFormats() []string {
	var names []string
	for _, f := range history.Formats() {
		names = append(names, string(f.Format))
	}
	return names
}

// checkNames are what check can ask: the specifications, and the questions that count.
func checkNames() []string {
	names := specNames()
	for _, c := range accounts.All {
		names = append(names, c.Name)
	}
	return names
}

// exist refuses a file that does not. Standard input does.
func exist(files []string) error {
	for _, file := range files {
		if file == "-" {
			continue
		}
		if _, err := os.Stat(file); err != nil {
			return inFile(file, err)
		}
	}
	return nil
}

// countsAlone refuses what makes no sense for a question that counts.
func countsAlone(name string, follow bool, initial, also []string) error {
	switch {
	case follow:
		return fmt.Errorf("--follow: %s counts over a whole history, so it can't be decided before the end", name)
	case len(initial) > 0:
		return fmt.Errorf("--init: %s has no initial value to set", name)
	}
	for _, question := range also {
		if question != "phases" {
			return fmt.Errorf("--also %s: expected phases, since %s is not a specification that orders operations", question, name)
		}
	}
	return nil
}
