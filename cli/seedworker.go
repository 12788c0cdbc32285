package cli

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"strconv"
	"strings"
	"time"

	"simrun/sim"
	"simrun/trial"
)

// reportMark begins the report of a seed on the standard output of a worker: what else is printed there comes from the model's code.
const reportMark = "\x01simrun seed \x01"

// memoryEvery is how often a worker looks at how much memory it has.
const memoryEvery = 10 * time.Millisecond

// answerSeeds is a worker of a sweep: it reads seeds, a line for each, and prints their reports. A seed that takes too much time or memory
// is given up, and ends the process with it: a handler that does not return can't be ended otherwise.
func answerSeeds(s *trial.Sweep, in io.Reader, out io.Writer, b budgets) error {
	collectLess()
	if b.memory > 0 {
		debug.SetMemoryLimit(b.memory / 4 * 3) // so that what is over the budget is in use, and not garbage
	}
	lines := bufio.NewScanner(in)
	for lines.Scan() {
		n, err := strconv.ParseUint(lines.Text(), 10, 64)
		if err != nil {
			return fmt.Errorf("the number of a seed: %w", err)
		}
		seed := sim.Seed(n)
		done, watched := make(chan bool), make(chan bool)
		go func() {
			defer close(watched)
			if r := b.watch(seed, done); r != nil {
				writeReport(out, r)
				os.Exit(exitUnknown)
			}
		}()
		r := s.One(seed)
		close(done)
		<-watched
		if err := writeReport(out, r); err != nil {
			return err
		}
	}
	return lines.Err()
}

func writeReport(out io.Writer, r *trial.Report) error {
	text, err := json.Marshal(r)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(out, "%s%s\n", reportMark, text)
	return err
}

// budgets bound what one seed may take of this machine. They do not decide what a run shows: a seed is decided as ever, or given up.
type budgets struct {
	time   time.Duration // 0: as long as it takes
	memory int64         // bytes of the process that runs it; 0: as much as there is
}

// none reports whether seeds may take what they want.
func (b budgets) none() bool { return b.time == 0 && b.memory == 0 }

// watch waits until a seed is done, and then returns nil, or until it has taken more than it may, and returns its report.
func (b budgets) watch(seed sim.Seed, done <-chan bool) *trial.Report {
	var late <-chan time.Time
	if b.time > 0 {
		timer := time.NewTimer(b.time)
		defer timer.Stop()
		late = timer.C
	}
	var look <-chan time.Time
	if b.memory > 0 {
		ticker := time.NewTicker(memoryEvery)
		defer ticker.Stop()
		look = ticker.C
	}
	for {
		select {
		case <-done:
			return nil
		case <-late:
			return trial.GiveUp(seed, "time", fmt.Sprintf("given up after %v", b.time), runningPlace())
		case <-look:
			if used := memoryInUse(); used > uint64(b.memory) {
				return trial.GiveUp(seed, "memory", fmt.Sprintf("given up at %d MiB of memory", used>>20), runningPlace())
			}
		}
	}
}

// memoryInUse is what the process has of the machine's memory.
func memoryInUse() uint64 {
	samples := []metrics.Sample{{Name: "/memory/classes/total:bytes"}, {Name: "/memory/classes/heap/released:bytes"}}
	metrics.Read(samples)
	return samples[0].Value.Uint64() - samples[1].Value.Uint64()
}

// runningPlace names the function that runs in another goroutine: "mine.(*node).Receive". It is "" if none is found.
func runningPlace() string {
	buf := make([]byte, 1<<20)
	return placeIn(string(buf[:runtime.Stack(buf, true)]))
}

// placeIn finds, in the stacks of all goroutines, the first of which is the one that asks, the function of another that can run.
func placeIn(stacks string) string {
	list := strings.Split(stacks, "\n\n")
	for _, stack := range list[1:] {
		head, rest, _ := strings.Cut(stack, "\n")
		if !strings.Contains(head, "[runnable") && !strings.Contains(head, "[running") {
			continue
		}
		for line := range strings.Lines(rest) {
			line = strings.TrimSpace(line)
			open := strings.LastIndex(line, "(")
			if open <= 0 || strings.HasPrefix(line, "runtime.") || strings.HasPrefix(line, "internal/") || strings.HasPrefix(line, "/") {
				continue
			}
			return line[:open]
		}
	}
	return ""
}
