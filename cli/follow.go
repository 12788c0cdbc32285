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
	"simrun/history"
	"simrun/internal/count"
)

// follow checks one history while it is written, until a violation is certain, its pipe
// ends, or the user stops it; and then decides, prints and stores what was read.
func (c *checking) follow(ctx context.Context, files []string) error {
	if len(files) != 1 {
		return fmt.Errorf("--follow takes one history at a time, not %d", len(files))
	}
	events, err := c.followed(ctx, files[0])
	if err != nil {
		return err
	}
	s, err := c.decide(context.WithoutCancel(ctx), files[0], events)
	if err != nil {
		return err
	}
	return c.printAll([]shown{s})
}

// errCertain ends the reading of a history whose violation is certain.
var errCertain = errors.New("a violation is certain")

// followed reads events until a violation of them is certain, or there are no more.
func (c *checking) followed(ctx context.Context, file string) ([]history.Event, error) {
	r, name, err := c.growing(ctx, file)
	if err != nil {
		return nil, err
	}
	bar := c.progress("following "+name, -1)
	defer bar.end()
	var events []history.Event
	online := check.NewOnline(c.spec, c.opts)
	err = history.Follow(r, name, c.from, func(e history.Event) error {
		events = append(events, e)
		if len(events)%64 == 0 {
			bar.describe(fmt.Sprintf("following %s: %s, no violation so far", name, count.Of(len(events), "event")))
		}
		switch outcome, err := online.Feed(e); {
		case err != nil:
			return err
		case outcome == check.Violation:
			return errCertain
		}
		return nil
	})
	if errors.Is(err, errCertain) {
		return events, nil
	}
	if err != nil {
		return nil, inFile(name, err)
	}
	return events, nil
}

// growing opens a history that may still grow, and returns how to call it in messages.
func (c *checking) growing(ctx context.Context, file string) (io.Reader, string, error) {
	if file == "-" {
		return stoppable(ctx, c.stdin), "standard input", nil
	}
	f, err := os.Open(file)
	if err != nil {
		return nil, "", inFile(file, err)
	}
	info, err := f.Stat()
	switch {
	case err != nil:
		return nil, "", inFile(file, err)
	case info.IsDir():
		return nil, "", fmt.Errorf("%s is a folder: expected the file of a history", file)
	case info.Mode().IsRegular():
		return &tail{ctx, f}, filepath.Base(file), nil
	}
	return stoppable(ctx, f), filepath.Base(file), nil // a named pipe ends by itself
}

// tail reads a file that grows: at its end it waits for more, until ctx is done.
type tail struct {
	ctx context.Context
	f   *os.File
}

// tailWait is how often a file is asked whether it has grown.
const tailWait = 50 * time.Millisecond

func (t *tail) Read(b []byte) (int, error) {
	for {
		if n, err := t.f.Read(b); n > 0 || err != io.EOF {
			return n, err
		}
		select {
		case <-t.ctx.Done():
			return 0, io.EOF
		case <-time.After(tailWait):
		}
	}
}

// stoppable reads r until ctx is done, and then ends as a pipe does whose writer has gone.
func stoppable(ctx context.Context, r io.Reader) io.Reader {
	in, out := io.Pipe()
	go func() {
		_, err := io.Copy(out, r)
		out.CloseWithError(err)
	}()
	context.AfterFunc(ctx, func() { out.Close() })
	return in
}
