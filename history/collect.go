package history

import (
	"fmt"
	"slices"
)

// collector gathers the events of a file, and judges each as it comes, so that
// what is wrong can be named by its line.
type collector struct {
	file   string
	size   int64 // of the file, or 0 if not known
	in     *interner
	valid  *validator
	events []Event
	timed  bool                 // the events of this file carry times
	pairs  independence         // of what the values show
	lines  []int32              // of the events, as long as the values may be pairs
	keys   map[string]valueKind // what each key was in the file
}

// sampleSize is the number of events after which memory for the rest is
// set aside, judged by the share of the file that they took.
const sampleSize = 1000

func newCollector(r sized, file string) *collector {
	return &collector{file: file, size: r.size, in: newInterner(), valid: newValidator("line"), keys: make(map[string]valueKind)}
}

// fail returns an error at a line.
func (c *collector) fail(line int, format string, args ...any) error {
	return &Error{File: c.file, Line: line, Index: len(c.events), Reason: fmt.Sprintf(format, args...)}
}

// unreadable reports a failure of the reader below.
func (c *collector) unreadable(line int, err error) error {
	return c.fail(line, "the file cannot be read further: %v", err)
}

// timeSlack is how far times of a foreign format may run backwards. Workers of
// Jepsen before 0.2 read the clock before they appended to the history, in which
// the order is right and times are out of it by fractions of a millisecond: they
// are set to the time before. More than a second means that a file is not in order.
const timeSlack = Time(1e9)

// addForeign takes the next event of a format that is not ours: fields may be
// missing where Jepsen and elle leave them out.
func (c *collector) addForeign(r *record, line int) error {
	if err := r.need(fieldProcess | fieldType); err != nil {
		return c.fail(line, "%v", err)
	}
	if r.name != "" && r.Type != Info {
		return c.fail(line, "process %q is not a number: clients are numbered, and what has a name, like the nemesis, only gives infos", r.name)
	}
	if r.has&fieldF == 0 {
		if _, isList := r.Value.Len(); isList {
			r.F = "txn" // elle's histories are nothing but transactions
		}
	}
	if late := c.valid.time - r.Time; r.has&fieldTime != 0 && r.Time >= 0 && late > 0 && late <= timeSlack {
		r.Time = c.valid.time
	}
	if r.has&fieldKey != 0 {
		c.pairs.out = true
		if before, ok := c.keys[r.Key]; !ok {
			c.keys[r.Key] = r.keyKind
		} else if before != r.keyKind {
			return c.fail(line, "key %q is a %v here, but was a %v before, and simrun names keys by their text", r.Key, r.keyKind, before)
		}
	}
	if c.pairs.see(&r.Event); c.pairs.out {
		c.lines = nil
	} else {
		c.lines = append(c.lines, int32(line))
	}
	return c.add(r, line)
}

// finish returns the history, once all is read. A history of independent keys,
// as jepsen.independent makes them, is split by key.
func (c *collector) finish() ([]Event, error) {
	if c.pairs.out || !c.pairs.telling {
		return c.events, nil
	}
	if err := splitKeys(c.events, c.lines); err != nil {
		err.File = c.file
		return nil, err
	}
	return c.events, nil
}

// add takes the next event, which is at a line. Its index becomes its position; its
// time does so too, if the file has no times.
func (c *collector) add(r *record, line int) error {
	timed := r.has&fieldTime != 0
	if len(c.events) == 0 {
		c.timed = timed
	}
	if timed != c.timed {
		if timed {
			return c.fail(line, "this event has a time, but those before it have none")
		}
		return c.fail(line, "time is missing, but the events before it have one")
	}
	r.Index = len(c.events)
	if !timed {
		r.Time = Time(r.Index)
	}
	if reason := c.valid.next(&r.Event, line); reason != "" {
		return c.fail(line, "%s", reason)
	}
	c.events = append(c.events, r.Event)
	return nil
}

// reserve sets memory aside once sampleSize events are there, so that a large
// history is not copied as it grows.
func (c *collector) reserve(consumed int64) {
	if len(c.events) == sampleSize {
		c.events = slices.Grow(c.events, c.estimate(consumed))
	}
}

// estimate returns how many records the rest of the file has, about, given what
// the first sampleSize took.
func (c *collector) estimate(consumed int64) int {
	rest := max(0, c.size-consumed) / (consumed/sampleSize + 1)
	return int(rest + rest/32 + 16)
}
