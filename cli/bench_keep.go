package cli

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"os"

	"simrun/trial"
)

// keptRows are the rows of a bench in a file, one on a line, so that a bench which was interrupted goes on.
type keptRows struct {
	file *os.File // nil: none are kept
	with string   // the flags that decide what a row says
	rows map[rowState]benchRow
}

// rowState is all that a row was measured with. The digest and the checks of the first run tell whether the model is still the same.
type rowState struct {
	Version string `json:"version"`
	With    string `json:"with"`
	Model   string `json:"model"`
	Bug     string `json:"bug"`
	Digest  string `json:"digest"`
	Checks  string `json:"checks"`
}

// keptRow is a line of the file.
type keptRow struct {
	rowState
	Row benchRow `json:"row"`
}

// openKept opens the file of --resume, and reads what it has; of "" it keeps nothing.
func (b *benching) openKept(name string) (*keptRows, error) {
	k := &keptRows{rows: map[rowState]benchRow{}, with: flagsOf(b.cmd, "workers", "resume", "markdown", "format", "model", "bug")}
	if name == "" {
		return k, nil
	}
	var err error
	if k.file, err = os.OpenFile(name, os.O_RDWR|os.O_CREATE, 0o666); err != nil {
		return nil, fmt.Errorf("--resume: %w", err)
	}
	if err := k.read(); err != nil {
		k.close()
		return nil, fmt.Errorf("--resume %s: %w", name, err)
	}
	return k, nil
}

// read takes the rows of the file. A last line without an end was being written when the bench ended, and is cut off.
func (k *keptRows) read() error {
	lines, whole := bufio.NewReader(k.file), int64(0)
	for n := 1; ; n++ {
		line, err := lines.ReadBytes('\n')
		if err == io.EOF {
			break
		}
		if err != nil {
			return err
		}
		var r keptRow
		if err := json.Unmarshal(line, &r); err != nil || r.Bug == "" {
			return fmt.Errorf("line %d is not a row of a bench: expected a file that --resume wrote", n)
		}
		k.rows[r.rowState] = r.Row
		whole += int64(len(line))
	}
	if err := k.file.Truncate(whole); err != nil {
		return err
	}
	_, err := k.file.Seek(whole, io.SeekStart)
	return err
}

// stateOf is what a row of this setup is measured with.
func (k *keptRows) stateOf(s *trial.Setup) (rowState, error) {
	if k.file == nil {
		return rowState{}, nil
	}
	run, err := s.Run(1, false)
	if err != nil {
		return rowState{}, err
	}
	return rowState{trial.Version, k.with, s.Model.Name, string(s.Base.Bugs[0]), run.Digest.String(), trial.Names(run.Checks)}, nil
}

// add writes a row.
func (k *keptRows) add(state rowState, row benchRow) error {
	if k.file == nil {
		return nil
	}
	line, err := json.Marshal(keptRow{state, row})
	if err == nil {
		_, err = k.file.Write(append(line, '\n'))
	}
	if err != nil {
		return fmt.Errorf("--resume: %w", err)
	}
	return nil
}

func (k *keptRows) close() {
	if k.file != nil {
		k.file.Close() // each row was written whole
	}
}
