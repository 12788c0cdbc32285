package history

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"strings"
)

// detectBytes is how much of a file [Read] looks at to detect its format.
const detectBytes = 1 << 14

// Read reads a history in format f, which it detects if f is [Auto], and checks it
// as [Validate] does. Errors are [*Error] values that name the file, as given, and
// the line. An empty file is an empty history.
//
// The order of the file is the order of the history. In formats other than [JSONL]
// Read numbers the events itself, and if the file has no times, the time of an event
// is its number. A time that is before that of the event before is replaced by it. A
// process that has a name gets a number. See [ReadWith], which says all that.
//
// Jepsen's independent keys are part of the values: [key value]. Read splits these
// into [Event.Key] and [Event.Value] if a tag marks them, or if the history can be
// nothing else: all values of clients are such pairs, and some are [key nil], as in
// the invocation of a read. [SplitKeys] splits them in any other case.
func Read(r io.Reader, file string, f Format) ([]Event, error) {
	reading, err := ReadWith(r, file, Options{Format: f})
	if err != nil {
		return nil, err
	}
	return reading.Events, nil
}

// begin prepares the reading of a file whose format it detects if it is not given.
func begin(r io.Reader, file string, o Options) (*collector, sized, Format, error) {
	size, _ := sizeOf(r)
	b := bufio.NewReaderSize(r, detectBytes)
	prefix, err := b.Peek(detectBytes)
	if err != nil && err != io.EOF {
		return nil, sized{}, o.Format, &Error{File: file, Line: 1, Reason: fmt.Sprintf("cannot read the file: %v", err)}
	}
	f := o.Format
	if f == Auto {
		if f = Detect(prefix); f == Auto {
			return nil, sized{}, f, &Error{File: file, Line: 1, Reason: "not a history in a known format; known formats: " + formatNames(false)}
		}
	}
	if bytes.HasPrefix(prefix, byteOrderMark) {
		b.Discard(len(byteOrderMark))
	}
	in := sized{b, size}
	c := newCollector(in, file)
	c.lenient = o.Lenient
	return c, in, f, nil
}

// sized is a reader with its length, or 0 if that is not known.
type sized struct {
	io.Reader
	size int64
}

func read(c *collector, r sized, f Format) ([]Event, error) {
	switch f {
	case JSONL:
		return readJSONL(c, r)
	case EDN:
		return readEDN(c, r)
	case JepsenLog:
		return readJepsenLog(c, r)
	case JSON:
		return readJSON(c, r)
	case CSV:
		return readCSV(c, r)
	}
	_, err := ParseFormat(string(f))
	return nil, &Error{File: c.file, Index: -1, Reason: err.Error()}
}

// Write writes a history in [JSONL] or [EDN]. [Read] reads the same events back.
func Write(w io.Writer, f Format, events []Event) error {
	switch f {
	case JSONL:
		return writeJSONL(w, events)
	case EDN:
		return writeEDN(w, events)
	}
	if _, err := ParseFormat(string(f)); err != nil {
		return err
	}
	return fmt.Errorf("cannot write histories as %s; available: %s", f, formatNames(true))
}

func formatNames(writable bool) string {
	var names []string
	for _, f := range Formats() {
		if f.Writes || !writable {
			names = append(names, string(f.Format))
		}
	}
	return strings.Join(names, ", ")
}
