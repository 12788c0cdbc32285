package cli

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/binary"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"runtime/debug"
	"time"

	"simrun/check"
	"simrun/history"
	"simrun/models"
	"simrun/sim"
	"simrun/sim/fault"
	"simrun/trial"
	"simrun/visual/store"
)

// setup is all that run and sweep know before there is a seed.
type setup struct {
	model   models.Model
	base    sim.Case
	nemesis string
	beyond  bool
	plan    []fault.Fault // from --plan; then there is no nemesis
	planned bool
	spec    check.Spec // nil: the workload's own
	opts    check.Options
}

// prepare turns flags into a setup, and tries it on one seed, so that whatever
// is wrong with it is said before anything runs.
func prepare(cf *caseFlags, kf *checkFlags) (*setup, error) {
	s := &setup{nemesis: cf.nemesis}
	var err error
	if s.base, s.model, err = cf.parse(); err != nil {
		return nil, err
	}
	if s.spec, s.opts, err = kf.parse(); err != nil {
		return nil, err
	}
	if cf.plan != "" {
		text, err := os.ReadFile(cf.plan)
		if err != nil {
			return nil, fmt.Errorf("--plan %w", inFile(cf.plan, err))
		}
		if s.plan, err = s.model.Profile.ParsePlan(cf.plan, string(text)); err != nil {
			return nil, err
		}
		s.planned = true
	}
	for word := range splitComma(cf.nemesis) {
		if err := oneOf("nemesis", word, nemesisNames()); err != nil {
			return nil, err
		}
	}
	s.beyond = cf.beyond
	system := s.model.System()
	if _, err = system.Complete(s.base); err != nil {
		return nil, err
	}
	_, err = s.caseOf(1)
	return s, err
}

// caseOf is the case of one seed: the nemesis draws its faults.
func (s *setup) caseOf(seed sim.Seed) (sim.Case, error) {
	c := s.base
	c.Seed, c.Faults = seed, s.plan
	if s.planned {
		system := s.model.System()
		return system.Complete(c)
	}
	return trial.Draw(s.model, c, s.nemesis, s.beyond)
}

// judged is a run with what was decided of it.
type judged struct {
	model     models.Model
	result    *sim.Result
	judgement trial.Judgement
	text      []byte   // case.json
	beyond    []string // faults that go beyond what the model claims to survive
}

// simulate runs a case and judges it.
func simulate(m models.Model, c sim.Case, traced bool, spec check.Spec, opts check.Options) (*judged, error) {
	runCase := sim.Run
	if traced {
		runCase = sim.RunTraced
	}
	r, err := runCase(m.System(), c)
	if err != nil {
		return nil, err
	}
	j := &judged{model: m, result: r}
	if j.judgement, err = trial.Judge(m, r, spec, opts); err != nil {
		return nil, err
	}
	if j.text, err = sim.FormatCase(r.Case); err != nil {
		return nil, err
	}
	for _, b := range m.Profile.Claims.Breaches(r.Case.Faults, r.Case.Nodes) {
		j.beyond = append(j.beyond, fmt.Sprintf("%v: %s", b.Fault, b.Why))
	}
	return j, nil
}

// verify runs a case twice, and returns an error that names the first event that differs.
func verify(s sim.System, c sim.Case) error {
	d, err := sim.Verify(s, c)
	if err != nil {
		return err
	}
	if d != nil {
		return internalError{fmt.Errorf("seed %d: %v", c.Seed, d)}
	}
	return nil
}

// results are what results.json says of the run.
func (j *judged) results() store.Results {
	r := j.result
	res := store.Results{
		Valid: store.Validity(j.judgement.Outcome), Summary: j.judgement.Summary, Seed: &r.Case.Seed, Model: r.Case.Model, Workload: r.Case.Workload.Name,
		Digest: r.Digest.String(), Checks: store.ChecksOf(j.judgement), Beyond: j.beyond, Sometimes: r.Sometimes, Ops: countOps(r.History),
		Events: r.Events, Simulated: r.End, Case: bytes.TrimSpace(j.text), Version: version,
	}
	for _, c := range j.judgement.Checks {
		if c.Verdict != nil {
			res.Spec = c.Verdict.Spec
		}
	}
	return res
}

// save stores the run, and returns the path of its folder.
func (a *app) save(ctx context.Context, out string, j *judged) (string, error) {
	r := j.result
	group := r.Case.Model + "-" + r.Case.Workload.Name
	name := fmt.Sprintf("%s-seed%d", time.Now().UTC().Format("20060102T150405.000Z"), r.Case.Seed)
	run := &store.Run{Case: j.text, Results: j.results(), History: r.History, Trace: r.Trace}
	var err error
	if run.Page, err = pageOf(run, path.Join(filepath.ToSlash(out), group, name)); err != nil {
		return "", err
	}
	return a.store(ctx, out, group, name, run)
}

func (a *app) store(ctx context.Context, out, group, name string, r *store.Run) (string, error) {
	a.storing.Lock()
	defer a.storing.Unlock()
	return store.Store(out).Save(ctx, group, name, r)
}

// countOps counts the operations of a history by outcome.
func countOps(events []history.Event) (n store.Ops) {
	for _, e := range events {
		if e.Process == history.Nemesis {
			continue
		}
		switch e.Type {
		case history.Invoke:
			n.Info++ // until it completes
		case history.OK:
			n.OK++
			n.Info--
		case history.Fail:
			n.Fail++
			n.Info--
		}
	}
	return n
}

// collectLess trades memory for time where many small runs follow each other:
// each leaves a few megabytes behind, and nothing of them is needed any more.
func collectLess() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(1000)
	}
}

// freshSeed is a seed that nobody chose, short enough to tell it to someone.
func freshSeed() sim.Seed {
	var b [4]byte
	rand.Read(b[:]) // never fails
	return sim.Seed(binary.LittleEndian.Uint32(b[:])%999_999_999) + 1
}
