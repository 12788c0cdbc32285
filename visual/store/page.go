package store

import (
	"fmt"

	"simrun/sim"
	"simrun/trial"
	"simrun/visual"
)

// Report is the page of a run, made from what its folder holds. The commands say how to see it again.
func (r *Run) Report(commands ...visual.Command) (visual.Page, error) {
	res := &r.Results
	page := visual.Page{Outcome: res.Outcome, Summary: res.Summary, Checks: res.Checks, Commands: commands, Case: r.Case, History: r.History, Trace: r.Trace, Untimed: res.Untimed, Names: res.Names, Epoch: res.Epoch, Isolation: res.Isolation}
	if r.Case == nil {
		page.Title, page.Facts = res.File, trial.HistoryFacts(res, trial.ExtentOf(r.History))
		return page, nil
	}
	c, err := sim.ParseCase(CaseFile, r.Case)
	if err != nil {
		return page, err
	}
	page.Title = trial.Title(&c) + fmt.Sprintf(" · seed %d", c.Seed)
	page.Facts = trial.RunFacts(&c, res, r.History)
	return page, nil
}

// NewRun is what the folder of a judged run holds, but for its report.
func NewRun(t *trial.Run) (*Run, error) {
	res, err := t.Results()
	if err != nil {
		return nil, err
	}
	text, err := sim.FormatCase(t.Case)
	return &Run{Case: text, Results: res, History: t.History, Trace: t.Trace}, err
}
