package cli

import (
	"context"
	"crypto/rand"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"runtime/debug"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"simrun/models"
	"simrun/sim"
	"simrun/trial"
	"simrun/visual"
	"simrun/visual/store"
)

// prepare turns flags into a setup, and tries it on one seed, so that whatever
// is wrong with it is said before anything runs.
func prepare(cf *caseFlags, kf *checkFlags) (*trial.Setup, error) {
	s := &trial.Setup{Nemesis: cf.nemesis, Beyond: cf.beyond}
	var err error
	if s.Base, s.Model, err = cf.parse(); err != nil {
		return nil, err
	}
	if s.Spec, s.Options, err = kf.parse(); err != nil {
		return nil, err
	}
	if cf.plan != "" {
		text, err := os.ReadFile(cf.plan)
		if err != nil {
			return nil, fmt.Errorf("--plan %w", inFile(cf.plan, err))
		}
		if s.Plan, err = s.Model.Profile.ParsePlan(cf.plan, string(text)); err != nil {
			return nil, err
		}
		s.Planned = true
	}
	for word := range splitComma(cf.nemesis) {
		if err := oneOf("nemesis", word, nemesisNames()); err != nil {
			return nil, err
		}
	}
	return s, s.Check()
}

// useScenario takes the plan that leads to the bug, unless the user asked for faults in particular.
func useScenario(cmd *cobra.Command, s *trial.Setup) error {
	if cmd.Flags().Changed("nemesis") || s.Planned {
		return nil
	}
	_, err := s.UseScenario()
	return err
}

// save stores a run, and returns the path of its folder.
func (a *app) save(ctx context.Context, out string, t *trial.Run) (string, error) {
	group := t.Case.Model + "-" + t.Case.Workload.Name
	name := fmt.Sprintf("%s-seed%d", time.Now().UTC().Format("20060102T150405.000Z"), t.Case.Seed)
	run, err := store.NewRun(t)
	if err != nil {
		return "", err
	}
	if run.Page, err = a.report(run, path.Join(filepath.ToSlash(out), group, name)); err != nil {
		return "", err
	}
	return a.store(ctx, out, group, name, run)
}

// report is the page of a run in a folder.
func (a *app) report(r *store.Run, folder string) (visual.Page, error) {
	again := visual.Command{Label: "replay", Line: a.program + " replay " + quote(folder)}
	if r.Case == nil {
		question := "--spec"
		if r.Results.Isolation != nil {
			question = "--isolation"
		}
		words := append([]string{a.program, "check", r.Results.File, question, r.Results.Spec}, r.Results.With...)
		for i := range words {
			words[i] = quote(words[i])
		}
		again = visual.Command{Label: "check", Line: strings.Join(words, " ")}
	}
	return r.Report(again)
}

func (a *app) store(ctx context.Context, out, group, name string, r *store.Run) (string, error) {
	a.storing.Lock()
	defer a.storing.Unlock()
	dir, err := store.Store(out).Save(ctx, group, name, r)
	var stored *store.NotLatest
	if errors.As(err, &stored) { // the run is there, which is what counts
		fmt.Fprintf(a.stderr, "simrun: %s\n", printable(err.Error()))
		err = nil
	}
	return dir, err
}

// verified runs a case twice and says that it was equal.
func (a *app) verified(m models.Model, c sim.Case) error {
	if err := trial.Verify(m, c); err != nil {
		return err
	}
	fmt.Fprintln(a.stderr, "run twice, and equal")
	return nil
}

// collectLess trades memory for time where many small runs follow each other:
// each leaves a few megabytes behind, and nothing of them is needed any more. Large ones are
// collected as usual.
func collectLess() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(1000)
	}
	if os.Getenv("GOMEMLIMIT") == "" {
		debug.SetMemoryLimit(2 << 30)
	}
}

// freshSeed is a seed that nobody chose, short enough to tell it to someone.
func freshSeed() sim.Seed {
	var b [4]byte
	rand.Read(b[:]) // never fails
	return sim.Seed(binary.LittleEndian.Uint32(b[:])%999_999_999) + 1
}
