//go:build unix

package native

import (
	"errors"
	"fmt"
	"os"
	"runtime"
	"slices"
	"sync"
	"time"

	"simrun/sim"
	"simrun/sim/program"
)

const supported = true

// outside is what a run is connected to.
type outside struct {
	folder   string // of the nodes' folders
	keep     bool   // it stays
	guard    *guard
	launches chan func()    // to be done by the thread that starts processes
	all      sync.WaitGroup // what goes on for the processes

	mu      sync.Mutex
	room    *sync.Cond // a process has room for more output, or is over
	begun   bool
	start   time.Time
	came    []arrival // in order of time, not yet handed out
	running []*process

	wake  chan struct{} // something came
	timer *time.Timer
}

// arrival is an item with when it came.
type arrival struct {
	at   sim.Time
	from *process
	item item
}

// item is what came from a process.
type item struct {
	what string
	data []byte        // a line, if exit is nil
	exit *program.Exit // it has ended
}

// What an item can be.
const (
	output = "standard output"
	logged = "standard error"
	exited = "exit"
)

// size is what an item counts for.
func (it *item) size() int { return len(it.data) + 100 }

// open prepares a run.
func open(keep string) (sim.Outside, error) {
	o := &outside{keep: keep != "", launches: make(chan func()), wake: make(chan struct{}, 1), timer: time.NewTimer(time.Hour)}
	o.room = sync.NewCond(&o.mu)
	var err error
	if o.keep {
		if err = os.MkdirAll(keep, 0o755); err == nil {
			o.folder, err = os.MkdirTemp(keep, "run-")
		}
	} else {
		o.folder, err = os.MkdirTemp("", "simrun-native-")
	}
	if err != nil {
		return nil, fmt.Errorf("there is no folder for the files of the nodes: %w", err)
	}
	if o.guard, err = newGuard(o.folder, o.keep); err != nil {
		os.RemoveAll(o.folder)
		return nil, err
	}
	go o.launcher()
	return o, nil
}

// launcher starts processes. On Linux a process is told to die with the thread that started it, so that must be one that lives as long
// as the run: this goroutine keeps it.
func (o *outside) launcher() {
	runtime.LockOSThread()
	for f := range o.launches {
		f()
	}
}

// launch does something on the thread of the launcher.
func (o *outside) launch(f func() error) error {
	done := make(chan error, 1)
	o.launches <- func() { done <- f() }
	return <-done
}

// age is how old the run is. The caller holds the lock.
func (o *outside) age() sim.Time {
	if !o.begun {
		return 0
	}
	return sim.Time(time.Since(o.start))
}

// Wait implements [sim.Outside].
func (o *outside) Wait(until sim.Time) (sim.Time, sim.Arrival, bool) {
	for {
		now, a, any := o.next(until)
		if any || now >= until {
			return now, a, any
		}
		o.timer.Reset(time.Duration(until - now))
		select {
		case <-o.timer.C:
		case <-o.wake:
		}
	}
}

// next hands out what came first, if that was by the time given.
func (o *outside) next(until sim.Time) (now sim.Time, _ sim.Arrival, any bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if !o.begun {
		o.begun, o.start = true, time.Now()
	}
	now = o.age()
	if len(o.came) == 0 || o.came[0].at > until {
		return now, sim.Arrival{}, false
	}
	a := o.came[0]
	o.came[0] = arrival{}
	o.came = o.came[1:]
	a.from.inbox = append(a.from.inbox, a.item)
	return now, sim.Arrival{At: a.at, Env: a.from.env, Timer: timer, What: a.item.what, Content: a.item.data}, true
}

// post adds what came from a process. It waits while the process has printed more than its node has handled, and reports false if nobody
// wants to know any more.
func (o *outside) post(p *process, it item) bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	for p.unhandled > maxOutput && !p.over {
		o.room.Wait()
	}
	if p.over {
		return false
	}
	p.unhandled += it.size()
	o.came = append(o.came, arrival{o.age(), p, it})
	select {
	case o.wake <- struct{}{}:
	default: // whoever waits will look anyway
	}
	return true
}

// Close ends what still runs, waits for it, and removes the folders.
func (o *outside) Close() error {
	o.mu.Lock()
	left := slices.Clone(o.running)
	o.mu.Unlock()
	for _, p := range left {
		p.End()
	}
	o.all.Wait()
	close(o.launches)
	o.timer.Stop()
	var err error
	if !o.keep {
		if err = os.RemoveAll(o.folder); err != nil {
			err = fmt.Errorf("the folder of the nodes' files is still there: %w", err)
		}
	}
	return errors.Join(err, o.guard.close())
}
