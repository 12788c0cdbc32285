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
	"strconv"
	"strings"
	"syscall"

	"simrun/history"
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

// partial begins the name of a folder that is being written.
const partial = ".partial-"

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
		probe, err := os.MkdirTemp(dir, partial+strconv.Itoa(os.Getpid())+"-")
		if err == nil {
			return os.Remove(probe)
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

// Save writes a run into the folder group/name, and makes it the latest. If there is such a folder already,
// name gets a number. It returns the path of the folder. If it fails, or ctx is
// done before it ends, nothing is left behind.
func (s Store) Save(ctx context.Context, group, name string, r *Run) (dir string, err error) {
	parent := filepath.Join(string(s), group)
	if err := os.MkdirAll(parent, 0o777); err != nil {
		return "", fmt.Errorf("the store can't be created: %w", err)
	}
	s.sweepUp()
	temp, err := os.MkdirTemp(string(s), partial+strconv.Itoa(os.Getpid())+"-")
	if err != nil {
		return "", fmt.Errorf("the store can't be written: %w", err)
	}
	defer os.RemoveAll(temp) // nothing is there any more if it was renamed
	if err := r.write(ctx, temp); err != nil {
		return "", fmt.Errorf("the run was not stored: %w", err)
	}
	if err := os.Chmod(temp, 0o755); err != nil {
		return "", fmt.Errorf("the run was not stored: %w", err)
	}
	dir = filepath.Join(parent, name)
	for n := 2; ; n++ {
		if err := ctx.Err(); err != nil {
			return "", fmt.Errorf("the run was not stored: %w", err)
		}
		if _, err := os.Lstat(dir); errors.Is(err, os.ErrNotExist) {
			err := os.Rename(temp, dir)
			if err == nil {
				return dir, s.link(dir)
			}
			if _, exists := os.Lstat(dir); exists != nil {
				return "", fmt.Errorf("the run was not stored: %w", err)
			}
		}
		dir = filepath.Join(parent, fmt.Sprintf("%s-%d", name, n))
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
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	return errors.Join(write(f), f.Close())
}

// WriteFile writes a file whole or not at all.
func WriteFile(path string, write func(io.Writer) error) error {
	temp, err := os.CreateTemp(filepath.Dir(path), partial+strconv.Itoa(os.Getpid())+"-")
	if err != nil {
		return err
	}
	defer os.Remove(temp.Name()) // nothing is there any more if it was renamed
	if err := errors.Join(write(temp), temp.Chmod(0o644), temp.Close()); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	return os.Rename(temp.Name(), path)
}

// link makes dir the latest run, in one step.
func (s Store) link(dir string) error {
	target, err := filepath.Rel(string(s), dir)
	if err != nil {
		return err
	}
	temp := filepath.Join(string(s), partial+strconv.Itoa(os.Getpid())+"-"+Latest)
	os.Remove(temp) // left by a process of the same number
	if err := os.Symlink(target, temp); err != nil {
		return fmt.Errorf("the run is stored in %s, but can't be made the latest: %w", dir, err)
	}
	if err := os.Rename(temp, filepath.Join(string(s), Latest)); err != nil {
		os.Remove(temp)
		return fmt.Errorf("the run is stored in %s, but can't be made the latest: %w", dir, err)
	}
	return nil
}

// sweepUp removes what processes that were killed left half written. What it can't
// remove it leaves for the next time.
func (s Store) sweepUp() {
	left, err := filepath.Glob(filepath.Join(string(s), partial+"*"))
	if err != nil {
		return
	}
	for _, path := range left {
		digits, _, _ := strings.Cut(strings.TrimPrefix(filepath.Base(path), partial), "-")
		if pid, err := strconv.Atoi(digits); err == nil && !alive(pid) {
			os.RemoveAll(path)
		}
	}
}

// alive reports whether a process with this number may be running.
func alive(pid int) bool {
	p, err := os.FindProcess(pid)
	if err != nil {
		return false
	}
	defer p.Release()
	err = p.Signal(syscall.Signal(0))
	return !errors.Is(err, os.ErrProcessDone) && !errors.Is(err, syscall.ESRCH)
}

// Load reads a run from its folder. A trace and a case may be missing; anything that
// is there must be whole.
func Load(dir string) (*Run, error) {
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
	err = readFile(filepath.Join(dir, TraceFile), func(f io.Reader, name string) error {
		r.Trace, err = readTrace(f, name)
		return err
	})
	if err != nil && !errors.Is(err, os.ErrNotExist) {
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
