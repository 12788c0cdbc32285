package history

import (
	"bytes"
	"fmt"
	"io"
)

// Follow reads a history while it is written, such as from a pipe, and calls each for
// every event as soon as it is complete. It returns what [ReadWith] does, without the
// events; processes that are not known by a number have large ones. An error of each
// ends Follow, which returns it as it is; the other errors are those of [ReadWith].
//
// Follow can't read [CSV], whose rows are in no order of time. It splits only those
// independent keys that a tag marks; with [Options.Whole] it says if there may be others. A last line of [JSONL] that was not written to its
// end is left out: whoever wrote it was stopped.
func Follow(r io.Reader, file string, o Options, each func(Event) error) (*Reading, error) {
	f := o.Format
	start, err := firstLine(r)
	if err != nil {
		return nil, &Error{File: file, Line: 1, Reason: fmt.Sprintf("cannot read the file: %v", err)}
	}
	if f == Auto {
		if f = Detect(start); f == Auto {
			return nil, &Error{File: file, Line: 1, Reason: "not a history in a known format; known formats: " + formatNames(false)}
		}
	}
	if f == CSV {
		return nil, &Error{File: file, Index: -1, Reason: "a table of intervals is in no order of time, so it can't be followed; expected jsonl, edn, json or jepsen-log"}
	}
	in := sized{Reader: io.MultiReader(bytes.NewReader(bytes.TrimPrefix(start, byteOrderMark)), r)}
	if o.Whole {
		in.size, _ = sizeOf(r)
	}
	c := newCollector(in, file)
	c.each, c.pairs.out, c.lenient = each, !o.Whole, o.Lenient
	_, err = read(c, in, f)
	read := &Reading{Untimed: c.count > 0 && !c.timed, Names: c.valid.names, Notes: c.notes()}
	read.Pairs = f != JSONL && c.count > 0 && !c.pairs.out
	return read, err
}

// firstLine reads the first line, or as much of it as is needed to detect the format.
func firstLine(r io.Reader) ([]byte, error) {
	start := make([]byte, 0, detectBytes)
	for empty := 0; len(start) < detectBytes && bytes.IndexByte(start, '\n') < 0; {
		n, err := r.Read(start[len(start):detectBytes])
		start = start[:len(start)+n]
		if empty++; n > 0 {
			empty = 0
		}
		switch {
		case err == io.EOF:
			return start, nil
		case err == nil && empty == 100:
			return nil, io.ErrNoProgress
		case err != nil:
			return nil, err
		}
	}
	return start, nil
}
