package history

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
)

// maxRecord bounds the bytes of a line, or of a record that spans lines: those of a read
// of five million numbers fit.
const maxRecord = 64 << 20

var errRecordTooLong = fmt.Errorf("the record that begins here is longer than %d MiB", maxRecord>>20)

// lineReader returns the lines of a text one after the other, of up to maxRecord bytes.
type lineReader struct {
	r       *bufio.Reader
	long    []byte // a line that is longer than the buffer
	number  int    // of the latest line, from 1
	cut     bool   // that line does not end in a newline
	bytes   int64  // returned so far, with the ends of lines
	failure error  // of the underlying reader, other than io.EOF
}

func newLineReader(r io.Reader) *lineReader {
	return &lineReader{r: bufio.NewReaderSize(r, 1<<16)}
}

// next returns the next line without its end, or false after the last. The
// line is valid until the following call.
func (l *lineReader) next() ([]byte, bool) {
	line, err := l.r.ReadSlice('\n')
	if err == bufio.ErrBufferFull {
		l.long = append(l.long[:0], line...)
		for err == bufio.ErrBufferFull {
			line, err = l.r.ReadSlice('\n')
			if l.long = append(l.long, line...); len(l.long) > maxRecord {
				l.failure = errRecordTooLong
				return nil, false
			}
		}
		line = l.long
	}
	if err != nil && err != io.EOF {
		l.failure = err
		return nil, false
	}
	if len(line) == 0 {
		return nil, false
	}
	l.number++
	l.bytes += int64(len(line))
	l.cut = line[len(line)-1] != '\n'
	line = bytes.TrimSuffix(line, []byte("\n"))
	return bytes.TrimSuffix(line, []byte("\r")), true
}

// sizeOf returns how many bytes r still holds, if it can tell.
func sizeOf(r io.Reader) (int64, bool) {
	if l, ok := r.(interface{ Len() int }); ok {
		return int64(l.Len()), true
	}
	s, ok := r.(io.Seeker)
	if !ok {
		return 0, false
	}
	here, err := s.Seek(0, io.SeekCurrent)
	if err != nil {
		return 0, false
	}
	end, err := s.Seek(0, io.SeekEnd)
	if err != nil {
		return 0, false
	}
	if _, err := s.Seek(here, io.SeekStart); err != nil {
		return 0, false
	}
	return end - here, true
}
