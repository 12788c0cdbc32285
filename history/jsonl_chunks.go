package history

import (
	"bytes"
	"io"
	"sync"

	"simrun/internal/crash"
)

// A large file is cut into chunks of whole lines, which several goroutines parse. The collector takes their lines in order, so
// that what is read does not depend on which goroutine was fast.
const (
	chunkSize = 1 << 15 // bytes, or one line if that is longer
	parsers   = 4
	chunkedAt = 1 << 22 // bytes of a file from which this is worth while
)

// chunk is a part of a file.
type chunk struct {
	text  []byte
	lines []parsedLine
	err   error         // of the reader, after the lines
	crash *crash.Panic  // of the reader, or of the parser
	done  chan struct{} // closed when lines are parsed
}

// parsedLine is a line of a chunk.
type parsedLine struct {
	rec        record
	err        error
	size       int  // in bytes, with its end
	unfinished bool // it is the last of the file, and seems not to have been written to its end
}

// readChunks reads [JSONL] as the collector's loop over lines does, on several cores.
func readChunks(c *collector, r io.Reader) ([]Event, error) {
	q := &chunkQueue{parse: make(chan *chunk, parsers), take: make(chan *chunk, 2*parsers), stop: make(chan struct{}), free: sync.Pool{New: func() any { return new(chunk) }}}
	var running sync.WaitGroup
	running.Go(func() { q.cut(r) })
	for range parsers {
		running.Go(func() { q.parseAll(newInterner()) })
	}
	defer running.Wait()
	defer close(q.stop)
	number, consumed := 0, int64(0)
	for k := range q.take {
		if <-k.done; k.crash != nil {
			panic(k.crash)
		}
		for i := range k.lines {
			l := &k.lines[i]
			number++
			consumed += int64(l.size)
			if l.unfinished {
				c.cut.at(number)
				return c.events, nil
			}
			if err := c.takeLine(&l.rec, l.err, number); err != nil {
				return nil, err
			}
			c.reserve(consumed)
		}
		if k.err != nil {
			return nil, c.unreadable(number+1, k.err)
		}
		q.free.Put(k)
	}
	return c.events, nil
}

// chunkQueue joins who cuts the file, who parses and who takes.
type chunkQueue struct {
	parse, take chan *chunk
	stop        chan struct{}
	free        sync.Pool
}

// cut cuts a file into chunks, in order.
func (q *chunkQueue) cut(r io.Reader) {
	defer close(q.take)
	defer close(q.parse)
	defer func() {
		if x := recover(); x != nil {
			k := &chunk{crash: crash.Recovered(x), done: make(chan struct{})}
			close(k.done)
			q.send(k, q.take)
		}
	}()
	var rest []byte // the beginning of a line whose end is in the next chunk
	for end := false; !end; {
		k := q.free.Get().(*chunk)
		k.text, k.lines, k.err, k.crash, k.done = append(k.text[:0], rest...), k.lines[:0], nil, nil, make(chan struct{})
		rest = rest[:0]
		var last int // after the last end of a line
		for last == 0 && !end {
			if len(k.text) > maxRecord {
				k.text, k.err, end = k.text[:0], errRecordTooLong, true
				break
			}
			from := len(k.text)
			k.text = append(k.text, make([]byte, chunkSize)...)
			n, err := fill(r, k.text[from:])
			k.text = k.text[:from+n]
			if i := bytes.LastIndexByte(k.text[from:], '\n'); i >= 0 { // there is none before: a long line is searched once
				last = from + i + 1
			}
			if end = err != nil; err != io.EOF {
				k.err = err
			}
		}
		if !end {
			rest = append(rest, k.text[last:]...)
		}
		if !end || k.err != nil { // what a failed reader gave of its last line is not a line
			k.text = k.text[:last]
		}
		if !q.send(k, q.take) || !q.send(k, q.parse) {
			return
		}
	}
}

// fill reads until b is full, or until the error of the reader: io.EOF at its end.
func fill(r io.Reader, b []byte) (n int, err error) {
	for n < len(b) && err == nil {
		var more int
		more, err = r.Read(b[n:])
		n += more
	}
	return n, err
}

// send hands a chunk on. It reports false if nobody wants any more.
func (q *chunkQueue) send(k *chunk, to chan *chunk) bool {
	select {
	case to <- k:
		return true
	case <-q.stop:
		return false
	}
}

// parseAll parses chunks as they come.
func (q *chunkQueue) parseAll(in *interner) {
	for k := range q.parse {
		k.parse(in)
	}
}

// parse parses the lines of a chunk.
func (k *chunk) parse(in *interner) {
	defer close(k.done)
	defer func() {
		if x := recover(); x != nil {
			k.crash = crash.Recovered(x)
		}
	}()
	for text := k.text; len(text) > 0; {
		line, rest, ended := bytes.Cut(text, []byte("\n"))
		k.lines = append(k.lines, parsedLine{size: len(text) - len(rest)})
		l := &k.lines[len(k.lines)-1]
		text, line = rest, bytes.TrimSuffix(line, []byte("\r"))
		l.rec, l.err = parseJSONLine(line, in)
		l.unfinished = l.err != nil && !ended && isUnfinished(line)
	}
}
