package cli

import (
	"fmt"
	"path"

	"simrun/check"
	"simrun/history"
	"simrun/sim"
	"simrun/visual"
	"simrun/visual/store"
)

// pageOf is the report of a run in a folder, made from its files alone.
func pageOf(r *store.Run, folder string) (visual.Page, error) {
	res := &r.Results
	page := visual.Page{Outcome: check.Outcome(res.Valid), Summary: res.Summary, Case: r.Case, History: r.History, Trace: r.Trace}
	for _, c := range res.Checks {
		page.Checks = append(page.Checks, c.Page())
	}
	if r.Case == nil {
		page.Title = res.File
		page.Commands = []visual.Command{{Label: "check", Line: "simrun check " + quote(res.File) + " --spec " + res.Spec}}
		page.Facts = checkFacts(res, r.History)
		return page, nil
	}
	c, err := sim.ParseCase(path.Join(folder, store.CaseFile), r.Case)
	if err != nil {
		return page, err
	}
	page.Title = title(&c) + fmt.Sprintf(" · seed %d", c.Seed)
	page.Commands = []visual.Command{{Label: "replay", Line: "simrun replay " + quote(folder)}}
	page.Facts = runFacts(&c, res, r.History)
	return page, nil
}

// title is the model and the workload of a case, and its bugs.
func title(c *sim.Case) string {
	t := c.Model + " · " + c.Workload.Name
	if len(c.Bugs) > 0 {
		t += " · bug " + join(c.Bugs)
	}
	return t
}

// runFacts are what is said of a simulated run beside its verdict.
func runFacts(c *sim.Case, r *store.Results, events []history.Event) []sim.Field {
	return []sim.Field{
		{Name: "digest", Value: r.Digest},
		{Name: "cluster", Value: describeCluster(c)},
		{Name: "operations", Value: describeOps(events)},
		{Name: "faults", Value: describeFaults(c.Faults)},
		{Name: "claims", Value: describeClaims(r.Beyond)},
		{Name: "events", Value: fmt.Sprintf("%s in %v of virtual time", grouped(r.Events), r.Simulated)},
	}
}

// checkFacts are what is said of a recorded history beside its verdict.
func checkFacts(r *store.Results, events []history.Event) []sim.Field {
	facts := []sim.Field{{Name: "spec", Value: r.Spec}, {Name: "operations", Value: describeOps(events)}}
	if len(events) > 0 {
		facts = append(facts, sim.Field{Name: "until", Value: events[len(events)-1].Time.String()})
	}
	for _, c := range r.Checks {
		facts = append(facts, sim.Field{Name: "steps", Value: grouped(c.Steps)})
	}
	return facts
}
