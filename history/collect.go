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
	lines  []int32              // line of each of events
	keys   map[string]valueKind // which kind of value each key was in the file

	lenient  bool
	byName   map[string]Process
	goesOnAs map[Process]Process // of a process that an info ended: as which it went on
	begun    map[Process]int     // of such a process: how often it went on

	skipped, backwards, timeless, resumed, cut noticed
}

// sampleSize is the number of events after which the collector estimates how many
// the file holds, and allocates memory for the rest.
const sampleSize = 1000

func newCollector(r sized, file string) *collector {
	return &collector{file: file, size: r.size, in: newInterner(), valid: newNamedValidator(), keys: make(map[string]valueKind),
		byName: make(map[string]Process), goesOnAs: make(map[Process]Process), begun: make(map[Process]int)}
}

// fail returns an error at a line.
func (c *collector) fail(line int, format string, args ...any) *Error {
	return &Error{File: c.file, Line: line, Index: c.count, Reason: fmt.Sprintf(format, args...)}
}

// unreadable returns the error for a failure of the underlying reader.
func (c *collector) unreadable(line int, err error) error {
	if err == errRecordTooLong {
		return c.fail(line, "%v", err)
	}
	return c.fail(line, "cannot read the rest of the file: %v", err)
}

// addForeign adds the next event of a foreign format, in which fields may be missing
// that Jepsen and elle leave out.
func (c *collector) addForeign(r *record, line int) error {
	if err := r.need(fieldType); err != nil {
		return c.fail(line, "%v", err)
	}
	if err := c.numbered(r, line); err != nil {
		return err
	}
	if err := c.whose(r, line); err != nil {
		return err
	}
	if r.has&fieldF == 0 {
		if _, isList := r.Value.Len(); isList {
			r.F = "txn" // elle's histories consist of transactions only
		}
	}
	if r.has&fieldKey != 0 {
		c.pairs.out = true
		if before, ok := c.keys[r.Key]; !ok {
			c.keys[r.Key] = r.keyKind
		} else if before != r.keyKind {
			return c.fail(line, "key %q is a %v here, but was a %v before, and simrun compares keys as text", r.Key, r.keyKind, before)
		}
	}
	c.pairs.see(&r.Event)
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
	if c.count == 0 {
		c.timed = r.has&fieldTime != 0
	}
	c.timely(r, line)
	c.resume(r, line)
	timed := r.has&fieldTime != 0
	if timed != c.timed {
		return c.fail(line, "this event has a time, but those before it have none")
	}
	r.Index = c.count
	if !timed {
		r.Time = Time(r.Index)
	}
	if reason := c.valid.next(&r.Event, line); reason != "" {
		err := c.fail(line, "%s", reason)
		err.Resumes = r.Type == Invoke && r.Process != Nemesis && c.valid.processes.of(max(r.Process, 0)).phase == ended
		return err
	}
	c.count++
	if c.each != nil {
		return c.each(r.Event)
	}
	c.events = append(c.events, r.Event)
	c.lines = append(c.lines, int32(line))
	return nil
}

// reserve allocates memory for the rest of the file after sampleSize events, so that
// a large history is not copied as it grows.
func (c *collector) reserve(consumed int64) {
	if len(c.events) == sampleSize {
		n := c.estimate(consumed)
		c.events, c.lines = slices.Grow(c.events, n), slices.Grow(c.lines, n)
	}
}

// estimate returns roughly how many records the rest of the file has, given the
// number of bytes that the first sampleSize took.
func (c *collector) estimate(consumed int64) int {
	rest := max(0, c.size-consumed) / (consumed/sampleSize + 1)
	return int(rest + rest/32 + 16)
}
