package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"simrun/check"
	"simrun/internal/count"
	"simrun/models"
	"simrun/sim"
	"simrun/trial"
	"simrun/visual/store"
)

func newReplay(a *app) *cobra.Command {
	var kf checkFlags
	var of outFlags
	var twice bool
	var pf programFlags
	cmd := &cobra.Command{
		Use:   "replay [PATH]",
		Short: "run a stored case again and verify its digest",
		Long: `replay runs a stored case again. PATH is the folder of a run, or a case file; left
out, it is the latest run of the store.

The digest of a stored run must be what it was. If not, the model was changed since, or simrun is another
version: replay says what differs first, and what the verdict is now, which is the exit code. So it tells
whether a repair mends a case. A case file outside of a stored run has nothing to compare with, and is
stored as a new run.`,
		Example: `  simrun replay
  simrun replay store/latest
  simrun replay case.json`,
		Args: atMostOne,
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := of.check(); err != nil {
				return err
			}
			path := filepath.Join(of.out, store.Latest)
			if len(args) == 1 {
				path = args[0]
			}
			return a.work(cmd.Context(), func() error { return a.replay(cmd.Context(), path, twice, &pf, &kf, &of) })
		},
	}
	cmd.Flags().SortFlags = false
	pf.addPath(cmd)
	kf.add(cmd, "that of the workload")
	cmd.Flags().BoolVar(&twice, "verify", false, "run twice and compare; a difference is named, and an internal error")
	of.add(cmd)
	return cmd
}

// replay runs the case at a path again.
func (a *app) replay(ctx context.Context, path string, twice bool, pf *programFlags, kf *checkFlags, of *outFlags) error {
	spec, opts, err := kf.parse()
	if err != nil {
		return err
	}
	dir, file, err := locate(path)
	if err != nil {
		return err
	}
	c, m, err := a.readCase(ctx, file, pf)
	if err != nil {
		return err
	}
	if c.Live() {
		if twice {
			return fmt.Errorf("--verify: %s runs natively, in real time, where no two runs are the same", c.Program.Path)
		}
		return a.replayLive(ctx, file, c, m, spec, opts, of)
	}
	var stored *store.Run
	if dir != "" {
		if err := sameCase(dir, file); err != nil {
			return err
		}
		if stored, err = store.LoadUntraced(dir); err != nil {
			return err
		}
	}
	t, err := trial.Simulate(m, c, dir == "", spec, opts)
	if err != nil {
		return fmt.Errorf("%s: %w", file, err)
	}
	if twice {
		if err := a.verified(m, c); err != nil {
			return err
		}
	}
	if stored == nil {
		return a.keep(ctx, t, of, a.program+" replay "+quote(file))
	}
	switch {
	case t.Digest.String() != stored.Results.Digest:
		return a.changed(t, stored, dir, of.format)
	case !sameHistory(t.Result, stored):
		return fmt.Errorf("%s: the run has the stored digest, but %s is not its history: the file was changed", dir, store.HistoryFile)
	}
	fmt.Fprintf(a.stderr, "the same run as stored: digest %v, %s\n", t.Digest, count.Of(len(t.History), "event")+" of history")
	t.Small = stored.Results.Small
	return a.finish(t, dir, of.format, a.program+" replay "+quote(dir))
}

// changed says of a run that is not the one in a folder, though of the same case, what differs first and what the verdict is now. It is an
// internal error only if two runs differ now.
func (a *app) changed(t *trial.Run, stored *store.Run, dir, format string) error {
	if err := trial.Verify(t.Model, t.Case); err != nil {
		return err
	}
	why := "the model was changed since"
	if v := stored.Results.Version; v != trial.Version {
		why = fmt.Sprintf("it was stored by simrun %s, and this is %s", v, trial.Version)
	}
	fmt.Fprintf(a.stderr, "not the run that is stored in %s: %s (digest %v, stored is %s)\n", printable(dir), why, t.Digest, printable(stored.Results.Digest))
	fmt.Fprintln(a.stderr, printable(a.firstDifference(t, dir)))
	fmt.Fprintf(a.stderr, "the stored verdict is %v (%s), and now it is %v\n", stored.Results.Outcome, printable(stored.Results.Summary), t.Outcome)
	return a.finish(t, "", format, a.program+" replay "+quote(dir))
}

// firstDifference compares a run with the trace in a folder.
func (a *app) firstDifference(t *trial.Run, dir string) string {
	stored, err := store.Load(dir)
	if err != nil || stored.Trace == nil {
		return fmt.Sprintf("what differs first is not known: %s can't be read", store.TraceFile)
	}
	now, err := sim.RunTraced(t.Model.System(), t.Case)
	if err != nil {
		return "what differs first is not known: " + err.Error()
	}
	or := func(what string) string {
		if what == "" {
			return "nothing more"
		}
		return what
	}
	if d := sim.Differ(now.Trace.Records, stored.Trace.Records); d != nil {
		return fmt.Sprintf("first difference: now %s; stored %s", or(d.First), or(d.Second))
	}
	return fmt.Sprintf("the traces are alike: what messages hold differs in a way that they do not say, or %s was changed", store.ResultsFile)
}

// replayLive runs a case in real time once more. It is another run, and stored as one.
func (a *app) replayLive(ctx context.Context, file string, c sim.Case, m models.Model, spec check.Spec, opts check.Options, of *outFlags) error {
	t, err := trial.Simulate(m, c, true, spec, opts)
	if err != nil {
		return fmt.Errorf("%s: %w", file, err)
	}
	fmt.Fprintf(a.stderr, "run once more in real time, and compared with nothing: %s\n", notRepeatable)
	return a.keep(ctx, t, of, a.program+" replay "+quote(file))
}

// locate finds what a path means: the folder of a stored run ("" for a case
// outside of one), and its case file.
func locate(path string) (dir, file string, err error) {
	info, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return "", "", fmt.Errorf("%s: there is no such run or case; simrun run makes one", path)
	} else if err != nil {
		return "", "", err
	}
	if real, err := filepath.EvalSymlinks(path); err == nil {
		path = real // store/latest may be another run tomorrow
	}
	if info.IsDir() {
		dir, file = path, filepath.Join(path, store.CaseFile)
		if _, err := os.Stat(file); err != nil {
			return "", "", fmt.Errorf("%s is not the folder of a simulated run: it has no %s", path, store.CaseFile)
		}
	} else if dir, file = filepath.Dir(path), path; filepath.Base(path) != store.CaseFile {
		return "", file, nil
	}
	if _, err := os.Stat(filepath.Join(dir, store.ResultsFile)); err != nil {
		dir = ""
	}
	return dir, file, nil
}

// sameCase refuses a case file that is not the one of the results in its folder.
func sameCase(dir, file string) error {
	text, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	results, err := store.LoadResults(dir)
	if err != nil {
		return err
	}
	var a, b bytes.Buffer
	if json.Compact(&a, text) == nil && json.Compact(&b, results.Case) == nil && bytes.Equal(a.Bytes(), b.Bytes()) {
		return nil
	}
	return fmt.Errorf("%s was changed after it was run: it is not the case in %s, so there is no digest to verify; to run the changed case, copy it to another place first",
		file, store.ResultsFile)
}

func sameHistory(r *sim.Result, stored *store.Run) bool {
	if len(r.History) != len(stored.History) {
		return false
	}
	for i := range r.History {
		if r.History[i] != stored.History[i] {
			return false
		}
	}
	return true
}
