package cli

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"simrun/sim"
	"simrun/trial"
	"simrun/visual/store"
)

// keptSweep is the file in the store that a sweep goes on from. It holds all that says which sweep it is.
type keptSweep struct {
	Version string            `json:"version"` // of simrun
	Program string            `json:"program"` // hash of the program that runs it: the models are code
	Flags   map[string]string `json:"flags"`   // that decide what seeds show
	Case    json.RawMessage   `json:"case"`    // of every seed, with the plan
	State   trial.SweepState  `json:"state"`
	Failed  []sweepFailure    `json:"failures"`
	Causes  []sweepCause      `json:"causes"`
}

// keepEvery is how often a sweep writes down how far it is.
const keepEvery = 5 * time.Second

// freeFlags may differ when a sweep goes on: they do not decide what a seed shows.
var freeFlags = []string{"workers", "max-failures", "max-causes", "shrink", "resume", "out", "format", "no-color", "help", answerFlag}

// keeper writes down how far a sweep is, and finds that again.
type keeper struct {
	file string
	kept keptSweep
	last time.Time // that it was written
}

// newKeeper says which sweep it is.
func newKeeper(cmd *cobra.Command, w *sweeping) (*keeper, error) {
	c := w.sweep.Base
	c.Faults = w.sweep.Plan
	text, err := sim.FormatCase(c)
	if err != nil {
		return nil, err
	}
	k := &keeper{last: time.Now(), kept: keptSweep{Version: trial.Version, Flags: map[string]string{}}}
	if k.kept.Case, err = compacted(text); err != nil {
		return nil, err
	}
	cmd.Flags().VisitAll(func(f *pflag.Flag) {
		if !slices.Contains(freeFlags, f.Name) {
			k.kept.Flags[f.Name] = f.Value.String()
		}
	})
	name := "sweep.json"
	if w.sweep.Shards > 1 {
		name = fmt.Sprintf("sweep-%d-of-%d.json", w.sweep.Shard, w.sweep.Shards)
	}
	k.file = filepath.Join(store.Store(w.out.out).Group(c.Model+"-"+c.Workload.Name), name)
	return k, nil
}

// ownHash is the hash of this program.
func ownHash() (string, error) {
	path, err := os.Executable()
	if err != nil {
		return "", err
	}
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer f.Close()
	h := sha256.New()
	_, err = io.Copy(h, f)
	return hex.EncodeToString(h.Sum(nil)), err
}

// compacted is JSON without white space.
func compacted(text []byte) (json.RawMessage, error) {
	var v json.RawMessage
	if err := json.Unmarshal(text, &v); err != nil {
		return nil, err
	}
	return json.Marshal(v)
}

// resume takes up where an earlier sweep was. It refuses one that this is not.
func (k *keeper) resume(w *sweeping) error {
	text, err := os.ReadFile(k.file)
	if errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("--resume: %s does not exist: there is no interrupted sweep to go on with; leave --resume out to begin one", k.file)
	} else if err != nil {
		return fmt.Errorf("--resume: %w", err)
	}
	var old keptSweep
	if err := json.Unmarshal(text, &old); err != nil || old.State.Tally == nil {
		return fmt.Errorf("--resume: %s is damaged (%v); leave --resume out to begin again", k.file, err)
	}
	if k.kept.Program, err = ownHash(); err != nil {
		return err
	}
	if why := k.differs(&old); why != "" {
		return fmt.Errorf("--resume: %s is of another sweep: %s; leave --resume out to begin a new one", k.file, why)
	}
	w.sweep.From, w.failed, w.known = &old.State, old.Failed, old.Causes
	for i := range w.failed {
		if r, err := store.LoadResults(w.failed[i].Folder); w.failed[i].Folder != "" && err == nil {
			w.failed[i].results = &r
		}
	}
	return nil
}

// differs says in what a sweep differs from this one; "" if in nothing.
func (k *keeper) differs(old *keptSweep) string {
	if old.Version != k.kept.Version {
		return fmt.Sprintf("simrun %s began it, and this is %s", old.Version, k.kept.Version)
	}
	for _, name := range slices.Sorted(maps.Keys(k.kept.Flags)) {
		if was, is := old.Flags[name], k.kept.Flags[name]; was != is {
			return fmt.Sprintf("it has --%s %q, and this one %q", name, was, is)
		}
	}
	was, err := compacted(old.Case)
	if err != nil || string(was) != string(k.kept.Case) {
		return "its case is another one: a plan, a program or a default of the model was changed"
	}
	if old.Program != k.kept.Program {
		return "another build of this program began it, whose models may be others"
	}
	return ""
}

// keep writes down how far the sweep is; now and then, unless it is asked to do it now.
func (k *keeper) keep(w *sweeping, now bool) error {
	if !now && time.Since(k.last) < keepEvery {
		return nil
	}
	var err error
	if k.kept.Program == "" {
		if k.kept.Program, err = ownHash(); err != nil {
			return err
		}
	}
	k.kept.State, k.kept.Failed, k.kept.Causes = w.sweep.State(), w.failed, w.causes
	text, err := json.Marshal(&k.kept)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(k.file), 0o777); err != nil {
		return err
	}
	err = store.WriteFile(k.file, func(f io.Writer) error { _, err := f.Write(append(text, '\n')); return err })
	k.last = time.Now()
	return err
}

// forget removes what was written down, since the sweep is over.
func (k *keeper) forget() error {
	if err := os.Remove(k.file); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}
