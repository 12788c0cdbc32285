package history

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"strings"
)

// detectBytes is how much of a file [Read] looks at to tell its format.
const detectBytes = 1 << 14

// Read reads a history, in a format or in the one that it is found to be in, and
// validates it as [Validate] does. The name of the file goes into errors, each of
// which is an [*Error] with the line. An empty file is an empty history.
//
// The order of the file is the order of the history. In formats that are not ours,
// events are numbered anew, and where the file gives no times, the number of an
// event is its time in nanoseconds.
//
// Jepsen's independent keys, which are in values as [key value], are split into
// [Event.Key] and [Event.Value] where the file says so by a tag, or where nothing else
// can be meant: all values of clients are such pairs, and some are [key nil], as
// of a read. [SplitKeys] does so on demand.
func Read(r io.Reader, file string, f Format) ([]Event, error) {
	size, _ := sizeOf(r)
	b := bufio.NewReaderSize(r, detectBytes)
	prefix, err := b.Peek(detectBytes)
	if err != nil && err != io.EOF {
		return nil, &Error{File: file, Line: 1, Reason: fmt.Sprintf("the file cannot be read: %v", err)}
	}
	if f == Auto {
		if f = Detect(prefix); f == Auto {
			return nil, &Error{File: file, Line: 1, Reason: "this is not a history in a known format; the formats are " + formatNames(false)}
		}
	}
	if bytes.HasPrefix(prefix, byteOrderMark) {
		b.Discard(len(byteOrderMark))
	}
	return read(sized{b, size}, file, f)
}

// sized is a reader with its length, or 0 if that is not known.
type sized struct {
	io.Reader
	size int64
}

func read(r sized, file string, f Format) ([]Event, error) {
	switch f {
	case JSONL:
		return readJSONL(r, file)
	case EDN:
		return readEDN(r, file)
	case JepsenLog:
		return readJepsenLog(r, file)
	case JSON:
		return readJSON(r, file)
	case CSV:
		return readCSV(r, file)
	}
	_, err := ParseFormat(string(f))
	return nil, &Error{File: file, Index: -1, Reason: err.Error()}
}

// Write writes a history, so that [Read] reads the same events back from it. JSONL and EDN can be written.
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
	return fmt.Errorf("histories are not written as %s, only as %s", f, formatNames(true))
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
