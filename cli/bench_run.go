package cli

import (
	"errors"
	"fmt"
	"os"
	"reflect"
	"time"

	"github.com/spf13/cobra"

	"simrun/internal/cputime"
	"simrun/trial"
)

// benching is a bench under way.
type benching struct {
	*app
	benchFlags
	cmd  *cobra.Command
	cf   caseFlags
	rows []benchRow
}

// benchRow is what became of one bug.
type benchRow struct {
	item
	trial.Found
	Missed bool   `json:"missed"`           // by the search
	Replay string `json:"replay,omitempty"` // the command that shows the first failing seed again
}

// run looks for bugs, and prints what became of each; when it is interrupted, of those that it came to.
func (b *benching) run(subjects []subject) error {
	collectLess()
	kept, err := b.openKept(b.resume)
	if err != nil {
		return err
	}
	defer kept.close()
	start := time.Now()
	b.bench.Clock = func() (now, cpu time.Duration) { return time.Since(start), cputime.Used() }
	b.rows = []benchRow{}
	for i, s := range subjects {
		row, err := b.row(kept, s, fmt.Sprintf("bench %d/%d", i+1, len(subjects)))
		if b.cmd.Context().Err() != nil {
			err = fmt.Errorf("%w after %d of %d bugs: %w", errInterrupted, i, len(subjects), err)
			return errors.Join(err, b.print())
		}
		if err != nil {
			return err
		}
		b.rows = append(b.rows, row)
		fmt.Fprintf(b.stderr, "%d/%d %s/%s: %s\n", i+1, len(subjects), s.model.Name, s.bug.Name, row.sentence())
	}
	if b.markdown != "" {
		if err := os.WriteFile(b.markdown, b.page(), 0o666); err != nil {
			return fmt.Errorf("--markdown: %w", err)
		}
	}
	return b.print()
}

// row is what became of one bug: what was kept of it, or measured now.
func (b *benching) row(kept *keptRows, sub subject, title string) (benchRow, error) {
	s, err := prepareBug(b.cf, sub)
	if err != nil {
		return benchRow{}, err
	}
	state, err := kept.stateOf(s)
	if err != nil {
		return benchRow{}, err
	}
	row := benchRow{item: bugItem(sub.model.Name, sub.bug)}
	if known, ok := kept.rows[state]; ok && reflect.DeepEqual(known.item, row.item) {
		return known, nil
	}
	b.bench.Progress = func(part string) (at func(uint64), end func()) {
		bar, done := b.progress(title+": "+part, 1000), uint64(0)
		return func(thousandths uint64) {
			bar.add(int(thousandths - done))
			done = thousandths
		}, bar.end
	}
	row.Found, err = b.bench.LookFor(b.cmd.Context(), s, sub.bug, !b.cmd.Flags().Changed("nemesis"))
	if err != nil {
		return row, err
	}
	row.Missed = row.Found.Missed()
	row.Replay = b.replay(&row)
	return row, kept.add(state, row)
}

// replay is the command that shows the first failing seed of the search again or, if that missed the bug, of its own plan.
func (b *benching) replay(r *benchRow) string {
	if !r.Met() {
		return ""
	}
	line := b.program + " run" + flagsOf(b.cmd, "starts", "events", "twin", "workers", "resume", "markdown", "model", "bug", "format") + " --model " + r.Model + " --bug " + r.Name
	if r.Missed {
		return fmt.Sprintf("%s --seed %d", line, r.ByPlan.First)
	}
	if r.ByPlan != nil {
		line += " --nemesis " + r.Search.By
	}
	return fmt.Sprintf("%s --seed %d", line, r.Search.First)
}
