package visual_test

import (
	"fmt"
	"testing"
	"time"

	"simrun/check"
	"simrun/models"
	"simrun/models/all"
	"simrun/sim"
	"simrun/sim/nemesis"
	"simrun/trial"
	"simrun/visual"
)

// raftPage runs Raft with partitions, for real, and makes its report.
func raftPage(t *testing.T, seed sim.Seed, length time.Duration) (visual.Page, trial.Judgement) {
	t.Helper()
	plan, err := nemesis.Draw("partition", nemesis.Cluster{Nodes: 5, Duration: length, Profile: raftModel(t).Profile}, uint64(seed))
	if err != nil {
		t.Fatal(err)
	}
	return pageOf(t, sim.Case{Model: "raft", Seed: seed, Duration: sim.Duration(length), Faults: plan.Faults})
}

func raftModel(t *testing.T) models.Model {
	t.Helper()
	m, err := models.ByName(all.Models(), "raft")
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// pageOf runs a case of Raft, for real, and makes its report.
func pageOf(t *testing.T, c sim.Case) (visual.Page, trial.Judgement) {
	t.Helper()
	m := raftModel(t)
	r, err := sim.RunTraced(m.System(), c)
	if err != nil {
		t.Fatal(err)
	}
	j, err := trial.Judge(m, r, nil, check.Options{})
	if err != nil {
		t.Fatal(err)
	}
	p := visual.Page{Title: fmt.Sprintf("raft · kv · seed %d", c.Seed), Outcome: j.Outcome, Summary: j.Summary, Checks: j.Checks, History: r.History, Trace: r.Trace}
	return p, j
}

// A leader that was cut off and answers reads from its own state: the report opens
// on the stale read, and the panel shows who led whom when it was answered.
func TestStaleReadOfRaft(t *testing.T) {
	m := raftModel(t)
	plan, err := m.Profile.ParsePlan("plan", "after 2s on ack isolate leader for 2s")
	if err != nil {
		t.Fatal(err)
	}
	readers := sim.Workload{Keys: 1, Mix: []sim.Weight{{F: "read", Weight: 3}, {F: "write", Weight: 1}}} // of one key: then one of them soon asks the wrong leader
	for seed := sim.Seed(1); seed <= 20; seed++ {
		p, j := pageOf(t, sim.Case{Model: "raft", Seed: seed, Clients: 8, Bugs: []sim.BugName{"stale-local-read"}, Faults: plan, Workload: readers})
		if len(j.Checks) == 0 || j.Checks[0].Outcome != check.Violation {
			continue
		}
		v := j.Checks[0]
		b := open(t, p)
		s := b.state()
		first, last := p.History[v.Core[0]].Time, p.History[v.Core[len(v.Core)-1]].Time
		if s.T0 > float64(first) || s.T1 < float64(last) {
			t.Errorf("seed %d: the window %v to %v misses the core from %v to %v", seed, s.T0, s.T1, first, last)
		}
		b.clickOn(".details .step", "read")
		if s := b.state(); s.Selected == nil || s.Selected.Kind != "operation" || len(s.Chain) < 5 {
			t.Errorf("seed %d: the read selects %+v with the causes %v, want its answer, its request and its invocation", seed, s.Selected, s.Chain)
		}
		has(t, "the panel", b.text(".details"), "The nodes at", "leader · epoch", "What led to its answer", "receives: read", "invokes: read")
		b.quiet()
		return
	}
	t.Fatal("no seed up to 20 shows a stale read")
}

// Sixty virtual seconds of Raft: the whole shows how busy it was, a zoom shows the
// messages, and a click finds the causes of the last thing that happened.
func TestMinuteOfRaftStaysUsable(t *testing.T) {
	p, _ := raftPage(t, 1, time.Minute)
	b := open(t, p)
	s := b.state()
	if s.Records != len(p.Trace.Records) || s.Records < 100_000 || !s.Drawn.Dense {
		t.Fatalf("%d of %d records are there, and it draws %+v", s.Records, len(p.Trace.Records), s.Drawn)
	}
	for turns := 0; turns < 8 && s.Drawn.Dense; turns++ {
		b.wheel(b.diagram(0.5, 0.4), -700)
		s = b.state()
	}
	if s.Drawn.Dense || s.Drawn.Arrows == 0 {
		t.Errorf("after zooming in it draws %+v", s.Drawn)
	}
	b.keys("0")
	b.state()
	var last int
	for i, r := range p.Trace.Records {
		if r.Kind == sim.Deliver && r.Node > 0 && r.Peer > 0 {
			last = i
		}
	}
	at := p.Trace.Records[last].Time
	eval[any](b, jsShow(at-2e6, at+2e6))
	b.state()
	b.click(b.locate("record", last))
	if s := b.state(); s.Selected == nil || s.Selected.ID != last || len(s.Chain) < 2 {
		t.Errorf("a click on the last delivery selects %+v with the causes %v", s.Selected, s.Chain)
	}
	b.quiet()
}
