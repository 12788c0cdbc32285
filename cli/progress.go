package cli

import (
	"io"
	"time"

	"github.com/schollz/progressbar/v3"
)

// bar shows on stderr how far long work is, if stderr is a terminal.
type bar struct{ b *progressbar.ProgressBar }

// progress starts a bar up to a number of steps, or, if that is negative, a
// sign of life.
func (a *app) progress(what string, steps int64) bar {
	return bar{progressbar.NewOptions64(steps, append(a.barOptions(what), progressbar.OptionSetPredictTime(true))...)}
}

// reading shows how much of a file of so many bytes has been read.
func (a *app) reading(what string, r io.Reader, size int64) (io.Reader, bar) {
	b := bar{progressbar.NewOptions64(size, append(a.barOptions(what), progressbar.OptionShowBytes(true))...)}
	return &measured{io.TeeReader(r, b.b), size}, b
}

// measured is a reader that knows how many bytes it has left, so that a history of that size gets its memory at once.
type measured struct {
	io.Reader
	left int64
}

func (m *measured) Read(b []byte) (int, error) {
	n, err := m.Reader.Read(b)
	m.left -= int64(n)
	return n, err
}

// Len returns the number of bytes that are left.
func (m *measured) Len() int { return int(max(0, m.left)) }

func (a *app) barOptions(what string) []progressbar.Option {
	return []progressbar.Option{
		progressbar.OptionSetWriter(a.stderr),
		progressbar.OptionSetVisibility(terminal(a.stderr)),
		progressbar.OptionSetDescription(what),
		progressbar.OptionThrottle(100 * time.Millisecond),
		progressbar.OptionSetWidth(24),
		progressbar.OptionClearOnFinish(),
	}
}

func (b bar) add(n int)            { b.b.Add(n) } // the error is that of a stderr that is gone
func (b bar) describe(what string) { b.b.Describe(what) }
func (b bar) wipe()                { b.b.Clear() } // for a line of results in between
func (b bar) end()                 { b.b.Finish() }
