package history

import (
	"bytes"
	"errors"
	"fmt"
)

// readJepsenLog reads [JepsenLog]. Lines of newer logs have the form
// "… INFO [jepsen worker 3] jepsen.util: 3 :invoke …".
func readJepsenLog(c *collector, r sized) ([]Event, error) {
	lines := newLineReader(r)
	s := newEDNScanner(c.in)
	for {
		line, ok := lines.next()
		if !ok {
			break
		}
		columns, found := logColumns(line)
		if !found {
			switch {
			case len(bytes.TrimSpace(line)) == 0:
			case isDamaged(line):
				return nil, c.fail(lines.number, "expected a line like INFO  jepsen.util - 3 :invoke :read nil, got %s", clip(line))
			default:
				c.skipped.at(lines.number)
			}
			continue
		}
		if lines.cut {
			return nil, c.fail(lines.number, "the last line does not end in a newline: it may be cut off")
		}
		var rec record
		s.text, s.at = columns, 0
		if err := s.logRecord(&rec); err != nil {
			return nil, c.fail(lines.number, "%v", err)
		}
		if err := c.addForeign(&rec, lines.number); err != nil {
			return nil, err
		}
		c.reserve(lines.bytes)
	}
	if lines.failure != nil {
		return nil, c.unreadable(lines.number+1, lines.failure)
	}
	if c.count == 0 && c.skipped.times > 0 {
		return nil, c.fail(c.skipped.first, "expected a line like INFO  jepsen.util - 3 :invoke :read nil, but no line of the file is an event")
	}
	return c.finish()
}

var (
	logNamespace = []byte("jepsen.util")
	logLevels    = [][]byte{[]byte("INFO"), []byte("WARN"), []byte("ERROR"), []byte("DEBUG"), []byte("TRACE"), []byte("FATAL")}
)

// logColumns returns the part of a line that describes an event.
func logColumns(line []byte) (columns []byte, found bool) {
	if i := bytes.Index(line, logNamespace); i >= 0 {
		rest := bytes.TrimLeft(line[i+len(logNamespace):], " ")
		if len(rest) > 0 && (rest[0] == '-' || rest[0] == ':') {
			return rest[1:], isEventColumns(rest[1:])
		}
		return nil, false
	}
	return line, isEventColumns(line)
}

// isDamaged reports whether a line that does not describe an event seems to be meant to:
// it is from jepsen.util, or has no level, and begins with a process.
func isDamaged(line []byte) bool {
	_, columns, found := bytes.Cut(line, logNamespace)
	if !found {
		if isLogLine(line) {
			return false
		}
		columns = line
	}
	process, _ := firstWord(bytes.TrimLeft(columns, " -:"))
	return len(process) > 0 && countDigits(process) == len(process)
}

// isEventColumns reports whether text begins with a process and a type.
func isEventColumns(text []byte) bool {
	process, rest := firstWord(text)
	kind, _ := firstWord(rest)
	if len(process) == 0 || len(kind) < 2 || kind[0] != ':' {
		return false
	}
	return process[0] == ':' || countDigits(process) == len(process)
}

// firstWord cuts the first word off a text.
func firstWord(text []byte) (word, rest []byte) {
	for len(text) > 0 && text[0] <= ' ' {
		text = text[1:]
	}
	n := 0
	for n < len(text) && text[n] > ' ' {
		n++
	}
	return text[:n], text[n:]
}

// isLogLine reports whether a line is a message of another namespace than jepsen.util: such a line has a level.
func isLogLine(line []byte) bool {
	for i, word := range bytes.Fields(line) {
		for _, level := range logLevels {
			if bytes.Equal(word, level) {
				return !bytes.Contains(line, logNamespace)
			}
		}
		if i == 4 {
			break // date, time, zone, …
		}
	}
	return false
}

// logRecord parses the columns of an event.
func (s *ednScanner) logRecord(rec *record) error {
	for _, f := range []field{fieldProcess, fieldType, fieldF} {
		v, err := s.value()
		if err != nil {
			return fmt.Errorf("%v: %w", f, err)
		}
		if err := rec.set(f, v); err != nil {
			return err
		}
	}
	c, err := s.peek()
	if err != nil {
		return err
	}
	if rec.Process == Nemesis {
		rec.Value = String(string(bytes.TrimSpace(s.text[s.at:]))) // more often free text than EDN
		return nil
	}
	if c == 0 {
		return errors.New("value is missing")
	}
	if err := s.operand(rec); err != nil {
		return err
	}
	if c == ':' && (rec.Type == Fail || rec.Type == Info) {
		rec.Error, _ = rec.Value.AsString()
		rec.Value = Null
	}
	return s.logError(rec)
}

// logError parses the last column, which is optional: EDN, or the words of a message.
func (s *ednScanner) logError(rec *record) error {
	c, err := s.peek()
	if err != nil || c == 0 {
		return err
	}
	words := bytes.TrimSpace(s.text[s.at:])
	v, err := s.value()
	if err == nil {
		if c, err = s.peek(); err == nil && c == 0 {
			rec.Error = textOf(v)
			return nil
		}
	}
	if rec.Type != Fail && rec.Type != Info {
		return fmt.Errorf("expected nothing after the event, got %s", clip(words))
	}
	rec.Error = textOf(String(string(words))) // valid UTF-8, as all other texts
	return nil
}
