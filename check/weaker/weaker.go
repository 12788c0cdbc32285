// Package weaker answers other questions than linearizability about a history: what a
// system that is not linearizable still guarantees, and how it served its clients.
//
//   - [Sequential]: is there one order of all operations that keeps the order of each process?
//   - [Sessions]: does each process read its own writes, never read backwards, …?
//   - [Staleness]: how old were the values that reads returned, in time and in writes?
//   - [Phases]: how many operations were answered, and how fast, during which faults?
//
// The results depend on the arguments alone. As everywhere, an operation that
// failed did not happen, and one whose result is unknown may have taken effect
// at any time after its invocation, or never. An unknown result ends a process:
// its client continues as a new process.
package weaker

import (
	"fmt"
	"strings"

	"simrun/check"
	"simrun/history"
)

// Options bound a search and name processes. The zero value is right for most uses.
type Options struct {
	Budget int64                        // largest number of steps of each search; 0: [DefaultBudget]. Every machine counts the same steps.
	Who    func(history.Process) string // returns the name of a process for sentences; nil: "process 3"

	Untimed bool // the history has no times, so that sentences name events instead
}

// DefaultBudget is the largest number of steps of a search, unless Options say
// otherwise. They take a few seconds and a few hundred megabytes.
const DefaultBudget = 2_000_000

func (o Options) budget() (int64, error) {
	if o.Budget < 0 {
		return 0, fmt.Errorf("budget: expected 0 or more steps, got %d", o.Budget)
	}
	if o.Budget == 0 {
		return DefaultBudget, nil
	}
	return o.Budget, nil
}

// says returns who did what and when: "process 3 read x → 7 (1.204s to 1.209s)".
func (o Options) says(spec check.Spec, op *history.Operation) string {
	until := "never completed"
	if o.Untimed {
		if op.Complete >= 0 {
			until = fmt.Sprintf("to %d", op.Return)
		}
		return fmt.Sprintf("%s %s (event %d %s)", o.who(op.Process), described(spec, op), op.Call, until)
	}
	if op.Complete >= 0 {
		until = "to " + op.Return.Rounded()
	}
	return fmt.Sprintf("%s %s (%s %s)", o.who(op.Process), described(spec, op), op.Call.Rounded(), until)
}

func (o Options) who(p history.Process) string {
	if o.Who != nil {
		return o.Who(p)
	}
	return fmt.Sprintf("process %d", p)
}

// described returns a description of an operation. It adds the key if the specification's description leaves it out.
func described(spec check.Spec, op *history.Operation) string {
	words := check.Describe(spec, *op)
	if !strings.Contains(words, op.Key) {
		words += " of " + op.Key
	}
	return words
}
