package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"simrun/check"
	"simrun/check/specs"
	"simrun/history"
	"simrun/internal/count"
)

// follow checks one history while it is written, until a violation is certain, its pipe
// ends, or the user stops it; and then decides, prints and stores what was read.
func (c *checking) follow(ctx context.Context, files []string) error {
	if len(files) != 1 {
		return fmt.Errorf("--follow takes one history at a time, not %d", len(files))
	}
	r, err := c.followed(ctx, files[0])
	if err == nil {
		err = c.begin(r)
	}
	if err != nil {
		return c.hinted(err)
	}
	s, err := c.decide(context.WithoutCancel(ctx), files[0], r)
	if err != nil {
		return err
	}
	return c.printAll([]shown{s})
}

// errCertain ends the reading of a history whose violation is certain.
var errCertain = errors.New("a violation is certain")

// followed reads events until a violation of them is certain, or there are no more.
func (c *checking) followed(ctx context.Context, file string) (*history.Reading, error) {
	f := &following{checking: c}
	f.stream, f.online = check.NewStream(c.spec), check.NewOnline(c.spec, c.opts)
	if len(c.initial) > 0 || c.spec == specs.Lease {
		f.stream, f.online = nil, nil // what objects began with is known once all keys are, and when leases end once all times are
	}
	r, name, err := f.open(ctx, file)
	if err != nil {
		return nil, err
	}
	f.bar = c.progress("following "+name, -1)
	defer f.bar.end()
	read, err := history.Follow(r, name, history.Options{Format: c.from, Lenient: c.lenient}, func(e history.Event) error { return f.add(name, e) })
	if err != nil && !errors.Is(err, errCertain) {
		return nil, inFile(name, err)
	}
	read.Events = f.events
	return read, nil
}

// following is a history that is decided while it is written.
type following struct {
	*checking
	stream  *check.Stream // nil if the history is more than reads and writes
	online  *check.Online
	bar     bar
	events  []history.Event
	decided int // events that were decided with the open ones relaxed
}

// add takes the next event. It returns errCertain if a violation is certain now.
func (f *following) add(name string, e history.Event) error {
	f.events = append(f.events, e)
	if len(f.events)%64 == 0 {
		f.bar.describe(fmt.Sprintf("following %s: %s, no violation so far", name, count.Of(len(f.events), "event")))
	}
	if f.stream != nil {
		outcome, err := f.stream.Feed(&e)
		switch {
		case err != nil || outcome == check.Valid:
			return err
		case outcome == check.Violation:
			return errCertain
		}
		return f.leaveStream()
	}
	if f.online == nil {
		return nil
	}
	return f.search(e)
}

// leaveStream decides by a search what a stream could not.
func (f *following) leaveStream() error {
	f.stream = nil
	for _, e := range f.events {
		if err := f.search(e); err != nil {
			return err
		}
	}
	return nil
}

// search gives the next event to the search.
func (f *following) search(e history.Event) error {
	outcome, err := f.online.Feed(e)
	if err != nil {
		return err
	}
	// An operation that stays open makes all later ones wait. Now and then, each time the
	// history has doubled, they are decided without knowing how it ends.
	if outcome == check.Violation || f.online.Waiting() > longWait && len(f.events) > 2*f.decided && f.violated() {
		return errCertain
	}
	return nil
}

// longWait is how many events may wait for an open operation.
const longWait = 1000

// violated decides the events so far, of which those that are open may end in any way.
func (f *following) violated() bool {
	f.decided = len(f.events)
	r := &history.Reading{Events: f.events}
	if f.begin(r) != nil {
		return false
	}
	v, err := check.Linearizable(f.spec, r.Events, f.opts)
	return err == nil && v.Outcome == check.Violation
}

// paused is called when nothing was written for a while. It reports whether a violation is certain.
func (f *following) paused() bool { return f.decided < len(f.events) && f.violated() }

// open opens a history that may still grow, and returns how to call it in messages.
func (f *following) open(ctx context.Context, name string) (io.Reader, string, error) {
	if name == "-" {
		return f.live(ctx, f.stdin), "standard input", nil
	}
	file, err := os.Open(name)
	if err != nil {
		return nil, "", inFile(name, err)
	}
	info, err := file.Stat()
	switch {
	case err != nil:
		return nil, "", inFile(name, err)
	case info.IsDir():
		return nil, "", fmt.Errorf("%s is a folder: expected the file of a history", name)
	case info.Mode().IsRegular():
		return f.live(context.WithoutCancel(ctx), tail{ctx, file}), filepath.Base(name), nil // to the end of what is there
	}
	return f.live(ctx, file), filepath.Base(name), nil // a named pipe ends by itself
}

// tail reads a file that grows: at its end it waits for more, until ctx is done.
type tail struct {
	ctx  context.Context
	file *os.File
}

// tailWait is how often a file is asked whether it has grown.
const tailWait = 50 * time.Millisecond

func (t tail) Read(b []byte) (int, error) {
	for {
		if n, err := t.file.Read(b); n > 0 || err != io.EOF {
			return n, err
		}
		select {
		case <-t.ctx.Done():
			return 0, io.EOF
		case <-time.After(tailWait):
		}
	}
}

// live is a reader that ends when ctx is done, or when a violation is certain in a pause.
type live struct {
	ctx    context.Context
	chunks chan chunk
	rest   chunk
	paused func() bool
	pause  time.Duration
}

// chunk is what one read returned.
type chunk struct {
	bytes []byte
	err   error
}

func (f *following) live(ctx context.Context, r io.Reader) *live {
	l := &live{ctx: ctx, chunks: make(chan chunk), paused: f.paused, pause: f.pause}
	go func() {
		for {
			b := make([]byte, 1<<16)
			n, err := r.Read(b)
			select {
			case l.chunks <- chunk{b[:n], err}:
			case <-ctx.Done():
				return
			}
			if err != nil {
				return
			}
		}
	}()
	return l
}

func (l *live) Read(b []byte) (int, error) {
	for len(l.rest.bytes) == 0 && l.rest.err == nil {
		select {
		case l.rest = <-l.chunks:
		case <-l.ctx.Done():
			l.rest.err = io.EOF
		case <-time.After(l.pause):
			if l.paused() {
				l.rest.err = io.EOF
			}
		}
	}
	n := copy(b, l.rest.bytes)
	l.rest.bytes = l.rest.bytes[n:]
	if len(l.rest.bytes) > 0 {
		return n, nil
	}
	return n, l.rest.err
}
