package history

import (
	"errors"
	"fmt"
	"io"
)

// Options say how a history is read. The zero value detects the format and is strict.
type Options struct {
	Format Format

	// Lenient lets a process go on after an info, as harnesses do whose clients keep their
	// name: from there on it counts as a new process, since the operation that the info
	// ended may still take effect.
	Lenient bool

	// Whole says to [Follow] that the history is written already: it may read ahead, and says in
	// [Reading.Pairs] what [ReadWith] would have looked at the whole history for.
	Whole bool
}

// Reading is a history as it was read, with what a person should know about it.
type Reading struct {
	Events  []Event
	Untimed bool               // no event had a time: the time of each is its position
	Names   map[Process]string // of the processes that are not known by a number
	Notes   []string           // what was left out or changed, one sentence each
	Pairs   bool               // of [Follow]: all values so far may be pairs of an independent key and a value, and were not split

	file  string
	lines []int32 // of each event
}

// Locate completes an error about an event of the history with the line that it is at;
// it returns any other error as it is.
func (r *Reading) Locate(err error) error {
	var e *Error
	if !errors.As(err, &e) || e.File != "" || e.Index < 0 || e.Index >= len(r.lines) || r.lines[e.Index] == 0 {
		return err
	}
	at := *e
	at.File, at.Line = r.file, int(r.lines[e.Index])
	return &at
}

// Line returns the line of the file that an event is at, from 1; 0 if that is not known.
func (r *Reading) Line(event int) int {
	if event < 0 || event >= len(r.lines) {
		return 0
	}
	return int(r.lines[event])
}

// Who names a process: its own name, or "process 3".
func (r *Reading) Who(p Process) string {
	if name, ok := r.Names[p]; ok {
		return name
	}
	return fmt.Sprintf("process %d", p)
}

// ReadWith is [Read] with options, and says what it noticed.
func ReadWith(r io.Reader, file string, o Options) (*Reading, error) {
	c, in, f, err := begin(r, file, o)
	if err != nil {
		return nil, err
	}
	events, err := read(c, in, f)
	if err != nil {
		return nil, err
	}
	return c.reading(events), nil
}

// reading is what was read, with the notes.
func (c *collector) reading(events []Event) *Reading {
	c.renumber(events)
	return &Reading{Events: events, Untimed: c.count > 0 && !c.timed, Names: c.valid.names, Notes: c.notes(), file: c.file, lines: c.lines}
}

// Replace puts another history in the place of the events, such as one with more of them.
// from says of each new event which event it was, or -1; name is that of new processes.
func (r *Reading) Replace(events []Event, from []int, name string) {
	lines := make([]int32, len(events))
	for i, old := range from {
		switch {
		case old >= 0 && old < len(r.lines):
			lines[i] = r.lines[old]
		case old < 0 && events[i].Process != Nemesis:
			r.name(events[i].Process, name)
		}
	}
	r.Events, r.lines = events, lines
}

// name gives a process a name.
func (r *Reading) name(p Process, name string) {
	if r.Names == nil {
		r.Names = make(map[Process]string)
	}
	r.Names[p] = name
}

// noticed is something that happened to lines of a file.
type noticed struct {
	times int
	first int // line
}

func (n *noticed) at(line int) {
	if n.times++; n.times == 1 {
		n.first = line
	}
}

// notes says what was noticed.
func (c *collector) notes() []string {
	var notes []string
	say := func(n noticed, one, many string) {
		switch {
		case n.times == 1:
			notes = append(notes, fmt.Sprintf(one, n.first))
		case n.times > 1:
			notes = append(notes, fmt.Sprintf(many, n.times, n.first))
		}
	}
	say(c.skipped, "line %d is not an event and was skipped", "%d lines are not events and were skipped, the first at line %d")
	say(c.backwards, "time goes backwards at line %d: the order of lines counts, and the event got the time of the one before", "time goes backwards at %d lines, the first at line %d: the order of lines counts, and these events got the time of the one before")
	say(c.timeless, "line %d has no time, and got that of the event before", "%d lines have no time, the first at line %d, and got that of the event before")
	say(c.resumed, "a process went on after an info at line %d: from there on it counts as a new process", "processes went on after an info at %d lines, the first at line %d: from there on they count as new processes")
	say(c.cut, "line %d was not written to its end, and was left out", "%d lines were not written to their end, the first at line %d")
	return notes
}

// Processes that are not known by a number get one from provisional on while the file is
// read, and at the end one that follows the numbers of the file, which are smaller.
const provisional Process = 1 << 62

// numbered refuses a number of a process that one with a name may get.
func (c *collector) numbered(r *record, line int) error {
	if r.Process >= provisional {
		return c.fail(line, "process: expected a number below %d, got %d", provisional, r.Process)
	}
	return nil
}

// named returns the process with a name.
func (c *collector) named(name string) Process {
	p, known := c.byName[name]
	if !known {
		p = provisional + Process(len(c.valid.names))
		c.byName[name], c.valid.names[p] = p, name
	}
	return p
}

// renumber gives the processes without a number the numbers after those of the file.
func (c *collector) renumber(events []Event) {
	if len(c.valid.names) == 0 {
		return
	}
	last := Process(-1)
	for i := range events {
		if p := events[i].Process; p < provisional {
			last = max(last, p)
		}
	}
	names := make(map[Process]string, len(c.valid.names))
	for p, name := range c.valid.names {
		names[last+1+p-provisional] = name
	}
	for i := range events {
		if p := &events[i].Process; *p >= provisional {
			*p += last + 1 - provisional
		}
	}
	c.valid.names = names
}

// whose says which process an event of a foreign format belongs to: by number, by name,
// or, in a history without processes, the only one.
func (c *collector) whose(r *record, line int) error {
	if r.has&(fieldProcess|fieldClient) == 0 {
		if c.valid.processes.of(0).phase == open && r.Type == Invoke {
			return c.fail(line, "process is missing, and the operation before has not completed: without processes, operations must come one after the other")
		}
		r.has |= fieldProcess
		return nil
	}
	r.has |= fieldProcess
	if r.name == "" || r.name == "nemesis" {
		return nil
	}
	if _, client := c.byName[r.name]; client || r.Type != Info {
		r.Process = c.named(r.name)
	}
	return nil
}

// resume lets a process go on after an info, if that is allowed: as a new one.
func (c *collector) resume(r *record, line int) {
	if r.Process == Nemesis || !c.lenient {
		return
	}
	own := r.Process
	if now, ok := c.goesOnAs[own]; ok {
		r.Process = now
	}
	if r.Type != Invoke || c.valid.processes.of(r.Process).phase != ended {
		return
	}
	c.resumed.at(line)
	r.Process = c.named(fmt.Sprintf("%s (%d)", c.valid.who(own), c.lives(own)))
	c.goesOnAs[own] = r.Process
}

// lives counts how often a process has begun, with this time.
func (c *collector) lives(p Process) int {
	c.begun[p]++
	return c.begun[p] + 1
}

// timely gives an event a time that is not before the one of the event before.
func (c *collector) timely(r *record, line int) {
	switch late := r.has&fieldTime != 0 && r.Time < c.valid.time; {
	case late && r.Time >= 0:
		c.backwards.at(line)
		r.Time = c.valid.time
	case c.timed && r.has&fieldTime == 0:
		c.timeless.at(line)
		r.Time = c.valid.time
		r.has |= fieldTime
	}
}
