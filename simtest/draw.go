package simtest

import (
	"fmt"
	"slices"
	"time"

	"pgregory.net/rapid"

	"simrun/models"
	"simrun/sim"
	"simrun/sim/disk"
	"simrun/sim/fault"
)

// slots is how many faults a drawn plan holds at most. A fixed number of slots, each
// of which may be empty, shrinks further than a slice of drawn length: an
// empty slot moves no other.
const slots = 12

// longest bounds how long a drawn fault lasts.
const longest = 3 * time.Second

// Faults draws plans for a case of a model: every kind of fault, on nodes, roles and links, at times and on events, and
// every shape of partition, within what the model claims to survive. "None" comes first among the kinds, and all that is drawn
// is small integers, so that rapid shrinks a plan to few faults at round times. It panics if the case is wrong.
func Faults(m models.Model, c sim.Case) *rapid.Generator[fault.Plan] {
	system := m.System()
	c.Faults = nil
	c, err := system.Complete(c)
	if err != nil {
		panic("simtest.Faults: " + err.Error())
	}
	profile := m.ProfileOf(&c)
	return rapid.Custom(func(t *rapid.T) fault.Plan {
		var plan fault.Plan
		d := &draws{t: t, nodes: c.Nodes, length: time.Duration(c.Duration), profile: profile}
		for i := range slots {
			f := d.fault(fmt.Sprintf("fault %d", i+1))
			if f.Kind == fault.None || len(profile.Claims.Breaches(append(slices.Clone(plan), f), c.Nodes)) > 0 {
				continue
			}
			plan = append(plan, f)
		}
		return plan
	})
}

// draws draws the parts of a fault.
type draws struct {
	t       *rapid.T
	nodes   int
	length  time.Duration
	profile fault.Profile
}

func (d *draws) n(what string, least, most int) int {
	return rapid.IntRange(least, max(least, most)).Draw(d.t, what)
}

func (d *draws) ms(what string, most time.Duration) time.Duration {
	return time.Duration(d.n(what, 1, int(most/time.Millisecond))) * time.Millisecond
}

// fault draws one fault.
func (d *draws) fault(slot string) fault.Fault {
	f := fault.Fault{Kind: fault.Kinds()[d.n(slot, 0, len(fault.Kinds())-1)]}
	if f.Kind == fault.None {
		return f
	}
	f.At = time.Duration(d.n("at", 0, int(d.length/time.Millisecond)-1)) * time.Millisecond
	if d.n("on an event", 0, 4) == 4 {
		f.On = d.event()
		if nth := d.n("nth", 1, 5); nth > 1 {
			f.Nth = nth
		}
	}
	if f.Kind.Lasts() {
		f.For = d.ms("for", longest)
	}
	switch f.Kind.Family() {
	case fault.Networks:
		d.cut(&f)
	case fault.Weather:
		d.weather(&f)
	case fault.Clocks:
		d.clock(&f)
	default:
		d.node(&f)
	}
	return f
}

// event draws what a fault waits for.
func (d *draws) event() fault.Event {
	list := append(fault.EngineEvents(), d.profile.Events...)
	return list[d.n("event", 0, len(list)-1)].Event
}

// who draws nodes: one most of the time, at times a role or several.
func (d *draws) who(what string) fault.Target {
	list := []fault.Target{}
	for i := range d.nodes {
		list = append(list, fault.Target(fault.Node(i+1).String()))
	}
	list = append(list, "any", "minority")
	for _, role := range d.profile.Roles {
		list = append(list, fault.Role(role))
	}
	if d.profile.Leader != "" {
		list = append(list, "old "+fault.Role(d.profile.Leader))
	}
	return list[d.n(what, 0, len(list)-1)]
}

// cut draws whom a fault of the network separates.
func (d *draws) cut(f *fault.Fault) {
	switch f.Kind {
	case fault.Isolate:
		f.Target = d.who("who")
	case fault.Partition:
		if i := d.n("shape", 0, len(fault.Shapes)); i > 0 {
			f.Shape = fault.Shapes[i-1]
		} else {
			f.Target = d.who("side") + " | rest"
		}
	case fault.Cut:
		f.Target = d.link()
	case fault.Clog:
		f.Target = d.link()
	case fault.SwizzleClog:
		f.Target = ""
	}
	if f.Kind == fault.Isolate || f.Kind == fault.Partition || f.Kind == fault.Cut {
		f.InFlight = d.n("dropping in flight", 0, 1) == 1
	}
}

func (d *draws) link() fault.Target {
	return d.who("from") + []fault.Target{" > ", " <> "}[d.n("both ways", 0, 1)] + []fault.Target{"rest", d.who("to")}[d.n("to one", 0, 1)]
}

// weather draws how bad a link is.
func (d *draws) weather(f *fault.Fault) {
	switch f.Kind {
	case fault.Latency:
		f.Dist, f.By = fault.Uniform, d.ms("least", 20*time.Millisecond)
		f.Max = f.By + d.ms("more", 200*time.Millisecond)
	case fault.Bandwidth:
		f.Rate = 1000 * int64(d.n("kB/s", 1, 64))
	default:
		f.Ratio = fault.Ratio{Num: 1, Den: int64(d.n("one in", 2, 20))}
		if f.Kind == fault.Reorder {
			f.By = d.ms("by", 200*time.Millisecond)
		}
	}
}

// clock draws what a clock does.
func (d *draws) clock(f *fault.Fault) {
	f.Target = d.who("who")
	switch f.Kind {
	case fault.Skew:
		f.By = d.ms("by", 2*time.Second) * time.Duration(1-2*d.n("back", 0, 1))
	case fault.Drift:
		f.Ratio = fault.Ratio{Num: int64(1 - 2*d.n("slow", 0, 1)), Den: int64(d.n("one in", 10, 1000))}
	case fault.Strobe:
		f.By, f.Every = d.ms("by", 500*time.Millisecond), d.ms("every", 500*time.Millisecond)
	}
}

// node draws what happens to a process or its disk.
func (d *draws) node(f *fault.Fault) {
	f.Target = d.who("who")
	switch f.Kind {
	case fault.Crash:
		f.Keep = []disk.Survival{disk.LoseAll, disk.KeepAll, disk.Prefix, disk.Torn, disk.Reordered, disk.Wiped}[d.n("keeping", 0, 5)]
	case fault.CrashLoop:
		f.Every = 20*time.Millisecond + d.ms("every", 500*time.Millisecond)
	case fault.Slow:
		f.By = d.ms("by", 20*time.Millisecond)
	case fault.SlowSync:
		f.By = d.ms("by", 100*time.Millisecond)
	case fault.IOError, fault.ShortIO:
		if d.n("one call", 0, 1) == 1 {
			f.Op = d.n("which", 1, 10)
		} else {
			f.Ratio = fault.Ratio{Num: 1, Den: int64(d.n("one in", 2, 20))}
		}
	case fault.CutFile:
		f.Left = d.n("left", 0, 1000)
	}
}
