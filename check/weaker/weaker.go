// Package weaker answers other questions than linearizability on the same history:
// what a system still promises that is not linearizable, and what its clients had of it.
//
//   - [Sequential]: is there one order of all operations that keeps the order of each process?
//   - [Sessions]: does each process read its own writes, never read backwards, …?
//   - [Staleness]: how old were the values that reads returned, in time and in writes?
//   - [Phases]: how many operations were answered, and how fast, while which faults lasted?
//
// All are functions of their arguments alone. As everywhere, an operation that
// failed did not happen, and one whose result is unknown may have taken effect
// at any time after its invocation, or never. An unknown result ends a process:
// what its client does next is the work of a new process.
package weaker

import (
	"fmt"
	"strings"

	"simrun/check"
	"simrun/history"
)

// Options bound and word an answer. The zero value is right for most.
type Options struct {
	Budget int64                        // steps at most of each search; 0: [DefaultBudget]. Steps are the same on every machine.
	Who    func(history.Process) string // what a sentence calls a process; nil: "process 3"
}

// DefaultBudget is how many steps a search takes at most, unless Options say
// otherwise: some seconds' worth, and some hundred megabytes.
const DefaultBudget = 2_000_000

func (o Options) budget() (int64, error) {
	if o.Budget < 0 {
		return 0, fmt.Errorf("a budget of %d steps: it must not be negative", o.Budget)
	}
	if o.Budget == 0 {
		return DefaultBudget, nil
	}
	return o.Budget, nil
}

// says tells who did what and when: "process 3 read x → 7 (1.204s to 1.209s)".
func (o Options) says(spec check.Spec, op *history.Operation) string {
	until := "never completed"
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

// described names an operation, with its key where the specification's words leave it out.
func described(spec check.Spec, op *history.Operation) string {
	words := check.Describe(spec, *op)
	if !strings.Contains(words, op.Key) {
		words += " of " + op.Key
	}
	return words
}
