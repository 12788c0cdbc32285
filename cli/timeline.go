package cli

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"simrun/internal/count"
	"simrun/sim"
	"simrun/visual/store"
	"simrun/visual/timeline"
)

// timelineFlags say what of a run show prints as lines.
type timelineFlags struct {
	on, messages, all bool
	from, until       string
	nodes             []string
	options           timeline.Options
}

func (f *timelineFlags) add(cmd *cobra.Command) {
	fs := cmd.Flags()
	fs.BoolVar(&f.on, "timeline", false, "print the run as lines of text")
	fs.StringVar(&f.from, "from", "0", "with --timeline, from this `TIME` on: 1.5s")
	fs.StringVar(&f.until, "until", "0", "with --timeline, until this `TIME`; 0: the end")
	fs.StringSliceVar(&f.nodes, "node", nil, "with --timeline, only what concerns these `NODES`: n1,c2")
	fs.BoolVar(&f.messages, "messages", false, "with --timeline, each message too")
	fs.BoolVar(&f.all, "all", false, "with --timeline, everything: messages, timers, disks, and all of the states")
}

// check reads the flags. to is the file that show was asked to draw into.
func (f *timelineFlags) check(to string) error {
	narrowed := f.from != "0" || f.until != "0" || f.nodes != nil || f.messages || f.all
	switch {
	case !f.on && narrowed:
		return errors.New("--from, --until, --node, --messages and --all say what --timeline prints: add --timeline")
	case f.on && to != "":
		return errors.New("--timeline prints lines of text: it does not go with --to")
	}
	from, err := parseDuration("from", f.from)
	if err != nil {
		return err
	}
	until, err := parseDuration("until", f.until)
	if err != nil {
		return err
	}
	if until > 0 && until < from {
		return fmt.Errorf("--until %s: that is before --from %s", f.until, f.from)
	}
	f.options = timeline.Options{From: sim.Time(from), To: sim.Time(until), Messages: f.messages, All: f.all}
	for _, name := range f.nodes {
		var id sim.NodeID
		if err := id.UnmarshalText([]byte(name)); err != nil || id == 0 {
			return fmt.Errorf("--node %s: expected a server or a client, like n1 or c2", name)
		}
		f.options.Nodes = append(f.options.Nodes, id)
	}
	return nil
}

// takePart refuses nodes that a stored case does not have.
func takePart(nodes []sim.NodeID, text []byte) error {
	c, err := sim.ParseCase(store.CaseFile, text)
	if err != nil {
		return err
	}
	for _, id := range nodes {
		if id > sim.NodeID(c.Nodes) || id < sim.ClientID(c.Clients) {
			return fmt.Errorf("--node %v: the run has %s and %s", id, count.Of(c.Nodes, "server"), count.Of(c.Clients, "client"))
		}
	}
	return nil
}

// timeline prints a stored run as lines.
func (a *app) timeline(path string, f *timelineFlags) error {
	info, err := os.Stat(path)
	if err != nil {
		return noSuchRun(path)
	}
	if !info.IsDir() {
		path = filepath.Dir(path)
	}
	r, err := store.Load(path)
	if err != nil {
		return err
	}
	if r.Trace == nil {
		return fmt.Errorf("%s: the run has no trace: its history was recorded elsewhere", path)
	}
	if err := takePart(f.options.Nodes, r.Case); err != nil {
		return err
	}
	return timeline.Write(a.stdout, r.Trace, f.options)
}
