package search

import (
	"slices"
	"time"

	"simrun/sim"
	"simrun/sim/rng"
)

// letter is a message between servers of a kept case: the key of its decisions, and when it was sent.
type letter struct {
	key string
	at  sim.Time
}

// course is what is known of the run of a kept case, message by message.
type course struct {
	letters []letter
	turns   []sim.Time // when a node took another role, or came to another epoch
}

// courseOf runs a case with a trace. It returns the events that this took.
func (d *drawing) courseOf(c sim.Case) (*course, uint64) {
	r, err := sim.RunTraced(d.setup.Model.System(), c)
	if err != nil {
		return &course{}, 0 // its run has said so already
	}
	x := &course{}
	states := map[sim.NodeID]sim.State{}
	for i := range r.Trace.Records {
		rec := &r.Trace.Records[i]
		switch {
		case rec.Time >= sim.Time(c.Duration):
		case rec.Kind == sim.Send && rec.Key != "" && rec.Node > 0 && rec.Peer > 0 && rec.Node != rec.Peer:
			x.letters = append(x.letters, letter{rec.Key, rec.Time})
		case rec.Kind == sim.StateIs:
			if was := states[rec.Node]; was.Role != rec.State.Role || was.Epoch != rec.State.Epoch {
				x.turns = append(x.turns, rec.Time)
			}
			states[rec.Node] = *rec.State
		}
	}
	return x, r.Events
}

// Figures of a reordering.
const (
	orderBefore  = sim.Time(60 * time.Millisecond) // around a turn
	orderAfter   = sim.Time(250 * time.Millisecond)
	orderMost    = 60  // messages that get a priority
	overrideMost = 200 // overrides of a case
)

var reorderDraw = rng.Of("search reorder")

// reorder makes a case of one that reached something new, whose run is the same up to some messages around a moment at which a node changed its
// role or epoch: a few of these are late (as the change points of PCT), or each has a delay by a random order of priorities (as in POS: Yuan, Yang
// and Gu, "Partial Order Aware Concurrency Sampling", CAV 2018). The delays are overrides. The case must have messages.
func (d *drawing) reorder(seed sim.Seed, of *kept) sim.Case {
	m := &mutation{rng.Draw(uint64(seed), reorderDraw, 0, 0)}
	c, x := of.c, of.course
	around := x.letters[m.n(len(x.letters))].at
	if len(x.turns) > 0 && m.n(4) > 0 {
		around = x.turns[m.n(len(x.turns))]
	}
	from, _ := slices.BinarySearchFunc(x.letters, around-orderBefore, func(l letter, t sim.Time) int { return int(min(1, max(-1, l.at-t))) })
	to, _ := slices.BinarySearchFunc(x.letters, around+orderAfter, func(l letter, t sim.Time) int { return int(min(1, max(-1, l.at-t))) })
	window := x.letters[from:to]
	if len(window) == 0 {
		return c
	}
	c.Overrides = slices.Clone(c.Overrides)
	if m.n(2) == 0 {
		for range 1 + m.n(5) {
			c.Overrides = override(c.Overrides, window[m.n(len(window))].key, int64(20+m.n(400))*int64(time.Millisecond))
		}
		return c
	}
	if start := m.n(len(window)); len(window) > orderMost {
		window = window[min(start, len(window)-orderMost):][:orderMost]
	}
	unit := int64(1+m.n(6)) * int64(time.Millisecond)
	for _, l := range window {
		c.Overrides = override(c.Overrides, l.key, 1+unit*int64(m.n(len(window)))/2)
	}
	return c
}

// override adds the delay of a message to a list, in place of what the list says of it.
func override(list []sim.Override, key string, delay int64) []sim.Override {
	o := sim.Override{Key: "latency " + key, Value: delay}
	if i := slices.IndexFunc(list, func(x sim.Override) bool { return x.Key == o.Key }); i >= 0 {
		list[i] = o
		return list
	}
	if len(list) >= overrideMost {
		return list
	}
	return append(list, o)
}
