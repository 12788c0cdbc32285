package trial

import (
	"context"
	"errors"
	"reflect"
	"testing"
	"time"

	"simrun/check"
	"simrun/internal/survival"
	"simrun/models"
	"simrun/sim"
	"simrun/sim/rng"
)

// found gives a search the seeds from 1, of which these fail, until it has enough, and returns how it ends.
func found(f *searching, failing ...sim.Seed) {
	for seed := sim.Seed(1); ; seed++ {
		r := &Report{Seed: seed, Events: 10, Outcome: check.Valid}
		for _, x := range failing {
			if x == seed {
				r.Outcome, r.Failed = check.Violation, []string{"b", "a"}
			}
		}
		if !f.add(r) {
			return
		}
	}
}

func TestStartsTakeTheSeedsInOrder(t *testing.T) {
	for name, tc := range map[string]struct {
		search  searching
		failing []sim.Seed
		want    []survival.Start
		open    uint64 // trials of a start that the bound on events ended
		cut     bool
	}{
		"each ends with a failing seed":    {searching{Search: Search{Limit: 10}, starts: 3}, []sim.Seed{4, 5, 15}, []survival.Start{{Trials: 4}, {Trials: 1}, {Trials: 10}}, 0, false},
		"or at the limit":                  {searching{Search: Search{Limit: 10}, starts: 3}, []sim.Seed{4, 17}, []survival.Start{{Trials: 4}, {Trials: 10, Censored: true}, {Trials: 3}}, 0, false},
		"or when enough events were done":  {searching{Search: Search{Limit: 10}, starts: 3, bound: 85}, []sim.Seed{4}, []survival.Start{{Trials: 4}}, 5, true},
		"which may be after a whole start": {searching{Search: Search{Limit: 10}, starts: 3, bound: 40}, []sim.Seed{4}, []survival.Start{{Trials: 4}}, 0, true},
		"the last start is not cut":        {searching{Search: Search{Limit: 10}, starts: 1, bound: 40}, []sim.Seed{4}, []survival.Start{{Trials: 4}}, 0, false},
	} {
		f := tc.search
		found(&f, tc.failing...)
		if !reflect.DeepEqual(f.Starts, tc.want) || f.start.Trials != tc.open || f.Cut != tc.cut || f.First != tc.failing[0] || f.Events != 10*f.Seeds {
			t.Errorf("%s: starts %v, open %v, cut %v, first %d, %d events of %d seeds", name, f.Starts, f.start, f.Cut, f.First, f.Events, f.Seeds)
		}
	}
}

func TestTogether(t *testing.T) {
	got := together([][]string{{"x"}, {"z", "y"}, {"y"}, {"y", "z"}})
	if want := []Together{{[]string{"y", "z"}, 2}, {[]string{"x"}, 1}, {[]string{"y"}, 1}}; !reflect.DeepEqual(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
}

// lame is a model that fails in some seeds with its bug "some", in others without any, and never with its bug "none".
func lame() models.Model {
	m := parrot()
	m.Boot = func(env *sim.Env) sim.Node { return &lameBird{bird{env}} }
	m.Bugs = append([]models.Bug{{Name: "some", Tier: models.Easy, Scenario: "at 500ms crash n1 for 10ms"}, {Name: "none", Tier: models.Easy}}, m.Bugs...)
	return m
}

type lameBird struct{ bird }

func (b *lameBird) Request(from sim.Caller, body []byte) {
	in := uint64(10)
	if b.env.Bug("some") {
		in = 4
	}
	if !b.env.Bug("none") && b.env.Rand(rng.Of("lame"), 0).N(in) == 0 {
		b.env.Fatal("lame")
	}
	b.bird.Request(from, body)
}

func lookFor(t *testing.T, b *Bench, bug int) Found {
	t.Helper()
	s := &Setup{Model: lame(), Base: sim.Case{Duration: sim.Duration(time.Second)}, Nemesis: "none"}
	s.Base.Bugs = []sim.BugName{s.Model.Bugs[bug].Name}
	f, err := b.LookFor(context.Background(), s, s.Model.Bugs[bug], true)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// What the bench says does not depend on the number of workers, nor on the bugs that it looked for before.
func TestBenchIsDeterministic(t *testing.T) {
	one, three := &Bench{Starts: 5, Twin: 30, Workers: 1}, &Bench{Starts: 5, Twin: 30, Workers: 3}
	first, none := lookFor(t, one, 0), lookFor(t, one, 1)
	if other := lookFor(t, three, 1); !reflect.DeepEqual(other, none) {
		t.Errorf("%+v, and with three workers %+v", none, other)
	}
	if other := lookFor(t, three, 0); !reflect.DeepEqual(other, first) {
		t.Errorf("%+v, and with three workers %+v", first, other)
	}
	if s := first.Search; s.Shown != 5 || s.Median == 0 || !first.TierHolds() || first.Missed() || first.ByPlan.Shown != 5 || s.Twin.Silent || s.Twin.First == 0 || s.Twin.Seeds != max(30, 10*s.Median) {
		t.Errorf("some: %d starts, %d shown, median %d, by its plan %d shown; twin %+v", len(s.Starts), s.Shown, s.Median, first.ByPlan.Shown, s.Twin)
	}
	if s := none.Search; s.Shown != 0 || len(s.Starts) != 5 || s.Seeds != 500 || s.Beyond != 100 || !none.Missed() || none.Met() || none.ByPlan != nil || s.Twin.Seeds != 30 {
		t.Errorf("none: %d starts, %d shown, %d seeds, beyond %d; twin %+v", len(s.Starts), s.Shown, s.Seeds, s.Beyond, s.Twin)
	}
}

// A twin that more is wanted of goes on where it stopped, and who wants less is told of less.
func TestTwinsAreShared(t *testing.T) {
	b := &Bench{Workers: 1}
	s := &Setup{Model: lame(), Base: sim.Case{Duration: sim.Duration(time.Second)}, Nemesis: "none"}
	ran := 0
	b.Progress = func(string) (func(uint64), func()) { return func(uint64) { ran++ }, func() {} }
	var last Twin
	for _, seeds := range []uint64{10, 60, 10} {
		w, err := b.silence(context.Background(), s, "twin", seeds)
		if err != nil || w.Seeds != seeds || w.Loud < last.Loud && seeds > last.Seeds {
			t.Errorf("%d seeds: %+v, %v", seeds, w, err)
		}
		last = w
	}
	if ran != 60 {
		t.Errorf("%d seeds ran, want 60", ran)
	}
	b.Events = 1
	if w, err := b.silence(context.Background(), s, "twin", 100); err != nil || w.Seeds != 60 || w.Wanted != 100 {
		t.Errorf("beyond the bound: %+v, %v", w, err)
	}
}

func TestBenchIsInterrupted(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	b := &Bench{Starts: 20, Twin: 30, Workers: 2, Progress: func(string) (func(uint64), func()) {
		return func(uint64) { cancel() }, func() {}
	}}
	s := &Setup{Model: lame(), Base: sim.Case{Bugs: []sim.BugName{"none"}}, Nemesis: "none"}
	if _, err := b.LookFor(ctx, s, s.Model.Bugs[1], true); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
}
