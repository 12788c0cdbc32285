package cli

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"simrun/check"
	"simrun/check/accounts"
	"simrun/check/txn"
	"simrun/history"
	"simrun/internal/count"
	"simrun/trial"
	"simrun/visual/store"
)

// checking is a check of files under way.
type checking struct {
	*app
	name    string     // of the specification, of the question that counts, or of the isolation level
	spec    check.Spec // nil: account, or isolation
	account accounts.Checker
	level   *txn.Level // nil: account
	graph   string     // file into which an anomaly is drawn; "": none
	opts    check.Options
	from    history.Format
	out     *outFlags
	noStore bool
	also    []string // questions besides linearizability

	with      []string // flags that say how a history is read
	initial   []initialValue
	lenient   bool
	streaming streaming
	pause     time.Duration // after which what was read so far is decided, with --follow
	unstored  bool          // a verdict could not be stored
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
		fmt.Fprintf(c.stderr, "simrun: %d of %s could not be read, or do not fit %s %s\n", refused, count.Of(len(all), "file"), c.question(), c.name)
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

// question is the flag that asks it.
func (c *checking) question() string {
	if c.level != nil {
		return "--isolation"
	}
	return "--spec"
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
	fmt.Fprintf(c.stdout, "\n%s histories: %d valid, %s, %d unknown", count.Grouped(len(all)), by[check.Valid], count.Of(by[check.Violation], "violation"), by[check.Unknown])
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
	if c.streams(file) {
		if s, done, err := c.stream(ctx, file); done || err != nil {
			return s, err
		}
	} else if c.streaming == always {
		if err := c.cantStream(file); err != nil {
			return shown{}, err
		}
	}
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
		return shown{}, c.otherwise(inFile(file, r.Locate(err)), events)
	}
	res.With = c.with
	if hint := c.hint(r, v); hint != "" {
		res.Notes = append(res.Notes, hint)
	}
	if kind := transactionsOf(events[:min(asked, len(events))]); kind != "" && c.level == nil {
		res.Notes = append(res.Notes, "this is "+kind+" history: --isolation says which levels it satisfies, and by which anomalies it breaks others")
	}
	s := shown{results: res, title: file, summary: res.Summary, lines: trial.HistoryFacts(&res, trial.ExtentOf(events))}
	if i := res.Isolation; i != nil {
		s.lines, s.below = append(s.lines, i.Facts()...), i.Lines()
	}
	if err := c.ask(&s, r); err != nil {
		return s, inFile(file, err)
	}
	if err := c.draw(&res, events); err != nil {
		return s, err
	}
	if c.noStore && v.Disagreement() == nil {
		return s, nil
	}
	if err := c.keep(ctx, &s, events); err != nil {
		return s, err
	}
	return s, disagreement(v.Disagreement(), s.folder)
}

// otherwise adds to an error the question that the history can answer, if it is not the one that was asked.
func (c *checking) otherwise(err error, events []history.Event) error {
	try := question(events)
	if try == "" || c.level != nil && transactionsOf(events) != "" || c.spec != nil && strings.Contains(try, "--spec "+c.name) {
		return err
	}
	return fmt.Errorf("%w; %s", err, try)
}

// keep stores a verdict with its history and a report. That it can't is no error, unless it was interrupted.
func (c *checking) keep(ctx context.Context, s *shown, events []history.Event) error {
	run := &store.Run{Results: s.results, History: events}
	var err error
	if run.Page, err = c.report(run, ""); err != nil {
		return err
	}
	name := time.Now().UTC().Format("20060102T150405.000Z") + "-" + fileLabel(s.title)
	if s.folder, err = c.store(ctx, c.out.out, "check-"+c.name, name, run); err != nil && ctx.Err() == nil {
		fmt.Fprintf(c.stderr, "simrun: %v\n", err)
		c.unstored, err = true, nil
	}
	return err
}

// judge decides a history, or counts.
func (c *checking) judge(file string, r *history.Reading, opts check.Options) (trial.Results, check.Verdict, error) {
	if c.level != nil {
		v, err := txn.Check(r.Events, txn.Options{Level: *c.level, Budget: c.opts.Budget, AllowEmpty: opts.AllowEmpty, Untimed: opts.Untimed, Who: opts.Who})
		if err != nil {
			return trial.Results{}, check.Verdict{}, err
		}
		return trial.IsolationResults(file, r, v), check.Verdict{Outcome: v.Outcome()}, nil
	}
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
