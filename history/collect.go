package history

import (
	"fmt"
	"slices"
)

// collector gathers the events of a file and checks each as it comes, so that an
// error can name its line.
type collector struct {
	file   string
	size   int64 // of the file, or 0 if not known
	in     *interner
	valid  *validator
	events []Event
	each   func(Event) error    // gets the events in place of events, if it is not nil
	count  int                  // events so far
	timed  bool                 // the events of this file carry times
	pairs  independence         // whether the values can be pairs of a key and a value
	lines  []int32              // line of each event, while the values can be such pairs
	keys   map[string]valueKind // which kind of value each key was in the file
}

// sampleSize is the number of events after which the collector estimates how many
// the file holds, and allocates memory for the rest.
const sampleSize = 1000

func newCollector(r sized, file string) *collector {
	return &collector{file: file, size: r.size, in: newInterner(), valid: newValidator("line"), keys: make(map[string]valueKind)}
}

// fail returns an error at a line.
func (c *collector) fail(line int, format string, args ...any) error {
	return &Error{File: c.file, Line: line, Index: c.count, Reason: fmt.Sprintf(format, args...)}
}

// unreadable returns the error for a failure of the underlying reader.
func (c *collector) unreadable(line int, err error) error {
	return c.fail(line, "cannot read the rest of the file: %v", err)
}

// timeSlack is how far the times of a foreign format may go backwards. Workers of
// Jepsen before 0.2 read the clock before they appended to the history, so its
// order is right, but its times can go backwards by fractions of a millisecond; such a
// time is replaced by the previous one. More than a second means that the file is not
// in order.
const timeSlack = Time(1e9)

// addForeign adds the next event of a foreign format, in which fields may be missing
// that Jepsen and elle leave out.
func (c *collector) addForeign(r *record, line int) error {
	if err := r.need(fieldProcess | fieldType); err != nil {
		return c.fail(line, "%v", err)
	}
	if r.name != "" && r.Type != Info {
		return c.fail(line, "process: expected a number, got %q; a process with a name, such as the nemesis, can only have infos", r.name)
	}
	if r.has&fieldF == 0 {
		if _, isList := r.Value.Len(); isList {
			r.F = "txn" // elle's histories consist of transactions only
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
			return c.fail(line, "key %q is a %v here, but was a %v before, and simrun compares keys as text", r.Key, r.keyKind, before)
		}
	}
	if c.pairs.see(&r.Event); c.pairs.out {
		c.lines = nil
	} else {
		c.lines = append(c.lines, int32(line))
	}
	return c.add(r, line)
}

// finish returns the history at the end of the file. If its values are pairs of
// independent keys and values, as jepsen.independent makes them, it splits them.
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

// add adds the next event, which is at the given line. It sets the event's index to
// its position, and its time as well if the file has no times.
func (c *collector) add(r *record, line int) error {
	timed := r.has&fieldTime != 0
	if c.count == 0 {
		c.timed = timed
	}
	if timed != c.timed {
		if timed {
			return c.fail(line, "this event has a time, but those before it have none")
		}
		return c.fail(line, "time is missing, but the events before it have one")
	}
	r.Index = c.count
	if !timed {
		r.Time = Time(r.Index)
	}
	if reason := c.valid.next(&r.Event, line); reason != "" {
		return c.fail(line, "%s", reason)
	}
	c.count++
	if c.each != nil {
		return c.each(r.Event)
	}
	c.events = append(c.events, r.Event)
	return nil
}

// reserve allocates memory for the rest of the file after sampleSize events, so that
// a large history is not copied as it grows.
func (c *collector) reserve(consumed int64) {
	if len(c.events) == sampleSize {
		c.events = slices.Grow(c.events, c.estimate(consumed))
	}
}

// estimate returns roughly how many records the rest of the file has, given the
// number of bytes that the first sampleSize took.
func (c *collector) estimate(consumed int64) int {
	rest := max(0, c.size-consumed) / (consumed/sampleSize + 1)
	return int(rest + rest/32 + 16)
}
