package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"simrun/check"
	"simrun/internal/count"
	"simrun/trial"
)

// bisectFlags say what is searched, and where.
type bisectFlags struct{ file, good, bad, pkg, format string }

func newBisect(a *app) *cobra.Command {
	var f bisectFlags
	cmd := &cobra.Command{
		Use:   "bisect",
		Short: "the commit that broke or mended a case",
		Long: `bisect finds the commit that broke a case, in the git repository of your system, where your program is a
package whose main calls cli.Main with your model. It builds that program at one revision after the other,
in a worktree of its own, and asks it to replay the case. If --good is later than --bad, it finds the commit
that mended the case.

A revision is left out, like git bisect does it, if the program can't be built there, if it can't run the case
(its model has no such option yet, say), or if the verdict is unknown. Your own worktree is left alone.`,
		Example: "  simrun bisect --case store/latest --good v1.2 --bad HEAD\n  simrun bisect --case case.min.json --bad v1.2 --good HEAD --package ./cmd/mine",
		Args:    noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := oneOf("format of results", f.format, []string{"text", "json"}); err != nil {
				return err
			}
			for _, need := range []struct{ flag, value, what string }{{"case", f.file, "a case file, or the folder of a run"}, {"good", f.good, "a revision where the case passes"}, {"bad", f.bad, "a revision where it fails"}} {
				if need.value == "" {
					return fmt.Errorf("bisect needs --%s: %s", need.flag, need.what)
				}
			}
			return a.bisect(cmd.Context(), &f)
		},
	}
	fs := cmd.Flags()
	fs.SortFlags = false
	fs.StringVar(&f.file, "case", "", "`CASE` file, or the folder of a run")
	fs.StringVar(&f.good, "good", "", "`REVISION` of git where the case passes")
	fs.StringVar(&f.bad, "bad", "", "`REVISION` of git where it fails")
	fs.StringVar(&f.pkg, "package", "", "`PACKAGE` of your program (default: the one whose main imports "+ownPackage+")")
	fs.StringVar(&f.format, "format", "text", "`NAME` of the format of the results: text, json")
	complete(cmd, "format", func() []string { return []string{"text", "json"} })
	return cmd
}

// The states of a revision.
const (
	good    = "good"
	bad     = "bad"
	skipped = "skipped"
)

// tested is a revision whose program was asked.
type tested struct {
	Commit  string `json:"commit"`
	Subject string `json:"subject"`
	State   string `json:"state"`   // good, bad or skipped
	Summary string `json:"summary"` // the verdict in one sentence, or why the revision is left out
}

// bisection is a search under way.
type bisection struct {
	*app
	flags *bisectFlags
	repo  *repository
	dir   string // of temporary files
	tests []tested
}

// found is what a search found, as --format json prints it.
type found struct {
	First      string   `json:"first"` // which commit it is: the first bad one, or the first good one, which mended the case
	Commit     *tested  `json:"commit"`
	Author     string   `json:"author,omitempty"`
	Candidates []string `json:"candidates,omitempty"` // it is one of these, of which some could not be tested
	Tested     []tested `json:"tested"`
}

// bisect searches the commit that broke or mended a case. What it has put on the disk is removed, also after an interrupt.
func (a *app) bisect(ctx context.Context, f *bisectFlags) (err error) {
	b := &bisection{app: a, flags: f}
	if b.dir, err = os.MkdirTemp("", "simrun-bisect-*"); err != nil {
		return err
	}
	defer os.RemoveAll(b.dir)
	if err := b.takeCase(); err != nil {
		return err
	}
	if b.repo, err = openRepository(ctx); err != nil {
		return err
	}
	goodAt, err := b.repo.commit(ctx, "good", f.good)
	if err != nil {
		return err
	}
	badAt, err := b.repo.commit(ctx, "bad", f.bad)
	if err != nil {
		return err
	}
	if f.pkg == "" {
		if f.pkg, err = b.repo.mainPackage(ctx); err != nil {
			return err
		}
	}
	defer b.repo.removeWorktree()
	if err := b.repo.addWorktree(ctx, badAt); err != nil {
		return err
	}
	var result found
	switch {
	case goodAt == badAt:
		return fmt.Errorf("--good %s and --bad %s are the same commit", f.good, f.bad)
	case b.repo.before(ctx, goodAt, badAt):
		result, err = b.search(ctx, goodAt, badAt, bad)
	case b.repo.before(ctx, badAt, goodAt):
		result, err = b.search(ctx, badAt, goodAt, good)
	default:
		return fmt.Errorf("--good %s and --bad %s: neither comes before the other in the history of commits", f.good, f.bad)
	}
	if err != nil {
		return err
	}
	return b.print(ctx, &result)
}

// takeCase copies the case away, since revisions that are checked out may have another in its place.
func (b *bisection) takeCase() error {
	dir, file, err := locate(b.flags.file)
	if err != nil {
		return err
	}
	if small := filepath.Join(dir, smallCaseFile); dir != "" {
		if _, err := os.Stat(small); err == nil {
			file = small
		}
	}
	text, err := os.ReadFile(file)
	if err != nil {
		return inFile(file, err)
	}
	return os.WriteFile(b.caseFile(), text, 0o666)
}

func (b *bisection) caseFile() string { return filepath.Join(b.dir, "bisected.json") }

// search finds the first commit after an old one, up to a new one, in whose state the new one is.
func (b *bisection) search(ctx context.Context, old, new, state string) (found, error) {
	other := map[string]string{good: bad, bad: good}[state]
	for _, end := range []struct{ hash, state string }{{old, other}, {new, state}} {
		t, err := b.test(ctx, end.hash)
		if err != nil {
			return found{}, err
		}
		if t.State != end.state {
			return found{}, fmt.Errorf("--%s %s: the case is %s there (%s)", end.state, map[string]string{good: b.flags.good, bad: b.flags.bad}[end.state], t.State, t.Summary)
		}
	}
	olds := []string{old}
	left := map[string]bool{} // out
	for {
		list, err := b.repo.between(ctx, olds, new)
		if err != nil {
			return found{}, err
		}
		next := slices.IndexFunc(list, func(hash string) bool { return hash != new && !left[hash] })
		if next < 0 {
			return b.found(state, new, list), nil
		}
		fmt.Fprintf(b.stderr, "%s left\n", count.Of(len(list)-1, "revision"))
		t, err := b.test(ctx, list[next])
		switch {
		case err != nil:
			return found{}, err
		case t.State == state:
			new = t.Commit
		case t.State == other:
			olds = append(olds, t.Commit)
		default:
			left[t.Commit] = true
		}
	}
}

// found is the end of a search: the commit, or the commits of which it is one.
func (b *bisection) found(state, hash string, list []string) found {
	f := found{First: state, Tested: b.tests}
	for _, t := range b.tests {
		if t.Commit == hash {
			f.Commit = &t
		}
	}
	if len(list) > 1 {
		f.Candidates = list
	}
	return f
}

// test builds the program of a revision, and has it replay the case. The error says that there was no answer because of us.
func (b *bisection) test(ctx context.Context, hash string) (tested, error) {
	t := tested{Commit: hash, Subject: b.repo.subject(ctx, hash), State: skipped}
	program := filepath.Join(b.dir, "program")
	if err := b.repo.build(ctx, hash, b.flags.pkg, program); err != nil {
		t.Summary = "it can't be built: " + firstLine(err.Error())
	} else {
		t.State, t.Summary = b.replay(ctx, program)
	}
	if ctx.Err() != nil {
		return t, fmt.Errorf("%w; nothing is left behind", errInterrupted)
	}
	b.tests = append(b.tests, t)
	fmt.Fprintf(b.stderr, "%.12s  %-7s  %s  (%s)\n", t.Commit, t.State, printable(t.Subject), printable(t.Summary))
	return t, nil
}

// replay asks a program for the verdict on the case.
func (b *bisection) replay(ctx context.Context, program string) (state, summary string) {
	cmd := exec.CommandContext(ctx, program, "replay", b.caseFile(), "--format", "json", "--out", filepath.Join(b.dir, "store"))
	var said strings.Builder
	cmd.Dir, cmd.Stderr = filepath.Join(b.repo.tree, b.repo.sub), &said
	out, err := cmd.Output()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		return skipped, err.Error()
	}
	var r trial.Results
	json.Unmarshal(out, &r) // without results, the code says all
	switch code := cmd.ProcessState.ExitCode(); {
	case code == exitValid && r.Outcome == check.Valid && r.Digest != "":
		return good, r.Summary
	case code == exitViolation && r.Outcome == check.Violation:
		return bad, r.Summary
	case code == exitUnknown && r.Summary != "":
		return skipped, "the verdict is unknown: " + r.Summary
	default:
		return skipped, fmt.Sprintf("it can't run the case: exit code %d, %s", code, firstLine(said.String()))
	}
}

// firstLine is the first line of a text that says something: the go command begins with a package's name.
func firstLine(text string) string {
	for line := range strings.Lines(text) {
		if line = strings.TrimSpace(line); line != "" && !strings.HasPrefix(line, "go build: #") && !strings.HasPrefix(line, "#") {
			return line
		}
	}
	return strings.TrimSpace(text)
}

// print prints what a search found.
func (b *bisection) print(ctx context.Context, f *found) error {
	if f.Candidates == nil {
		f.Author = b.repo.author(ctx, f.Commit.Commit)
	} else {
		b.code = exitUnknown
	}
	if b.flags.format == "json" {
		return encodeJSON(b.stdout, f)
	}
	what := "the commit that broke the case"
	if f.First == good {
		what = "the commit that mended the case"
	}
	if f.Candidates != nil {
		fmt.Fprintf(b.stdout, "%s is one of these, of which some could not be tested:\n", what)
		for _, hash := range f.Candidates {
			fmt.Fprintf(b.stdout, "  %s  %s\n", hash, printable(b.repo.subject(ctx, hash)))
		}
		return nil
	}
	fmt.Fprintf(b.stdout, "%s is %s\n  %s\n  %s\n  %s there: %s\n", what, f.Commit.Commit, printable(f.Commit.Subject), printable(f.Author), f.First, printable(f.Commit.Summary))
	return nil
}
