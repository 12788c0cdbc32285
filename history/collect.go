package history

import (
	"fmt"
	"io"
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
	timed  bool // the events of this file carry times
}

// sampleSize is the number of events after which memory for the rest is
// set aside, judged by the share of the file that they took.
const sampleSize = 1000

func newCollector(r io.Reader, file string) *collector {
	size, _ := sizeOf(r)
	return &collector{file: file, size: size, in: newInterner(), valid: newValidator("line")}
}

// fail returns an error at a line.
func (c *collector) fail(line int, format string, args ...any) error {
	return &Error{File: c.file, Line: line, Index: len(c.events), Reason: fmt.Sprintf(format, args...)}
}

// unreadable reports a failure of the reader below.
func (c *collector) unreadable(line int, err error) error {
	return c.fail(line, "the file cannot be read further: %v", err)
}

// add takes the next event, which stands at a line. Its index becomes its position; its
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

// reserve sets memory aside once sampleSize events are there, given how much
// of the file they took, so that a large history is not copied as it grows.
func (c *collector) reserve(consumed int64) {
	if len(c.events) != sampleSize || c.size <= consumed {
		return
	}
	rest := float64(c.size-consumed) / float64(consumed) * sampleSize
	c.events = slices.Grow(c.events, int(rest*1.02)+16)
}
