package store

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"simrun/check"
	"simrun/sim"
	"simrun/trial"
)

// ExpectedFile is the file in the folder of a kept case that says which verdict it has.
const ExpectedFile = "expected.json"

// Corpus is a folder of cases that are kept with the sources of a system, to be run again at each change of it. Each is a folder:
//
//	<corpus>/<model>-<workload>-seed<N>/case.json  expected.json
//
// A case without an expected verdict was kept by a failing test of Go, and is expected to be valid once that is mended.
type Corpus string

// Kept is a case of a corpus.
type Kept struct {
	Name     string // of its folder
	File     string // of the case
	Text     []byte // of the case
	Expected trial.Expected
}

// All returns the cases in order of their names. The error says what can't be read.
func (c Corpus) All() ([]Kept, error) {
	entries, err := os.ReadDir(string(c))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	} else if err != nil {
		return nil, err
	}
	var list []Kept
	for _, e := range entries {
		k := Kept{Name: e.Name(), File: filepath.Join(string(c), e.Name(), CaseFile), Expected: trial.Expected{Outcome: check.Valid}}
		if k.Text, err = os.ReadFile(k.File); errors.Is(err, fs.ErrNotExist) || !e.IsDir() {
			continue
		} else if err != nil {
			return nil, err
		}
		file := filepath.Join(string(c), e.Name(), ExpectedFile)
		text, err := os.ReadFile(file)
		if err == nil {
			err = json.Unmarshal(text, &k.Expected)
		}
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return nil, fmt.Errorf("%s: %w", file, err)
		}
		list = append(list, k)
	}
	return list, nil
}

// Add keeps a case with its verdict. If the very case is kept already, nothing changes, and added is false.
func (c Corpus) Add(of *sim.Case, e trial.Expected) (name string, added bool, err error) {
	text, err := sim.FormatCase(*of)
	if err != nil {
		return "", false, err
	}
	all, err := c.All()
	if err != nil {
		return "", false, err
	}
	for _, k := range all {
		if bytes.Equal(k.Text, text) {
			return k.Name, false, nil
		}
	}
	first := fmt.Sprintf("%s-%s-seed%d", of.Model, of.Workload.Name, of.Seed)
	name = first
	for n := 2; ; n++ {
		if _, err := os.Lstat(filepath.Join(string(c), name)); errors.Is(err, fs.ErrNotExist) {
			break
		}
		name = fmt.Sprintf("%s-%d", first, n)
	}
	dir := filepath.Join(string(c), name)
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return "", false, err
	}
	if err := c.Expect(name, e); err != nil { // first: a case that has no verdict is expected to be valid
		return "", false, err
	}
	return name, true, WriteFile(filepath.Join(dir, CaseFile), func(w io.Writer) error { _, err := w.Write(text); return err })
}

// Expect writes down which verdict a case has from now on.
func (c Corpus) Expect(name string, e trial.Expected) error {
	text, err := json.MarshalIndent(&e, "", "  ")
	if err != nil {
		return err
	}
	return WriteFile(filepath.Join(string(c), name, ExpectedFile), func(w io.Writer) error { _, err := w.Write(append(text, '\n')); return err })
}
