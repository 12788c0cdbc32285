package cli

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"sync"
	"time"

	"simrun/sim"
	"simrun/trial"
)

// A sweep runs its seeds in processes of their own, one for each worker, which are this program again: a handler that never returns, or that
// takes all memory, can't be ended within a process, and what Go can't recover from would end the whole sweep. A process runs one seed after
// the other as long as all goes well.

// answerFlag makes a sweep one of these processes.
const answerFlag = "answer-seeds"

// lateGrace is how long a process that has given up a seed may take to say so.
const lateGrace = 10 * time.Second

// stopGrace is how long a seed may go on after an interrupt.
const stopGrace = 2 * time.Second

// seedPool are the processes of a sweep.
type seedPool struct {
	ctx     context.Context // of the sweep
	command []string
	budgets budgets
	stdout  io.Writer // where what a model prints goes
	stderr  io.Writer
	printed sync.Mutex
	mu      sync.Mutex
	idle    []*seedProcess
}

// seedProcess is a process that runs seeds.
type seedProcess struct {
	cmd     *exec.Cmd
	in      io.WriteCloser
	reports chan *trial.Report // closed when it ends
	said    crashText
}

// newSeedPool is a pool of processes that run this program with the arguments that it was given.
func newSeedPool(ctx context.Context, a *app, b budgets) *seedPool {
	return &seedPool{ctx: ctx, command: a.self, budgets: b, stdout: a.stdout, stderr: a.stderr}
}

// run has a process run a seed.
func (p *seedPool) run(seed sim.Seed) *trial.Report {
	w, err := p.take()
	if err != nil {
		return trial.Crash(seed, fmt.Errorf("no process could be started to run it: %w", err))
	}
	fmt.Fprintf(w.in, "%d\n", seed) // if it is gone, its reports end
	r := p.await(seed, w)
	if r == nil {
		w.cmd.Process.Kill()
		w.cmd.Wait()
		return p.ended(seed, w)
	}
	if r.GivenUp || r.Dropped {
		w.cmd.Process.Kill()
		w.cmd.Wait()
		return r
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.idle = append(p.idle, w)
	return r
}

// await waits for a report; nil if the process ended without one.
func (p *seedPool) await(seed sim.Seed, w *seedProcess) *trial.Report {
	var late, stop <-chan time.Time
	if p.budgets.time > 0 {
		late = time.After(p.budgets.time + lateGrace)
	}
	done := p.ctx.Done()
	for {
		select {
		case r := <-w.reports:
			return r
		case <-late:
			return trial.GiveUp(seed, "time", fmt.Sprintf("given up after %v", p.budgets.time), "")
		case <-done:
			done, stop = nil, time.After(stopGrace)
		case <-stop:
			return &trial.Report{Seed: seed, Dropped: true}
		}
	}
}

// take is a process that has nothing to do, or a new one.
func (p *seedPool) take() (*seedProcess, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if n := len(p.idle); n > 0 {
		w := p.idle[n-1]
		p.idle = p.idle[:n-1]
		return w, nil
	}
	w := &seedProcess{cmd: &exec.Cmd{Path: p.command[0], Args: append(p.command[1:len(p.command):len(p.command)], "--"+answerFlag)}, reports: make(chan *trial.Report)}
	in, err := w.cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	out, err := w.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	w.in, w.said.to, w.cmd.Stderr = in, p.locked(p.stderr), &w.said
	if err := w.cmd.Start(); err != nil {
		return nil, err
	}
	go p.read(w, out)
	return w, nil
}

// read takes the reports out of what a process prints, and passes on the rest, which a model printed.
func (p *seedPool) read(w *seedProcess, out io.Reader) {
	defer close(w.reports)
	lines := bufio.NewReader(out)
	stdout := p.locked(p.stdout)
	for {
		line, err := lines.ReadString('\n')
		printed, text, isReport := strings.Cut(line, reportMark)
		io.WriteString(stdout, printed)
		r := &trial.Report{}
		if isReport && json.Unmarshal([]byte(text), r) == nil {
			select {
			case w.reports <- r:
			case <-time.After(lateGrace): // nobody waits any more
			}
		}
		if err != nil {
			return
		}
	}
}

// ended is the report of a seed whose process ended with it.
func (p *seedPool) ended(seed sim.Seed, w *seedProcess) *trial.Report {
	why := w.said.why()
	if why == "" {
		why = w.cmd.ProcessState.String()
	}
	if strings.Contains(why, "out of memory") {
		return trial.GiveUp(seed, "memory", "given up: "+why, "")
	}
	if file := w.said.kept(); file != "" {
		fmt.Fprintf(p.locked(p.stderr), "seed %d ended the process that ran it; details are in %s\n", seed, file)
	}
	return trial.Crash(seed, fmt.Errorf("the process that ran it ended: %s", why))
}

// close ends the processes.
func (p *seedPool) close() {
	for _, w := range p.idle {
		w.in.Close()
		w.cmd.Wait()
	}
}

// locked is a writer that several processes share.
func (p *seedPool) locked(to io.Writer) io.Writer {
	return writerFunc(func(b []byte) (int, error) {
		if len(b) == 0 {
			return 0, nil
		}
		p.printed.Lock()
		defer p.printed.Unlock()
		return to.Write(b)
	})
}

type writerFunc func([]byte) (int, error)

func (f writerFunc) Write(b []byte) (int, error) { return f(b) }

// crashText passes on what a process prints to its standard error, until Go's runtime says there why the process ends. That is kept.
type crashText struct {
	to   io.Writer
	text bytes.Buffer
}

// crashBegins are the first words of the lines with which the runtime begins.
var crashBegins = []string{"fatal error: ", "runtime: ", "panic: ", "unexpected fault address", "SIG"}

// crashKept bounds what is kept of it.
const crashKept = 1 << 20

func (c *crashText) Write(b []byte) (int, error) {
	for line := range bytes.Lines(b) {
		switch {
		case c.text.Len() > 0 || c.begins(string(line)):
			if c.text.Len() < crashKept {
				c.text.Write(line)
			}
		default:
			c.to.Write(line)
		}
	}
	return len(b), nil
}

func (c *crashText) begins(line string) bool {
	for _, word := range crashBegins {
		if strings.HasPrefix(line, word) {
			return true
		}
	}
	return false
}

// why is the line that says why the process ended; "" if the runtime said nothing.
func (c *crashText) why() string {
	for line := range strings.Lines(c.text.String()) {
		if line = strings.TrimSpace(line); strings.HasPrefix(line, "fatal error: ") || strings.HasPrefix(line, "panic: ") {
			return line
		}
	}
	return firstLine(c.text.String())
}

// kept writes the whole text to a file, and returns its name; "" if there is none.
func (c *crashText) kept() string {
	if c.text.Len() == 0 {
		return ""
	}
	f, err := os.CreateTemp("", "simrun-crash-*.txt")
	if err != nil {
		return ""
	}
	_, err = f.Write(c.text.Bytes())
	if errors.Join(err, f.Close()) != nil {
		return ""
	}
	return f.Name()
}
