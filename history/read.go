package history

import (
	"fmt"
	"io"
	"strings"
)

// Format is a way to write a history down.
type Format string

const (
	Auto  Format = ""      // to read: whichever [Detect] finds
	JSONL Format = "jsonl" // the project's own: an object per line
)

// Read reads a history and validates it. The name of the file goes into errors,
// each of which is an [*Error] with the line. An empty file is an empty history.
//
// Files without times, or with nothing but positions, get the position of each event as its time in nanoseconds.
func Read(r io.Reader, file string, f Format) ([]Event, error) {
	switch f {
	case Auto, JSONL:
		return readJSONL(r, file)
	}
	return nil, fmt.Errorf("%q is no format of histories", string(f))
}

// Write writes a history.
func Write(w io.Writer, f Format, events []Event) error {
	switch f {
	case Auto, JSONL:
		return writeJSONL(w, events)
	}
	return fmt.Errorf("%q is no format that histories are written in; %s are", string(f), strings.Join([]string{"jsonl", "edn"}, " and "))
}
