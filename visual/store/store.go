// Package store keeps runs in folders, each written whole or not at all:
//
//	store/<model>-<workload>/<time>-seed<N>/   store/latest ─▶ the newest
//	  case.json  results.json  history.jsonl  trace.jsonl.zst  index.html
//
// It is the one place below the command line that reads and writes files.
package store

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"simrun/history"
	"simrun/internal/brief"
	"simrun/sim"
	"simrun/trial"
	"simrun/visual"
)

// The files of a run.
const (
	CaseFile    = "case.json"
	ResultsFile = "results.json"
	HistoryFile = "history.jsonl"
	TraceFile   = "trace.jsonl.zst"
	ReportFile  = "index.html"
)

// Latest is the name, in the store, of the link to the newest run.
const Latest = "latest"

// partial begins the name of a folder or file that is being written.
const partial = ".partial-simrun-"

// lockName is the file in the store that whoever writes a run shares, and that is locked by
// whoever sweeps up what is left of runs: processes of several containers may use a store.
const lockName = ".lock"

// Run is what a folder holds.
type Run struct {
	Case    []byte // case.json; nil if the history was recorded elsewhere
	Results trial.Results
	History []history.Event
	Trace   *sim.Trace  // nil if there is none
	Page    visual.Page // the report; its Case, History and Trace are taken from the run
}

// Store is the folder of all runs. It is created when the first run is saved.
type Store string

// Writable returns an error if the store can't be written, or can't be created. It leaves
// nothing behind.
func (s Store) Writable() error {
	dir := string(s)
	for {
		probe, err := os.MkdirTemp(dir, partial+"*")
		if err == nil {
			if err = os.Remove(probe); errors.Is(err, os.ErrNotExist) {
				err = nil // swept up by another process
			}
			return err
		}
		parent := filepath.Dir(dir)
		if !errors.Is(err, os.ErrNotExist) || parent == dir {
			return fmt.Errorf("the store %s can't be written: %w", s, cause(err))
		}
		dir = parent // the store will be created there
	}
}

// cause is an error without the name of the probe that met it.
func cause(err error) error {
	var at *os.PathError
	if errors.As(err, &at) {
		return at.Err
	}
	return err
}

// NotLatest is returned by Save if the run is stored, but could not be made the latest.
type NotLatest struct {
	Dir string // of the run
	Err error
}

func (e *NotLatest) Error() string {
	return fmt.Sprintf("the run is stored in %s, but can't be made the latest: %v", e.Dir, e.Err)
}

// maxName bounds the bytes of the name of a folder: file systems take 255, and a number may follow.
const maxName = 200

// Group is the folder of a group of runs, like "raft-kv".
func (s Store) Group(name string) string {
	return filepath.Join(string(s), brief.Middle(name, maxName))
}

// Save writes a run into the folder group/name, and makes it the latest. If there is such a folder already,
// name gets a number; if name is longer than a file system takes, its middle is left out. It
// returns the path of the folder, whose files are durable then. If it fails, or ctx is
// done before it ends, nothing is left behind; but if the error is a [*NotLatest], the run is stored.
func (s Store) Save(ctx context.Context, group, name string, r *Run) (dir string, err error) {
	parent := s.Group(group)
	if err := disk.MkdirAll(parent); err != nil {
		return "", fmt.Errorf("the store can't be created: %w", err)
	}
	release := s.enter()
	defer release()
	temp, err := disk.MkdirTemp(string(s), partial+"*")
	if err != nil {
		return "", fmt.Errorf("the store can't be written: %w", err)
	}
	defer os.RemoveAll(temp) // nothing is there any more if it was renamed
	if err := r.write(ctx, temp); err != nil {
		return "", fmt.Errorf("the run was not stored: %w", err)
	}
	if err := errors.Join(disk.Chmod(temp, 0o755), disk.SyncDir(temp)); err != nil {
		return "", fmt.Errorf("the run was not stored: %w", err)
	}
	if dir, err = place(ctx, temp, filepath.Join(parent, brief.Middle(name, maxName))); err != nil {
		return "", fmt.Errorf("the run was not stored: %w", err)
	}
	if err := disk.SyncDir(parent); err != nil {
		os.RemoveAll(dir)
		return "", fmt.Errorf("the run was not stored: %w", err)
	}
	if err := s.link(dir); err != nil {
		return dir, &NotLatest{dir, err}
	}
	return dir, nil
}

// place moves a folder to its name, or the first with a number that is free.
func place(ctx context.Context, temp, name string) (string, error) {
	dir := name
	for n := 2; ; n++ {
		if err := ctx.Err(); err != nil {
			return "", err
		}
		_, err := os.Lstat(dir)
		switch {
		case errors.Is(err, os.ErrNotExist):
			if err = disk.Rename(temp, dir); err == nil {
				return dir, nil
			}
			if _, there := os.Lstat(dir); there != nil {
				return "", err
			}
		case err != nil:
			return "", err
		}
		dir = fmt.Sprintf("%s-%d", name, n)
	}
}

// write writes the files of a run into a folder.
func (r *Run) write(ctx context.Context, dir string) error {
	page := r.Page
	page.Case, page.History, page.Trace = r.Case, r.History, r.Trace
	for _, f := range []struct {
		name   string
		wanted bool
		write  func(io.Writer) error
	}{
		{CaseFile, r.Case != nil, func(w io.Writer) error { _, err := w.Write(r.Case); return err }},
		{ResultsFile, true, r.Results.Write},
		{HistoryFile, true, func(w io.Writer) error { return history.Write(w, history.JSONL, r.History) }},
		{TraceFile, r.Trace != nil, func(w io.Writer) error { return writeTrace(w, r.Trace) }},
		{ReportFile, true, func(w io.Writer) error { return visual.Write(w, page) }},
	} {
		if err := ctx.Err(); err != nil {
			return err
		}
		if f.wanted {
			if err := writeFile(filepath.Join(dir, f.name), f.write); err != nil {
				return err
			}
		}
	}
	return nil
}

func writeFile(path string, write func(io.Writer) error) error {
	f, err := disk.Create(path)
	if err != nil {
		return err
	}
	return fill(f, write)
}

// link makes dir the latest run, in one step. What a user called latest it leaves alone.
func (s Store) link(dir string) error {
	latest := filepath.Join(string(s), Latest)
	if info, err := os.Lstat(latest); err == nil {
		if target, err := os.Readlink(latest); info.Mode()&os.ModeSymlink == 0 || err != nil || !filepath.IsLocal(target) {
			return fmt.Errorf("%s is not a link to a run; move it away", latest)
		}
	}
	target, err := filepath.Rel(string(s), dir)
	if err != nil {
		return err
	}
	folder, err := disk.MkdirTemp(string(s), partial+"*") // a link in it has a name of its own
	if err != nil {
		return err
	}
	defer os.RemoveAll(folder)
	temp := filepath.Join(folder, Latest)
	if err := disk.Symlink(target, temp); err != nil {
		return err
	}
	if err := disk.Rename(temp, latest); err != nil {
		return err
	}
	return disk.SyncDir(string(s))
}

// enter is called before a run is written. If no process writes one, it removes what
// processes that were killed left half written; what it can't remove it leaves for the next
// time. Nobody does that until release is called, or this process ends.
func (s Store) enter() (release func()) {
	f, err := os.OpenFile(filepath.Join(string(s), lockName), os.O_RDWR|os.O_CREATE, 0o666)
	if err != nil {
		return func() {}
	}
	if lockFile(f) {
		s.sweepUp()
	}
	share(f) // in place of the lock for this process alone
	return func() { f.Close() }
}

// sweepUp removes what is half written: folders in the store, and files in those of runs.
func (s Store) sweepUp() {
	list, err := os.ReadDir(string(s))
	if err != nil {
		return
	}
	for _, e := range list {
		switch path := filepath.Join(string(s), e.Name()); {
		case strings.HasPrefix(e.Name(), partial):
			os.RemoveAll(path)
		case e.IsDir():
			sweepRuns(path)
		}
	}
}

// sweptRuns are the groups of runs in which this process looked for half written files: once is enough.
var sweptRuns sync.Map

// sweepRuns removes half written files in the folders of a group of runs.
func sweepRuns(group string) {
	if _, done := sweptRuns.LoadOrStore(group, true); done {
		return
	}
	runs, err := os.ReadDir(group)
	if err != nil {
		return
	}
	for _, run := range runs {
		if run.IsDir() {
			sweepFiles(filepath.Join(group, run.Name()))
		}
	}
}

// Load reads a run from its folder. A trace and a case may be missing; anything that
// is there must be whole.
func Load(dir string) (*Run, error) {
	r, err := LoadUntraced(dir)
	if err != nil {
		return nil, err
	}
	err = readFile(filepath.Join(dir, TraceFile), func(f io.Reader, name string) error {
		r.Trace, err = readTrace(f, name)
		return err
	})
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, err
	}
	return r, nil
}

// LoadUntraced is [Load] but for the trace, which is not read.
func LoadUntraced(dir string) (*Run, error) {
	r := &Run{}
	var err error
	if r.Case, err = os.ReadFile(filepath.Join(dir, CaseFile)); err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, err
	}
	if r.Results, err = LoadResults(dir); err != nil {
		return nil, err
	}
	if err := readFile(filepath.Join(dir, HistoryFile), func(f io.Reader, name string) error {
		read, err := history.ReadWith(f, name, history.Options{Format: history.JSONL})
		if err != nil {
			return err
		}
		if len(read.Notes) > 0 { // simrun wrote the file, so there is nothing to put up with
			return fmt.Errorf("%s: %s: the file is damaged", name, strings.Join(read.Notes, "; "))
		}
		r.History = read.Events
		return nil
	}); err != nil {
		return nil, err
	}
	return r, nil
}

// LoadResults reads results.json of a run's folder.
func LoadResults(dir string) (trial.Results, error) {
	path := filepath.Join(dir, ResultsFile)
	text, err := os.ReadFile(path)
	if err != nil {
		return trial.Results{}, err
	}
	return trial.ParseResults(path, bytes.TrimSpace(text))
}

func readFile(path string, read func(f io.Reader, name string) error) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	return read(f, path)
}
