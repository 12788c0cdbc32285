package cli

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"simrun/check"
	"simrun/check/specs"
	"simrun/history"
)

// initialValue is a value of --init: that of one key, or of all.
type initialValue struct {
	key   string
	keyed bool
	value history.Value
}

// parseInitial reads 0, [1, 2], x=0 or a word.
func parseInitial(text string) initialValue {
	if v, err := history.ParseValue(text); err == nil {
		return initialValue{value: v}
	}
	key, value, keyed := strings.Cut(text, "=")
	if !keyed {
		key, value = "", text
	}
	v, err := history.ParseValue(value)
	if err != nil {
		v = history.String(value)
	}
	return initialValue{key, keyed, v}
}

// initialOps are the operations that set the objects of a history to their initial values.
func initialOps(spec check.Spec, values []initialValue, keys []string) ([]history.Operation, error) {
	var all []history.Operation
	for _, v := range values {
		of := keys
		if v.keyed {
			of = []string{v.key}
		}
		ops, err := specs.Initial(spec, v.value)
		if err != nil {
			return nil, fmt.Errorf("--init: %w", err)
		}
		for _, key := range of {
			for _, op := range ops {
				op.Key = key
				all = append(all, op)
			}
		}
	}
	return all, nil
}

// keysOf lists the keys of a history, in order of first use.
func keysOf(events []history.Event) []string {
	var keys []string
	known := map[string]bool{}
	for _, e := range events {
		if e.Process != history.Nemesis && !known[e.Key] {
			known[e.Key] = true
			keys = append(keys, e.Key)
		}
	}
	return keys
}

// begin puts into a history what its specification needs: the operations of --init before
// it, and the ends of leases.
func (c *checking) begin(r *history.Reading) error {
	if c.spec == specs.Lease {
		if r.Untimed {
			return errors.New("lease: the history has no times, so that nothing says when a lease ended")
		}
		events, from, err := specs.Leased(r.Events)
		if err != nil {
			return r.Locate(err)
		}
		r.Replace(events, from, "expiry")
	}
	if len(c.initial) == 0 {
		return nil
	}
	ops, err := initialOps(c.spec, c.initial, keysOf(r.Events))
	if err != nil {
		return err
	}
	r.Begin(ops)
	return nil
}

// hint proposes --init, if a violation is that something was seen which nobody wrote,
// and the history fits, or fits longer, if the object began with it.
func (c *checking) hint(r *history.Reading, v check.Verdict) string {
	if c.spec == nil || v.Outcome != check.Violation || len(v.Core) != 1 || len(c.initial) > 0 {
		return ""
	}
	ops, err := history.Pair(r.Events)
	if err != nil {
		return ""
	}
	i := slices.IndexFunc(ops, func(op history.Operation) bool { return op.Invoke == v.Core[0] })
	seen, ok := specs.Saw(ops[i])
	if !ok || seen.IsNull() {
		return ""
	}
	before, err := initialOps(c.spec, []initialValue{{value: seen}}, keysOf(r.Events))
	if err != nil {
		return ""
	}
	events, _ := history.Began(r.Events, before)
	again, err := check.Linearizable(c.spec, events, c.opts)
	if err != nil || again.Outcome == check.Violation && again.Inevitable-2*len(before) <= v.Inevitable {
		return ""
	}
	return fmt.Sprintf("if it began as %v, say --init %v", seen, quote(seen.String()))
}
