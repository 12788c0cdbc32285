package cli

import (
	"context"
	"os"
	"os/signal"
	"sync/atomic"
	"syscall"
)

// signals are those that end the program: SIGINT, SIGTERM, SIGHUP, and SIGPIPE when nobody
// reads the results any more. The first ends what is under way, and the exit code is
// 128 and its number; a second ends the program at once. A signal that comes before they
// are caught ends it too, and a shell reports the same code.
type signals struct {
	first  atomic.Int32
	cancel context.CancelFunc
	stop   func()
}

// catch catches signals until stop is called. The context ends with the first.
func catch(ctx context.Context) (context.Context, *signals) {
	ctx, cancel := context.WithCancel(ctx)
	s := &signals{cancel: cancel}
	list := []os.Signal{syscall.SIGINT, syscall.SIGTERM}
	if !signal.Ignored(syscall.SIGHUP) { // as under nohup
		list = append(list, syscall.SIGHUP)
	}
	signal.Ignore(syscall.SIGPIPE) // a write returns EPIPE in its place
	caught := make(chan os.Signal, 1)
	signal.Notify(caught, list...)
	s.stop = func() { signal.Stop(caught); cancel() }
	go func() {
		select {
		case got := <-caught:
			s.ended(got.(syscall.Signal))
			signal.Stop(caught)
		case <-ctx.Done():
		}
	}()
	return ctx, s
}

// ended notes the first signal, and ends what is under way.
func (s *signals) ended(by syscall.Signal) {
	s.first.CompareAndSwap(0, int32(by))
	s.cancel()
}

// pipe is called when nobody reads the results any more.
func (s *signals) pipe() { s.ended(syscall.SIGPIPE) }

// number returns the signal that ended the program, or SIGINT if it is not known.
func (s *signals) number() syscall.Signal {
	if s == nil || s.first.Load() == 0 {
		return syscall.SIGINT
	}
	return syscall.Signal(s.first.Load())
}
