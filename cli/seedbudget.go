package cli

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"simrun/sim"
	"simrun/trial"
)

// addBudgets adds what one seed may take.
func (f *sweepFlags) addBudgets(cmd *cobra.Command) {
	fs := cmd.Flags()
	fs.Uint64Var(&f.maxEvents, "max-events", 0, "`NUMBER` of events of a run at most, after which it counts as a livelock, a violation (default: 10 million)")
	fs.DurationVar(&f.seedTime, "seed-time", time.Minute, "real `TIME` that one seed may take, or as long as its virtual time if that is more; 0: any")
	fs.StringVar(&f.seedMemory, "seed-memory", "1GiB", "`BYTES` of memory that one seed may take, like 512MiB; 0: any")
	fs.BoolVar(&f.answer, answerFlag, false, "run the seeds that are read, for a sweep")
	fs.MarkHidden(answerFlag)
}

// limit sets the limits of the cases.
func (f *sweepFlags) limit(s *trial.Setup) error {
	if f.maxEvents > sim.MaxEvents {
		return fmt.Errorf("--max-events %d: expected a number up to %d", f.maxEvents, uint64(sim.MaxEvents))
	}
	if f.maxEvents > 0 {
		s.Base.Limits.Events = f.maxEvents
	}
	return nil
}

// budgets are what one seed of a setup may take.
func (f *sweepFlags) budgets(s *trial.Setup) (budgets, error) {
	b := budgets{time: f.seedTime}
	if b.time < 0 {
		return b, fmt.Errorf("--seed-time %v: expected a duration like 1m, or 0 for any", b.time)
	}
	if b.time > 0 {
		b.time = max(b.time, time.Duration(s.Base.Duration))
	}
	var err error
	b.memory, err = parseBytes("seed-memory", f.seedMemory)
	return b, err
}

// parseBytes reads a number of bytes: 1GiB, 512MiB or 1000000.
func parseBytes(flag, text string) (int64, error) {
	number, unit := text, int64(1)
	for _, u := range []struct {
		name string
		n    int64
	}{{"KiB", 1 << 10}, {"MiB", 1 << 20}, {"GiB", 1 << 30}} {
		if n, ok := strings.CutSuffix(text, u.name); ok {
			number, unit = n, u.n
		}
	}
	n, err := strconv.ParseInt(number, 10, 64)
	if err != nil || n < 0 || n > math.MaxInt64/unit {
		return 0, fmt.Errorf("--%s %q: expected a number of bytes like 512MiB or 1GiB, or 0 for any", flag, text)
	}
	return n * unit, nil
}
