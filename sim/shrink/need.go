package shrink

import (
	"context"
	"fmt"
	"iter"
	"slices"
	"time"

	"simrun/sim"
	"simrun/sim/fault"
)

// Need is a part of a case, and the run without it.
type Need struct {
	What    string          // the line of a fault, the key of an override, an operation: "c1#5 write x 7"
	Without *sim.Result     // of the run without it, with a trace
	Differs *sim.Difference // where that parts from the run of the case
}

// Change is a small change of a case.
type Change struct {
	What    string // "at 291ms crash n3 for 5ms, 1ms later"
	Result  *sim.Result
	Differs *sim.Difference // where the run with it parts from the run of the case
}

// Explanation shows why a failing case needs what it has.
type Explanation struct {
	Needs   []Need
	Nearest *Change // the smallest change that was found with which the run is valid; nil: none was
}

// Explain runs a failing case without each of its faults, overrides and operations, and looks for the smallest change that makes its run
// valid, as valid says of a result: a fault or a message earlier or later, each step ten times as long as the one before, then a message
// that is lost. It takes at most runs runs for the latter. The error says that the case cannot run.
func Explain(ctx context.Context, s sim.System, c sim.Case, valid func(*sim.Result) bool, runs int) (Explanation, error) {
	was, err := sim.RunTraced(s, c)
	if err != nil {
		return Explanation{}, err
	}
	var e Explanation
	for what, less := range singles(was) {
		if ctx.Err() != nil || len(e.Needs) == mostExplained {
			break
		}
		if r, err := sim.RunTraced(s, less); err == nil {
			e.Needs = append(e.Needs, Need{what, r, sim.Differ(was.Trace.Records, r.Trace.Records)})
		}
	}
	for what, near := range neighbours(was) {
		if runs--; runs < 0 || ctx.Err() != nil {
			break
		}
		r, err := sim.Run(s, near)
		if err != nil || !valid(r) {
			continue
		}
		if r, err = sim.RunTraced(s, near); err == nil {
			e.Nearest = &Change{what, r, sim.Differ(was.Trace.Records, r.Trace.Records)}
			break
		}
	}
	return e, nil
}

// singles are the case of a run without each of its faults, overrides, sites and operations of the fault phase.
func singles(was *sim.Result) iter.Seq2[string, sim.Case] {
	return func(yield func(string, sim.Case) bool) {
		c := was.Case
		for i, f := range c.Faults {
			if f.Kind != fault.None && !yield(f.String(), withFault(c, i)) {
				return
			}
		}
		for i, o := range c.Overrides {
			d := c
			d.Overrides = slices.Delete(slices.Clone(c.Overrides), i, i+1)
			if !yield(overrideText(o), d) {
				return
			}
		}
		for i, site := range c.Buggify {
			if !yield("site "+string(site), withSites(c, slices.Delete(slices.Clone(c.Buggify), i, i+1))) {
				return
			}
		}
		if requestsCount(&c) > 0 {
			d := c
			if d.Network.Requests = (sim.Requests{}); !yield("requests that are late or come twice", d) {
				return
			}
		}
		var calls []sim.Record
		for _, rec := range was.Trace.Records {
			if rec.Kind == sim.Called && rec.Time < sim.Time(c.Duration) {
				calls = append(calls, rec)
			}
		}
		for i := range calls {
			var keys []string
			for j := range calls {
				if j != i {
					keys = append(keys, calls[j].Key)
				}
			}
			if !yield(calls[i].Key+" "+calls[i].Text, withOnly(c, keys)) {
				return
			}
		}
	}
}

// mostExplained is how many parts of a case are shown to be needed.
const mostExplained = 40

// overrideText tells an override to a person.
func overrideText(o sim.Override) string {
	if o.Value == 1 {
		return o.Key
	}
	return fmt.Sprintf("%s of %v", o.Key, time.Duration(o.Value))
}

// neighbours are the cases that differ from that of a run by a small change, the smallest first.
func neighbours(was *sim.Result) iter.Seq2[string, sim.Case] {
	return func(yield func(string, sim.Case) bool) {
		c := was.Case
		sent := delivered(was)
		for _, d := range []time.Duration{time.Millisecond, 10 * time.Millisecond, 100 * time.Millisecond} {
			for i, f := range c.Faults {
				for _, m := range moved(f, d) {
					if m.f.At >= 0 && !yield(fmt.Sprintf("%v, %s", f, m.how), withFault(c, i, m.f)) {
						return
					}
				}
			}
			for _, s := range sent {
				if !yield(fmt.Sprintf("%s, %v later", s.text, d), withOverride(c, sim.Override{Key: "latency " + s.key, Value: int64(s.took) + int64(d)})) {
					return
				}
			}
		}
		for _, s := range sent {
			if !yield(s.text+", lost", withOverride(c, sim.Override{Key: "loss " + s.key, Value: 1})) {
				return
			}
		}
		for what, less := range singles(was) {
			if !yield("without "+what, less) {
				return
			}
		}
	}
}

func withOverride(c sim.Case, o sim.Override) sim.Case {
	c.Overrides = append(slices.DeleteFunc(slices.Clone(c.Overrides), func(x sim.Override) bool { return x.Key == o.Key }), o)
	return c
}

// shift is a fault at another time, or of another length.
type shift struct {
	f   fault.Fault
	how string
}

// moved lists a fault later, earlier, longer and shorter by d.
func moved(f fault.Fault, d time.Duration) (list []shift) {
	later, earlier, longer, shorter := f, f, f, f
	later.At += d
	earlier.At -= d
	list = append(list, shift{later, fmt.Sprintf("%v later", d)}, shift{earlier, fmt.Sprintf("%v earlier", d)})
	if f.For > 0 && f.For != fault.Forever {
		longer.For += d
		list = append(list, shift{longer, fmt.Sprintf("%v longer", d)})
		if shorter.For -= d; shorter.For > 0 {
			list = append(list, shift{shorter, fmt.Sprintf("%v shorter", d)})
		}
	}
	return list
}

// letter is a message that one server got from another.
type letter struct {
	key, text string
	took      sim.Time
}

// delivered lists the messages between servers that arrived, in order of arrival, the last first: what is near the failure decides it.
func delivered(r *sim.Result) (list []letter) {
	sends := map[uint64]*sim.Record{}
	for i := range r.Trace.Records {
		rec := &r.Trace.Records[i]
		switch s := sends[rec.Message]; {
		case rec.Kind == sim.Send && rec.Key != "" && rec.Node > 0 && rec.Node != rec.Peer:
			sends[rec.Message] = rec
		case rec.Kind == sim.Deliver && s != nil:
			text := s.Text
			if text == "" {
				text = "message"
			}
			list = append(list, letter{s.Key, fmt.Sprintf("%s from %v to %v at %v", text, s.Node, s.Peer, s.Time), rec.Time - s.Time})
		}
	}
	slices.Reverse(list)
	return list
}
