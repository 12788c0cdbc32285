package cli

import (
	"bytes"
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"simrun/check/txn"
	"simrun/history"
	"simrun/trial"
	"simrun/visual/cycle"
)

// isolate makes a check one of isolation.
func (c *checking) isolate(cmd *cobra.Command, kf *checkFlags, level string) error {
	l, err := txn.LevelByName(level)
	if err != nil {
		return err
	}
	for _, other := range []string{"spec", "engine", "also", "follow", "stream", "init"} {
		if cmd.Flags().Changed(other) {
			return fmt.Errorf("--isolation and --%s: the isolation of transactions is a question of its own; leave one of them out", other)
		}
	}
	if _, c.opts, err = kf.parse(); err != nil {
		return err
	}
	c.level, c.streaming = &l, never
	if c.lenient {
		c.with = append(c.with, "--lenient")
	}
	if c.from != history.Auto {
		c.with = append(c.with, "--from", string(c.from))
	}
	if !c.noStore {
		return c.out.check()
	}
	return nil
}

// draw writes the graph of the anomaly that breaks the level, or else of the worst that was found, if that was asked for.
func (c *checking) draw(res *trial.Results, events []history.Event) error {
	if c.graph == "" {
		return nil
	}
	a := res.Isolation.Worst()
	if a == nil {
		fmt.Fprintln(c.stderr, "simrun: --graph: nothing to draw: no anomaly was found")
		return nil
	}
	var b bytes.Buffer
	if err := cycle.Write(&b, res.Isolation, a, events, cycle.Options{Untimed: res.Untimed}); err != nil {
		return err
	}
	if err := os.WriteFile(c.graph, b.Bytes(), 0o644); err != nil {
		return fmt.Errorf("--graph: %w", err)
	}
	return nil
}

func levelNames() []string {
	var names []string
	for _, l := range txn.Levels() {
		names = append(names, l.String())
	}
	return names
}
