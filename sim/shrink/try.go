package shrink

import (
	"context"
	"iter"
	"slices"
	"sync"

	"simrun/history"
	"simrun/sim"
	"simrun/sim/fault"
	"simrun/sim/rng"
)

// reduction is a search under way.
type reduction struct {
	ctx    context.Context
	system sim.System
	fails  func(*sim.Result) bool
	o      Options

	given  sim.Case          // that is to become small
	best   state             // the smallest that fails
	seen   map[rng.Name]bool // cases that were tried and do not help, by a hash of their text
	runs   int               // that were judged
	events uint64            // that they simulated
	until  int               // runs at which the pass under way ends; 0: it has all
	larger bool              // a case may have more faults than the best: it is the start of an excursion
	trying string            // what the pass under way takes away
}

// state is a case that fails, with what the passes want to know of its run.
type state struct {
	c          sim.Case
	size       Size
	beyond     int // faults beyond what the system claims to survive
	run        *sim.Result
	operations []invoked // of the fault phase, in order
}

// invoked is an operation that a client invoked.
type invoked struct {
	key    string // "c1#5"
	at     sim.Time
	who    sim.NodeID
	f      string // what it asks for, and of which object
	object string
}

func newReduction(ctx context.Context, s sim.System, fails func(*sim.Result) bool, o Options) *reduction {
	if o.Runs <= 0 {
		o.Runs = DefaultRuns
	}
	if o.Events == 0 {
		o.Events = DefaultEvents
	}
	if o.Claims == nil {
		claims := s.Profile.Claims
		o.Claims = func(*sim.Case) fault.Claims { return claims }
	}
	return &reduction{ctx: ctx, system: s, fails: fails, o: o, seen: map[rng.Name]bool{}}
}

// stateOf is the state of a case by its run with a trace.
func (r *reduction) stateOf(result *sim.Result) state {
	s := state{c: result.Case, size: SizeOf(result), run: result, beyond: r.beyond(&result.Case)}
	for i := range result.Trace.Records {
		if rec := &result.Trace.Records[i]; rec.Kind == sim.Called && rec.Time < sim.Time(s.c.Duration) {
			e := &result.History[rec.Message]
			s.operations = append(s.operations, invoked{rec.Key, rec.Time, rec.Node, e.F, e.Key})
		}
	}
	return s
}

// beyond counts the faults that go beyond the claims, and what of the network does.
func (r *reduction) beyond(c *sim.Case) int {
	claims := r.o.Claims(c)
	return len(claims.Breaches(slices.Concat(weatherOf(&c.Network), c.Faults), c.Nodes))
}

// A tried case is one whose run was judged.
type tried struct {
	at     int // its position in the order
	key    rng.Name
	result *sim.Result // with a trace, if it fails
	events uint64
}

// first tries cases in their order, and makes the first that fails and is smaller the best. It reports whether there was one. Several
// are run at a time, and those behind the first are forgotten, so that neither the answer nor what it costs depends on how many.
func (r *reduction) first(cases iter.Seq[sim.Case]) bool { return r.position(cases) >= 0 }

// position is first, and returns where in the order the case was; -1 if there was none.
func (r *reduction) position(cases iter.Seq[sim.Case]) int {
	return r.firstThat(cases, func(s state) bool { return s.size.Compare(r.best.size) < 0 })
}

// firstThat is position with another condition for what fails.
func (r *reduction) firstThat(cases iter.Seq[sim.Case], take func(state) bool) int {
	next, stop := iter.Pull(cases)
	defer stop()
	for at := 0; !r.spent(); {
		batch := r.gather(next, &at)
		if len(batch) == 0 {
			return -1
		}
		for i := range r.all(batch) {
			t := &batch[i].tried
			if r.spent() {
				return -1
			}
			if r.seen[t.key] {
				continue
			}
			r.seen[t.key] = true
			r.count(t.events)
			if t.result == nil {
				continue
			}
			if s := r.stateOf(t.result); take(s) {
				r.best = s
				return t.at
			}
		}
	}
	return -1
}

// try is first for one case.
func (r *reduction) try(c sim.Case) bool { return r.first(slices.Values([]sim.Case{c})) }

// candidate is a case that is to be run.
type candidate struct {
	c sim.Case
	tried
}

// gather takes the next cases that are worth a run: as many as there are workers. at is the position of the next.
func (r *reduction) gather(next func() (sim.Case, bool), at *int) (batch []candidate) {
	for len(batch) < max(1, r.o.Workers) {
		c, ok := next()
		if !ok {
			break
		}
		if c, key, ok := r.admits(c); ok {
			batch = append(batch, candidate{c: c, tried: tried{at: *at, key: key}})
		}
		*at++
	}
	return batch
}

// admits reports whether a case is worth a run: it can run, was not tried, stays within the claims as far as the best does, and has no
// more faults. It returns the case with its defaults.
func (r *reduction) admits(c sim.Case) (sim.Case, rng.Name, bool) {
	c, err := r.system.Complete(c)
	if err != nil {
		return c, 0, false
	}
	text, err := sim.FormatCase(c)
	key := rng.Of(string(text))
	if err != nil || r.seen[key] || r.beyond(&c) > r.best.beyond {
		return c, 0, false
	}
	return c, key, r.larger || staticSize(&c).Faults <= r.best.size.Faults
}

// all runs the cases of a batch side by side.
func (r *reduction) all(batch []candidate) []candidate {
	if len(batch) == 1 {
		batch[0].tried = r.run(&batch[0])
		return batch
	}
	var done sync.WaitGroup
	panics := make([]any, len(batch))
	for i := range batch {
		done.Go(func() {
			defer func() { panics[i] = recover() }()
			batch[i].tried = r.run(&batch[i])
		})
	}
	done.Wait()
	for _, x := range panics {
		if x != nil {
			panic(x)
		}
	}
	return batch
}

// run runs a case, and once more with a trace if it fails. A run that is far longer than the best is cut off.
func (r *reduction) run(x *candidate) tried {
	t := x.tried
	c := x.c
	c.Limits.Events = min(c.Limits.Events, 1000+4*uint64(r.best.size.Events))
	result, err := sim.Run(r.system, c)
	if err != nil {
		return t
	}
	t.events = result.Events
	cut := result.Events >= c.Limits.Events
	if result.Case.Limits = x.c.Limits; !r.fails(result) {
		return t
	}
	if result, err = sim.RunTraced(r.system, x.c); err == nil && (!cut || r.fails(result)) {
		t.result = result
		t.events += result.Events
	}
	return t
}

// perRun is what a run costs in addition to its events, in events.
const perRun = 200

// count adds a run to what was spent.
func (r *reduction) count(events uint64) {
	r.runs++
	r.events += events + perRun
	if r.o.Each != nil {
		r.o.Each(Report{Runs: r.runs, Most: r.o.Runs, Faults: r.best.size.Faults, Operations: r.best.size.Operations, Trying: r.trying})
	}
}

// spent reports whether the budget is used up, that of the pass under way too, or the reduction is to end.
func (r *reduction) spent() bool {
	return r.until > 0 && r.runs >= r.until || r.runs >= r.o.Runs || r.events >= r.o.Events || r.ctx.Err() != nil
}

// end is the time of the first violation of the best, and of its run's end if none was seen from inside.
func (s *state) end() sim.Time {
	for _, v := range s.run.Violations {
		return v.Time
	}
	last := sim.Time(0)
	for _, e := range s.run.History {
		if e.Process != history.Nemesis && e.Type != history.Info {
			last = e.Time
		}
	}
	return last
}
