package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"strings"
	"sync"
	"syscall"

	"golang.org/x/term"

	"simrun/check"
	"simrun/internal/crash"
	"simrun/models"
	"simrun/trial"
)

// Exit codes, as Jepsen's and Maelstrom's users know them.
const (
	exitValid       = 0
	exitViolation   = 1
	exitUnknown     = 2
	exitCrashed     = 134 // the runtime of Go gave up: out of memory, say
	exitInterrupted = 128 // and the number of the signal: what a shell reports of a process that a signal ended
	exitUsage       = 254
	exitInternal    = 255
)

// exitOf is the exit code of an outcome.
func exitOf(o check.Outcome) int {
	switch o {
	case check.Valid:
		return exitValid
	case check.Violation:
		return exitViolation
	}
	return exitUnknown
}

// app is what a command works with.
type app struct {
	models         modelList
	self           []string // how to start this very program again with its arguments; nil: it can't be
	program        string   // how the user called this program
	name           string   // of this program: "simrun", or that of a program of the user's own
	stdin          io.Reader
	stdout, stderr io.Writer
	noColor        bool
	code           int        // that the program exits with, unless a command fails
	signals        *signals   // that end the program; nil: none was caught
	storing        sync.Mutex // held while a folder of the store is written
}

// errInterrupted ends a command after Ctrl-C.
var errInterrupted = errors.New("interrupted")

// Main is the command line for these models: the arguments of the process in, its exit code out. A
// program of one's own is
//
//	func main() { os.Exit(cli.Main(mine.Model())) }
func Main(list ...models.Model) int {
	self, err := os.Executable()
	if err != nil {
		return run(list, os.Args, os.Stdin, os.Stdout, os.Stderr) // and a sweep has no processes of its own
	}
	return runAs(append([]string{self}, os.Args...), list, os.Args, os.Stdin, os.Stdout, os.Stderr)
}

// run is the program: arguments in, exit code out.
func run(list []models.Model, args []string, stdin io.Reader, stdout, stderr io.Writer) (code int) {
	return runAs(nil, list, args, stdin, stdout, stderr)
}

// runAs is run, of a program that can be started again with self: its file and the arguments from the name on.
func runAs(self []string, list []models.Model, args []string, stdin io.Reader, stdout, stderr io.Writer) (code int) {
	debug.SetTraceback("crash") // what can't be recovered must not end with 2, which means unknown
	noCore()
	ctx, caught := catch(context.Background())
	defer caught.stop()
	out := &output{w: stdout, gone: caught.pipe}
	a := &app{self: self, models: list, program: program(args[0]), name: name(args[0]), stdin: stdin, stdout: out, stderr: stderr, signals: caught}
	defer a.recovered(&code)
	root := newRoot(a)
	root.SetArgs(args[1:])
	if err := root.ExecuteContext(ctx); err != nil {
		return a.fail(err)
	}
	switch {
	case out.err == nil:
	case caught.number() == syscall.SIGPIPE:
		return a.interrupted() // whoever read the results has seen enough
	default:
		fmt.Fprintf(stderr, "simrun: the results could not be written: %v\n", out.err)
		if a.code == exitValid {
			return exitInternal
		}
	}
	return a.code
}

// output remembers that results could not be written.
type output struct {
	w    io.Writer
	err  error
	gone func() // called when nobody reads them any more
}

func (o *output) Write(b []byte) (int, error) {
	n, err := o.w.Write(b)
	if o.err == nil {
		o.err = err
	}
	if errors.Is(err, syscall.EPIPE) && o.gone != nil {
		o.gone()
	}
	return n, err
}

// interrupted is the exit code after a signal.
func (a *app) interrupted() int { return exitInterrupted + int(a.signals.number()) }

// fail prints an error in one sentence and returns its exit code.
func (a *app) fail(err error) int {
	var internal *trial.InternalError
	var divergence *trial.DivergenceError
	switch {
	case errors.Is(err, errInterrupted) || errors.Is(err, context.Canceled):
		if a.signals.number() != syscall.SIGPIPE {
			fmt.Fprintf(a.stderr, "simrun: %v\n", err)
		}
		return a.interrupted()
	case errors.As(err, &divergence):
		fmt.Fprintf(a.stderr, "simrun: not deterministic: %v\n", err)
		fmt.Fprintf(a.stderr, "Two runs of one case must be equal. Look in the code that handled this event for a loop over a map, time.Now, math/rand, a goroutine or a variable outside of the node; if it has none of these, this is a defect of simrun %s.\n", trial.Version)
		return exitInternal
	case errors.As(err, &internal):
		fmt.Fprintf(a.stderr, "simrun: internal error: %v\n", err)
		fmt.Fprintf(a.stderr, "This is a defect of simrun %s (%s %s/%s). Please report it with the command and the line above%s.\n", trial.Version, runtime.Version(), runtime.GOOS, runtime.GOARCH, details(err))
		return exitInternal
	}
	fmt.Fprintf(a.stderr, "simrun: %s\n", printable(err.Error()))
	return exitUsage
}

// recovered ends a panic of the program with a sentence. It must be deferred.
func (a *app) recovered(code *int) {
	if x := recover(); x != nil {
		*code = a.fail(crashed(x))
	}
}

// crashed is a panic as an error. It must be called from the deferred function that recovered.
func crashed(x any) error { return &trial.InternalError{Err: crash.Recovered(x)} }

// details writes the stack of a crash to a file, and says where that is.
func details(err error) string {
	var p *crash.Panic
	if !errors.As(err, &p) {
		return ""
	}
	f, err := os.CreateTemp("", "simrun-crash-*.txt")
	if err != nil {
		return ""
	}
	defer f.Close()
	if _, err := fmt.Fprintf(f, "%q\n%v\n\n%s", os.Args, p, p.Stack); err != nil {
		return ""
	}
	return ", and " + f.Name()
}

// work runs f, and gives up waiting for it when ctx is done: a simulation or a
// check can't be interrupted, but the program can. A folder that is being written is then
// removed before work returns.
func (a *app) work(ctx context.Context, f func() error) error {
	done := make(chan error, 1)
	go func() {
		defer func() {
			if x := recover(); x != nil {
				done <- crashed(x)
			}
		}()
		done <- f()
	}()
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
		a.storing.Lock() // whoever holds it sees ctx and cleans up; it is never released
		return fmt.Errorf("%w; nothing was stored", errInterrupted)
	}
}

// terminal reports whether w is a terminal, where progress and colour may be shown.
func terminal(w io.Writer) bool {
	if o, ok := w.(*output); ok {
		w = o.w
	}
	f, ok := w.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}

// color reports whether results may be coloured.
func (a *app) color() bool {
	return !a.noColor && os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb" && terminal(a.stdout)
}

// name is the name of this program.
func name(arg0 string) string { return strings.TrimSuffix(filepath.Base(arg0), ".exe") }

// program is how to call this program again: what the user typed, or, under `go
// run`, which makes a file that is gone afterwards, the command of Go.
func program(arg0 string) string {
	if strings.Contains(filepath.ToSlash(arg0), "/go-build") {
		return "go run ./cmd/simrun"
	}
	if found, err := exec.LookPath(filepath.Base(arg0)); err == nil && found == arg0 {
		return filepath.Base(arg0)
	}
	return quote(arg0)
}
