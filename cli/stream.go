package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"

	"simrun/check"
	"simrun/history"
	"simrun/internal/count"
	"simrun/trial"
)

// streamAbove is the size of a file, in bytes, from which it is decided while it is read.
const streamAbove = 128 << 20

// streaming says whether a file is decided while it is read: if it is large, always, or never.
type streaming uint8

const (
	large streaming = iota
	always
	never
)

// mustStream refuses what can't be decided while it is read.
func (c *checking) mustStream(follow bool) error {
	switch {
	case follow:
		return errors.New("--stream: --follow decides while a history is written already")
	case len(c.initial) > 0:
		return errors.New("--stream: what objects began with (--init) is known once all keys are, so the whole history must be read first")
	case c.opts.Engine != "" && c.opts.Engine != "auto":
		return fmt.Errorf("--stream: it decides by a rule of its own, and not by --engine %s", c.opts.Engine)
	case len(c.also) > 0:
		return errors.New("--stream: the questions of --also are about the whole history, which is not kept")
	case c.spec == nil || check.NewStream(c.spec) == nil:
		return fmt.Errorf("--stream: %s can't be decided while it is read; expected register, cas-register or kv", c.name)
	}
	return nil
}

// streams reports whether a file is to be decided while it is read.
func (c *checking) streams(file string) bool {
	if c.streaming == never || c.spec == nil || len(c.initial) > 0 || len(c.also) > 0 || c.opts.Engine != "" && c.opts.Engine != "auto" || check.NewStream(c.spec) == nil {
		return false
	}
	info, err := os.Stat(file)
	return err == nil && info.Mode().IsRegular() && (c.streaming == always || info.Size() >= streamAbove) && c.inOrder(file)
}

// inOrder reports whether a file has its events in order of time, as a table of intervals has not.
func (c *checking) inOrder(file string) bool {
	in, err := os.Open(file)
	if err != nil {
		return true // which the reader says better
	}
	defer in.Close()
	start := make([]byte, 1<<14)
	n, _ := io.ReadFull(in, start)
	return c.from != history.CSV && (c.from != history.Auto || history.Detect(start[:n]) != history.CSV)
}

// cantStream says why a file that must be decided while it is read can't be.
func (c *checking) cantStream(file string) error {
	if file == "-" {
		return errors.New("--stream: standard input can't be read again, to explain a violation; expected a file, or --follow")
	}
	if info, err := os.Stat(file); err == nil && info.Mode().IsRegular() {
		return fmt.Errorf("--stream: %s is a table of intervals, which is in no order of time, so it must be read as a whole", file)
	}
	return nil // which the reader says better
}

// stream decides a file while it is read. It reports false if that can't be done, and says why.
func (c *checking) stream(ctx context.Context, file string) (s shown, done bool, err error) {
	st := check.NewStream(c.spec)
	var extent trial.Extent
	r, err := c.pass(ctx, file, "deciding", func(e history.Event) error {
		extent.Add(&e)
		outcome, err := st.Feed(&e)
		if err == nil && outcome != check.Valid {
			err = errCertain
		}
		return err
	})
	if err != nil && !errors.Is(err, errCertain) {
		return s, false, err
	}
	v := st.Verdict()
	switch {
	case v.Outcome == check.Valid && st.Completed() == 0:
		return s, false, nil // nothing to decide, which the usual way explains
	case r.Pairs:
		v.Outcome, v.Reason = check.Unknown, "its values may be pairs of an independent key and a value, which only the whole history shows"
	}
	if v.Outcome == check.Unknown {
		fmt.Fprintf(c.stderr, "simrun: %s can't be decided while it is read: %s; reading all of it into memory\n", file, printable(v.Reason))
		return s, false, nil
	}
	note := "decided while it was read, which leaves no order of its operations, and no report"
	var x check.Excerpt
	if v.Outcome == check.Violation {
		opts := c.opts
		opts.Who, opts.Untimed = r.Who, r.Untimed
		v, x, err = st.Explain(func(each func(history.Event) error) error {
			_, err := c.pass(ctx, file, "explaining", each)
			return err
		}, opts)
		if errors.Is(err, check.ErrUnexplained) {
			fmt.Fprintf(c.stderr, "simrun: %s is a violation; %v; reading all of it into memory\n", file, err)
			return s, false, nil
		}
		if err != nil {
			return s, false, err
		}
		note = fmt.Sprintf("decided while it was read, up to here; %s show the violation", count.Of(trial.CountOps(x.Events).Total(), "operation"))
	}
	r.Events = x.Events
	res := trial.HistoryResults(file, r, v)
	res.Ops, res.With = extent.Ops, append(slices.Clone(c.with), "--stream")
	res.Notes = append(res.Notes, note)
	s = shown{results: res, title: file, summary: res.Summary, lines: trial.HistoryFacts(&res, &extent)}
	if v.Outcome == check.Valid {
		return s, true, nil
	}
	if !c.noStore {
		err = c.keep(ctx, &s, x.Events)
	}
	s.results.Checks = inFileOf(s.results.Checks, x.From)
	return s, true, err
}

// inFileOf numbers the events of checks on an excerpt as the whole file does. What is stored is the excerpt, and numbered like it.
func inFileOf(checks []trial.Check, from []int) []trial.Check {
	whole := slices.Clone(checks)
	number := func(events []int) []int {
		var all []int
		for _, e := range events {
			all = append(all, from[e])
		}
		return all
	}
	for i := range whole {
		c := &whole[i]
		c.Core, c.Optional, c.Witness = number(c.Core), number(c.Optional), number(c.Witness)
		if c.Outcome == check.Violation {
			c.Inevitable = from[c.Inevitable]
		}
	}
	return whole
}

// pass gives the events of a file to each, and shows how far it is.
func (c *checking) pass(ctx context.Context, file, what string, each func(history.Event) error) (*history.Reading, error) {
	in, err := os.Open(file)
	if err != nil {
		return nil, inFile(file, err)
	}
	defer in.Close()
	info, err := in.Stat()
	if err != nil {
		return nil, err
	}
	counted, bar := c.reading(what+" "+filepath.Base(file), in, info.Size())
	defer bar.end()
	read := 0
	r, err := history.Follow(counted, file, history.Options{Format: c.from, Lenient: c.lenient, Whole: true}, func(e history.Event) error {
		if read++; read%1024 == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		return each(e)
	})
	if err != nil && !errors.Is(err, errCertain) {
		err = inFile(file, err)
	}
	return r, err
}
