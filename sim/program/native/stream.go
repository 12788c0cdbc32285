//go:build unix

package native

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"sync"
	"syscall"
)

// eachLine calls do with each line of a stream, without its end, until that returns false. What is longer than the limit comes in pieces or is an
// error. What follows the last end of a line is a line too.
func eachLine(f *os.File, limit int, pieces bool, do func([]byte) bool) error {
	r := bufio.NewReaderSize(&stream{f}, 64<<10)
	var line []byte
	for {
		part, err := r.ReadSlice('\n')
		line = append(line, part...)
		ended := err == nil
		if ended {
			line = line[:len(line)-1]
		}
		for len(line) > limit {
			if !pieces {
				return fmt.Errorf("printed a line of more than %d MiB", limit>>20)
			}
			if !do(bytes.Clone(line[:limit])) {
				return nil
			}
			line = line[limit:]
		}
		switch {
		case ended || err != bufio.ErrBufferFull && len(line) > 0:
			if !do(line) {
				return nil
			}
			line = nil
		}
		if err != nil && err != bufio.ErrBufferFull {
			return nil // how a pipe ended does not matter
		}
	}
}

// stream is our end of a pipe. Once its deadline is over it ends when it is empty, whoever has the other end.
type stream struct{ f *os.File }

func (s *stream) Read(b []byte) (n int, err error) {
	if n, err = s.f.Read(b); !errors.Is(err, os.ErrDeadlineExceeded) {
		return n, err
	}
	raw, err := s.f.SyscallConn()
	if err != nil {
		return 0, err
	}
	failed := raw.Control(func(fd uintptr) {
		for n, err = syscall.Read(int(fd), b); err == syscall.EINTR; {
			n, err = syscall.Read(int(fd), b)
		}
	})
	if failed != nil || err != nil || n <= 0 {
		return 0, io.EOF
	}
	return n, nil
}

// input is what a process has not read yet, as far as its pipe does not hold it.
type input struct {
	f *os.File

	mu      sync.Mutex
	more    *sync.Cond
	pending []byte
	closed  bool
}

func newInput(f *os.File) *input {
	in := &input{f: f}
	in.more = sync.NewCond(&in.mu)
	return in
}

// add puts a line behind what waits. It reports false if too much does. What is added after the process closed its end is dropped.
func (in *input) add(line []byte) bool {
	in.mu.Lock()
	defer in.mu.Unlock()
	if in.closed {
		return true
	}
	if len(in.pending)+len(line) > MaxInput {
		return false
	}
	in.pending = append(append(in.pending, line...), '\n')
	in.more.Signal()
	return true
}

// write writes what is added, until the pipe is closed at either end.
func (in *input) write() {
	defer in.close()
	for {
		in.mu.Lock()
		for len(in.pending) == 0 && !in.closed {
			in.more.Wait()
		}
		lines := in.pending
		in.pending = nil
		closed := in.closed
		in.mu.Unlock()
		if closed {
			return
		}
		if _, err := in.f.Write(lines); err != nil {
			return
		}
	}
}

// close closes the pipe, also under a write that waits.
func (in *input) close() {
	in.mu.Lock()
	in.closed = true
	in.pending = nil
	in.more.Broadcast()
	in.mu.Unlock()
	in.f.Close()
}
