package cli

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"simrun/check"
	"simrun/check/accounts"
	"simrun/history"
	"simrun/history/nearest"
	"simrun/internal/count"
	"simrun/trial"
	"simrun/visual/store"
)

func newCheck(a *app) *cobra.Command {
	kf := checkFlags{names: checkNames}
	of := outFlags{format: "text"}
	var formats []string
	var from, convert string
	var noStore, follow, lenient bool
	var initial []string
	var also []string
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

With --follow, check decides a history while it is written: a file that grows, or a pipe. It
stops at the first violation that is certain, or when the pipe ends, or at Ctrl-C, and then
decides what it has read.`,
		Example: `  simrun check store/latest/history.jsonl --spec kv
  simrun check history.edn --spec cas-register
  simrun check history.edn --spec cas-register --also sequential,sessions,staleness,phases
  my-test | simrun check - --spec kv --follow
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
			if kf.spec == "" {
				return fmt.Errorf("against which specification? Say --spec, one of: %s", joinStrings(checkNames()))
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
			if follow {
				return c.follow(cmd.Context(), args)
			}
			return a.work(cmd.Context(), func() error { return c.files(cmd.Context(), args) })
		},
	}
	cmd.Flags().SortFlags = false
	kf.add(cmd, "none: it must be said")
	cmd.Flags().StringSliceVar(&formats, "format", nil, "`NAME` of the format of the results: "+joinStrings(resultFormats)+"; or of the history, if it is not to be found out: see simrun list formats")
	cmd.Flags().StringVar(&from, "from", "", "`NAME` of the format of the history, as --format, where json means a history in JSON")
	cmd.Flags().StringVar(&convert, "convert", "", "write the history to `FILE` (.jsonl or .edn, or - for JSONL to standard output), and don't decide it")
	cmd.Flags().StringArrayVar(&initial, "init", nil, "`VALUE` that objects began with, if not as the specification says: 0, [1,2], or KEY=VALUE (may be repeated)")
	cmd.Flags().BoolVar(&lenient, "lenient", false, "let a process go on after an info, as a new process")
	cmd.Flags().BoolVar(&follow, "follow", false, "decide a history while it is written, and stop at the first certain violation")
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

// checking is a check of files under way.
type checking struct {
	*app
	name    string     // of the specification, or of the question that counts
	spec    check.Spec // nil: account
	account accounts.Checker
	opts    check.Options
	from    history.Format
	out     *outFlags
	noStore bool
	also    []string // questions besides linearizability

	with     []string // flags that say how a history is read
	initial  []initialValue
	lenient  bool
	pause    time.Duration // after which what was read so far is decided, with --follow
	unstored bool          // a verdict could not be stored
}

// files checks files, and sets the worst exit code.
func (c *checking) files(ctx context.Context, files []string) error {
	var all []shown
	for _, file := range files {
		s, err := c.file(ctx, file)
		var internal *trial.InternalError
		if err != nil && (len(files) == 1 || ctx.Err() != nil || errors.As(err, &internal)) {
			return c.hinted(err)
		}
		if err != nil {
			s = shown{title: file, results: trial.RefusedResults(file, c.hinted(err))}
		}
		all = append(all, s)
	}
	return c.printAll(all)
}

// hinted adds to an error what would avoid it.
func (c *checking) hinted(err error) error {
	var inHistory *history.Error
	if errors.As(err, &inHistory) && inHistory.Resumes {
		return fmt.Errorf("%w; --lenient lets it", err)
	}
	return err
}

// printAll prints verdicts, and sets the worst exit code.
func (c *checking) printAll(all []shown) error {
	outcome := check.Valid
	for _, s := range all {
		outcome = outcome.Worse(s.results.Outcome)
	}
	if c.code = exitOf(outcome); c.code == exitValid && c.unstored {
		c.code = exitInternal
	}
	refused := 0
	for _, s := range all {
		if s.results.Refused != "" {
			refused++
		}
	}
	if refused > 0 {
		c.code = exitUsage
		fmt.Fprintf(c.stderr, "simrun: %d of %s could not be read, or do not fit --spec %s\n", refused, count.Of(len(all), "file"), c.name)
	}
	if len(all) == 1 {
		return c.print(c.out.format, all[0])
	}
	switch c.out.format {
	case "json":
		list := make([]trial.Results, len(all))
		for i, s := range all {
			list[i] = s.results
			list[i].Folder = s.folder
		}
		return encodeJSON(c.stdout, list)
	case "junit":
		return printJUnit(c.stdout, all)
	case "github":
		for _, s := range all {
			if err := printGitHub(c.stdout, s); err != nil {
				return err
			}
		}
		return nil
	}
	c.printSeveral(all)
	return nil
}

// printSeveral prints a table of verdicts.
func (c *checking) printSeveral(all []shown) {
	p := painter(c.color())
	by, refused := map[check.Outcome]int{}, 0
	shared := sharedFolder(all)
	var rows [][]string
	for _, s := range all {
		if why := s.results.Refused; why != "" {
			refused++
			rows = append(rows, []string{p.mark(check.Violation), strings.TrimPrefix(s.title, shared), "refused", "", printable(clip(why, 100))})
			continue
		}
		o := s.results.Outcome
		by[o]++
		why := ""
		if o != check.Valid {
			why = printable(clip(s.results.Checks[0].Reason, 100))
		}
		rows = append(rows, []string{p.mark(s.results.Outcome), strings.TrimPrefix(s.title, shared), o.String(), count.Grouped(s.results.Ops.Total()), why})
	}
	printTable(c.stdout, "", rows)
	fmt.Fprintf(c.stdout, "\n%s histories: %d valid, %d violation, %d unknown", count.Grouped(len(all)), by[check.Valid], by[check.Violation], by[check.Unknown])
	if refused > 0 {
		fmt.Fprintf(c.stdout, ", %d refused", refused)
	}
	fmt.Fprintln(c.stdout)
}

// sharedFolder is the folder, with a slash, that all files are in; "" if there is none.
func sharedFolder(all []shown) string {
	folder, _ := filepath.Split(all[0].title)
	for _, s := range all {
		if f, _ := filepath.Split(s.title); f != folder {
			return ""
		}
	}
	return folder
}

// file checks one file, and stores what was found.
func (c *checking) file(ctx context.Context, file string) (shown, error) {
	r, err := c.read(file, history.Options{Format: c.from, Lenient: c.lenient})
	if err == nil {
		err = c.begin(r)
	}
	if err != nil {
		return shown{}, err
	}
	return c.decide(ctx, file, r)
}

// decide checks the history of a file, and stores what was found.
func (c *checking) decide(ctx context.Context, file string, r *history.Reading) (shown, error) {
	events, opts := r.Events, c.opts
	opts.Who, opts.Untimed = r.Who, r.Untimed
	bar := c.progress("deciding "+count.Grouped(len(events))+" events", -1)
	res, v, err := c.judge(file, r, opts)
	bar.end()
	if err != nil {
		return shown{}, inFile(file, r.Locate(err))
	}
	res.With = c.with
	if hint := c.hint(r, v); hint != "" {
		res.Notes = append(res.Notes, hint)
	}
	s := shown{results: res, title: file, summary: res.Summary, lines: trial.HistoryFacts(&res, events)}
	if err := c.ask(&s, r); err != nil {
		return s, inFile(file, err)
	}
	if c.noStore && v.Disagreement() == nil {
		return s, nil
	}
	run := &store.Run{Results: s.results, History: events}
	if run.Page, err = c.report(run, ""); err != nil {
		return s, err
	}
	name := time.Now().UTC().Format("20060102T150405.000Z") + "-" + fileLabel(file)
	if s.folder, err = c.store(ctx, c.out.out, "check-"+c.name, name, run); err != nil && ctx.Err() == nil {
		fmt.Fprintf(c.stderr, "simrun: %v\n", err)
		c.unstored, err = true, nil
	}
	if err == nil {
		err = disagreement(v.Disagreement(), s.folder)
	}
	return s, err
}

// judge decides a history, or counts.
func (c *checking) judge(file string, r *history.Reading, opts check.Options) (trial.Results, check.Verdict, error) {
	if c.spec == nil {
		account, err := c.account.Check(r.Events, opts)
		return trial.AccountResults(file, r, account), account.Verdict, err
	}
	v, err := check.Linearizable(c.spec, r.Events, opts)
	return trial.HistoryResults(file, r, v), v, err
}

// read reads a history, and shows how far it is.
func (a *app) read(file string, o history.Options) (*history.Reading, error) {
	if file == "-" {
		return history.ReadWith(bufio.NewReader(a.stdin), "standard input", o)
	}
	in, err := os.Open(file)
	if err != nil {
		return nil, inFile(file, err)
	}
	defer in.Close()
	info, err := in.Stat()
	if err != nil {
		return nil, err
	}
	if info.IsDir() {
		return nil, fmt.Errorf("%s is a folder: expected the file of a history, like %s", file, filepath.Join(file, store.HistoryFile))
	}
	r, bar := a.reading("reading "+filepath.Base(file), in, info.Size())
	defer bar.end()
	return history.ReadWith(r, file, o)
}

// inFile puts the name of the file before an error that does not say it.
func inFile(file string, err error) error {
	var inPath *fs.PathError
	if errors.As(err, &inPath) {
		return fmt.Errorf("%s: %w", file, inPath.Err)
	}
	var inHistory *history.Error
	if errors.As(err, &inHistory) && inHistory.File != "" {
		return err
	}
	return fmt.Errorf("%s: %w", file, err)
}

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
	for p, name := range sortedNames(r.Names) {
		notes = append(notes, fmt.Sprintf("%s is written as process %d", name, p))
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

// fileLabel is the name of a file as a part of the name of a folder.
func fileLabel(file string) string {
	base := filepath.Base(file)
	base = strings.TrimSuffix(base, filepath.Ext(base))
	return strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '-' || r == '_' || r == '.' {
			return r
		}
		return '-'
	}, strings.TrimLeft(base, "."))
}

// sortedNames goes through processes with names, in order.
func sortedNames(names map[history.Process]string) iter.Seq2[history.Process, string] {
	return func(yield func(history.Process, string) bool) {
		for _, p := range slices.Sorted(maps.Keys(names)) {
			if !yield(p, names[p]) {
				return
			}
		}
	}
}
