package wasi

import "bytes"

// input is standard input. The guest sees one line, and the next only when it waits.
type input struct {
	seen    []byte   // what is left of the line that the guest sees
	line    []byte   // that line, whole
	spare   []byte   // room for another
	waiting [][]byte // lines, of which those from head on it does not see yet, oldest first
	head    int
}

// add puts a line behind those that wait.
func (in *input) add(line []byte) {
	if in.head > len(in.waiting)/2 {
		in.waiting = append(in.waiting[:0], in.waiting[in.head:]...)
		in.head = 0
	}
	in.waiting = append(in.waiting, append(append(in.spare[:0], line...), '\n'))
	in.spare = nil
}

// show makes the oldest line seen, if the guest has read the one before. It reports whether there is something to read.
func (in *input) show() bool {
	if len(in.seen) == 0 && in.head < len(in.waiting) {
		in.spare, in.line = in.line, in.waiting[in.head]
		in.seen, in.waiting[in.head] = in.line, nil
		if in.head++; in.head == len(in.waiting) {
			in.waiting, in.head = in.waiting[:0], 0
		}
	}
	return len(in.seen) > 0
}

// ready is how many bytes can be read.
func (in *input) ready() int { return len(in.seen) }

// read takes what fits.
func (in *input) read(b []byte) int {
	n := copy(b, in.seen)
	in.seen = in.seen[n:]
	return n
}

// readInput is a read of standard input: what is there, or a wait for it.
func (p *process) readInput(buffers vector) (int, errno) {
	for p.in.ready() == 0 {
		if !p.program.blocks {
			return 0, eagain
		}
		p.pause(forInput, 0)
	}
	total := 0
	for i := range buffers.n {
		b, ok := p.buffer(buffers, i)
		if !ok {
			return total, efault
		}
		total += p.in.read(b)
	}
	return total, success
}

// splitter makes lines of what is written.
type splitter struct {
	line   func([]byte)
	limit  int
	pieces bool   // a line that is too long is cut into pieces
	rest   []byte // a line without its end
}

// write adds bytes. False: a line is too long.
func (s *splitter) write(b []byte) bool {
	for len(b) > 0 {
		i := bytes.IndexByte(b, '\n')
		switch {
		case i >= 0 && len(s.rest)+i <= s.limit:
			s.give(b[:i])
			b = b[i+1:]
		case i < 0 && len(s.rest)+len(b) <= s.limit:
			s.rest = append(s.rest, b...)
			return true
		case !s.pieces:
			return false
		default:
			room := s.limit - len(s.rest)
			s.give(b[:room])
			b = b[room:]
		}
	}
	return true
}

// give passes a line on, whose last part is b.
func (s *splitter) give(b []byte) {
	if len(s.rest) > 0 {
		b = append(s.rest, b...)
		s.rest = b[:0]
	}
	s.line(b)
}

// flush passes on a last line without an end.
func (s *splitter) flush() {
	if len(s.rest) > 0 {
		s.give(nil)
	}
}

// printed passes on a line of standard output.
func (p *process) printed(line []byte) { p.streams.Line(line) }

// writeOutput is a write to standard output or to the log.
func (p *process) writeOutput(to *splitter, buffers vector) (int, errno) {
	total := 0
	for i := range buffers.n {
		b, ok := p.buffer(buffers, i)
		if !ok {
			return total, efault
		}
		if !to.write(b) {
			p.end(stopped("wrote a line of more than %d MiB to standard output", MaxLine>>20))
		}
		total += len(b)
	}
	return total, success
}
