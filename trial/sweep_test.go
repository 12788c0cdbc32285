package trial

import (
	"context"
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"simrun/check"
	"simrun/check/specs"
	"simrun/history"
	"simrun/models"
	"simrun/sim"
)

// parrot is a model whose one node answers every write; its bugs make it fail in each way.
func parrot() models.Model {
	return models.Model{
		Name: "parrot", Nodes: 1, Marks: []string{"asked", "never"},
		Boot: func(env *sim.Env) sim.Node { return &bird{env} },
		Client: func(c *sim.Client) {
			for op, more := c.Next(); more; op, more = c.Next() {
				if _, err := c.Call(1, []byte("x"), time.Second); err != nil {
					c.Info(err.Error())
					continue
				}
				c.OK(op.Value)
			}
		},
		Workloads: []models.Workload{{Name: "write", Spec: specs.Register, Rate: 20, Mix: []sim.Weight{{F: "write", Weight: 1}},
			Next: func(t *sim.Turn) sim.Op { return sim.Op{F: "write", Value: history.Int(t.Unique())} }}},
		Bugs: []models.Bug{{Name: "assert"}, {Name: "clock"}, {Name: "panic"}},
	}
}

type bird struct{ env *sim.Env }

func (b *bird) Receive(sim.NodeID, []byte) {}
func (b *bird) Request(from sim.Caller, _ []byte) {
	b.env.Sometimes("asked")
	if b.env.Bug("assert") && b.env.Now() > sim.Time(2*time.Second) {
		b.env.Fatal("too late")
	}
	if b.env.Bug("panic") && b.env.Now() > sim.Time(time.Second) && b.env.Now() < sim.Time(1200*time.Millisecond) {
		panic("at " + b.env.Now().String())
	}
	if b.env.Bug("clock") {
		b.env.Reply(from, []byte(time.Now().String()))
		return
	}
	b.env.Reply(from, []byte("y"))
}

func sweepOf(bug sim.BugName, workers int) *Sweep {
	s := &Sweep{Setup: Setup{Model: parrot(), Base: sim.Case{Duration: sim.Duration(3 * time.Second)}, Nemesis: "crash"}, First: 1, Last: 40, Workers: workers, VerifyOneIn: 3}
	if bug != "" {
		s.Base.Bugs = []sim.BugName{bug}
	}
	return s
}

// A tally is the same for any number of workers, and counts what was exercised, reached and never reached.
func TestSweepTallies(t *testing.T) {
	sum, one := sweepOf("", 1).Do(context.Background())
	_, four := sweepOf("", 4).Do(context.Background())
	if !reflect.DeepEqual(one, four) {
		t.Errorf("one worker: %+v\nfour: %+v", one, four)
	}
	if !sum.Complete || one.Counts["valid"] != 40 || one.Outcome() != check.Valid || one.Verified <= verifiedFirst || one.Verified > 35 {
		t.Errorf("%+v %+v", sum, one)
	}
	e := one.Exercise
	if e.Changes.Least() < 1 || e.Changes.Median() < e.Changes.Least() || e.Changes.Most() < e.Changes.Median() || e.Changes.Most() > 4*20*13 || e.Fired == 0 || e.Fired > e.Faults {
		t.Errorf("exercised %d, %d, %d; %d of %d faults fired", e.Changes.Least(), e.Changes.Median(), e.Changes.Most(), e.Fired, e.Faults)
	}
	if !slices.Equal(one.Unreached(), []string{"never"}) || one.Marks[0].Name != "asked" || one.Marks[0].Seeds != 40 {
		t.Errorf("marks %+v", one.Marks)
	}
}

// A violation and an internal error are counted apart; a run that differs from its second is the latter.
func TestSweepTellsViolationsFromInternalErrors(t *testing.T) {
	_, broken := sweepOf("assert", 2).Do(context.Background())
	if broken.Outcome() != check.Violation || broken.Counts["violation"] != 40 || broken.Checks[Assertion] != 40 || len(broken.Failures) != 40 {
		t.Errorf("%+v", broken)
	}
	if _, err := broken.Err(); err != nil {
		t.Error(err)
	}
	s := sweepOf("clock", 2)
	s.VerifyOneIn = 1
	_, divergent := s.Do(context.Background())
	if seed, err := divergent.Err(); seed != 1 || err == nil || divergent.Counts["internal error"] != 40 {
		t.Errorf("seed %d: %v; %+v", seed, err, divergent.Counts)
	}
}

// The first seeds of a sweep are all run twice, whatever the share is, so that what is not deterministic shows at once; also in a shard.
func TestFirstSeedsRunTwice(t *testing.T) {
	for _, shards := range []uint64{1, 3} {
		s := sweepOf("clock", 2)
		s.VerifyOneIn, s.Shard, s.Shards, s.Last = 1<<40, 1, shards, 30*sim.Seed(shards)
		_, tally := s.Do(context.Background())
		if tally.Verified != verifiedFirst || tally.Counts["internal error"] != verifiedFirst {
			t.Errorf("%d shards: %d verified, %+v", shards, tally.Verified, tally.Counts)
		}
	}
}

// Failing seeds are grouped by what is seen of their cause, and the number of causes can end a sweep.
func TestCausesOfSweep(t *testing.T) {
	s := sweepOf("assert", 2)
	s.Base.Bugs, s.VerifyOneIn = []sim.BugName{"assert", "panic"}, 0
	var numbers []int
	s.Each = func(r *Report) { numbers = append(numbers, r.Number) }
	_, tally := s.Do(context.Background())
	if c := tally.Causes; len(c) != 2 || c[0].Check != Assertion || c[1].Check != Panic {
		t.Fatalf("%v", c)
	}
	seeds := uint64(0)
	for i, c := range tally.Causes {
		seeds += c.Seeds
		if len(c.First) == 0 || len(c.First) > firstSeeds || numbers[c.First[0]-1] != i+1 {
			t.Errorf("cause %d: %+v", i+1, c)
		}
	}
	if seeds != 40 || len(tally.Failures) != 40 {
		t.Errorf("%d seeds in causes, %d failures", seeds, len(tally.Failures))
	}
	s.MaxCauses = 1
	if sum, _ := s.Do(context.Background()); sum.Complete || sum.Done != 1 || sum.Next != 2 {
		t.Errorf("%+v", sum)
	}
}

// A valid verdict of a run that did next to nothing says so, and why.
func TestLittleIsSaid(t *testing.T) {
	setup := Setup{Model: parrot(), Base: sim.Case{Clients: 1, Duration: sim.Duration(100 * time.Millisecond)}, Planned: true}
	run, err := setup.Run(1, false)
	if err != nil {
		t.Fatal(err)
	}
	res, err := run.Results()
	if err != nil || run.Outcome != check.Valid || res.Little == "" {
		t.Errorf("%v, %q, %v", run.Outcome, res.Little, err)
	}
	setup.Base = sim.Case{}
	setup.Plan, err = setup.Model.Profile.ParsePlan("", "on 3rd boot crash it\nat 1s restart n1")
	if err != nil {
		t.Fatal(err)
	}
	if run, err = setup.Run(1, false); err != nil {
		t.Fatal(err)
	}
	if res, _ = run.Results(); res.Little != "none of its faults fired" || len(res.Unfired) != 2 {
		t.Errorf("%q, without effect %q", res.Little, res.Unfired)
	}
}

// A run whose clients got hardly an answer means little, also where no order of its operations is known.
func TestFewAnswersMeanLittle(t *testing.T) {
	for _, tc := range []struct {
		e    Exercise
		want string
	}{
		{Exercise{Changes: -1}, "clients asked for nothing"},
		{Exercise{Ops: 76, Changes: -1}, "none of 76 operations succeeded"},
		{Exercise{Ops: 76, Answered: 4, Changes: 45}, "only 4 of 76 operations succeeded"},
		{Exercise{Ops: 76, Answered: 10, Changes: 0}, "no operation changed the state"},
		{Exercise{Ops: 76, Answered: 10, Changes: 1}, "only 1 operation changed the state"},
		{Exercise{Ops: 76, Answered: 10, Changes: -1}, ""},
		{Exercise{Ops: 76, Answered: 10, Changes: 10}, ""},
	} {
		if got := tc.e.Little(); got != tc.want {
			t.Errorf("%+v: %q, want %q", tc.e, got, tc.want)
		}
	}
	if !strings.Contains(WhyLittle, fmt.Sprintf("fewer than %d ", LittleOps)) {
		t.Errorf("%q, and the limit is %d", WhyLittle, LittleOps)
	}
}

// A sweep that is interrupted and goes on from its state, as it was written, ends like one that was not.
func TestSweepGoesOn(t *testing.T) {
	fresh := func() *Sweep {
		s := sweepOf("assert", 2)
		s.Base.Bugs = []sim.BugName{"assert", "panic"}
		return s
	}
	sum, whole := fresh().Do(context.Background())
	want, err := json.Marshal(whole)
	if err != nil {
		t.Fatal(err)
	}
	for _, at := range []sim.Seed{1, 17, 40} {
		ctx, cancel := context.WithCancel(context.Background())
		s := fresh()
		var state []byte
		s.Each = func(r *Report) {
			if r.Seed == at {
				state, _ = json.Marshal(s.State())
				cancel()
			}
		}
		s.Do(ctx)
		on := fresh()
		on.From = &SweepState{}
		if err := json.Unmarshal(state, on.From); err != nil {
			t.Fatal(err)
		}
		if on.From.Next != at+1 || on.From.End != (at == 40) {
			t.Errorf("interrupted after seed %d, the state is %s", at, state)
		}
		again, tally := on.Do(context.Background())
		if got, _ := json.Marshal(tally); string(got) != string(want) || again.Done != sum.Done || again.Failures != sum.Failures || !again.Complete {
			t.Errorf("interrupted after seed %d: %+v\n%s\nwant %+v\n%s", at, again, got, sum, want)
		}
		if at == 17 {
			on = fresh()
			on.From, on.MaxFailures = &SweepState{}, 17
			if err := json.Unmarshal(state, on.From); err != nil {
				t.Fatal(err)
			}
			if sum, _ := on.Do(context.Background()); sum.Complete || sum.Done != 17 || sum.Next != 18 {
				t.Errorf("with enough failures before: %+v", sum)
			}
		}
	}
}
