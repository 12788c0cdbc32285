package specs

import (
	"fmt"
	"strconv"

	"simrun/check"
	"simrun/history"
)

// A step is one read or write of a transaction.
type step struct {
	writes bool
	key    string
	value  history.Value
}

// stepsOf returns the steps of a transaction, with what its reads saw if that is known.
func stepsOf(op history.Operation) []step {
	list, _ := op.Output.AsList()
	if op.Outcome != history.OK {
		list, _ = op.Input.AsList()
	}
	steps := make([]step, 0, len(list))
	for _, s := range list {
		if what, key, value, ok := microOperation(s); ok {
			steps = append(steps, step{what != "r", key, value})
		}
	}
	return steps
}

// reads returns what a transaction saw of others: its reads of registers that it had not
// written before.
func reads(op history.Operation) []step {
	var seen []step
	wrote := make(map[string]bool)
	for _, s := range stepsOf(op) {
		if wrote[s.key] = wrote[s.key] || s.writes; !wrote[s.key] {
			seen = append(seen, s)
		}
	}
	return seen
}

// leaves returns the value that a transaction leaves in a register, if it writes it.
func leaves(op history.Operation, key string) (v history.Value, ok bool) {
	for _, s := range stepsOf(op) {
		if s.writes && s.key == key {
			v, ok = s.value, true
		}
	}
	return v, ok
}

// explainTransaction returns why the culprit can't have read what it did. The names of
// the anomalies are those of Adya (1999).
func explainTransaction(f *check.Finding) string {
	if f.Culprit.Outcome != history.OK {
		return ""
	}
	if s := explainOwn(f.Culprit); s != "" {
		return s
	}
	for _, r := range reads(f.Culprit) {
		if s := explainSeen(f, r); s != "" {
			return s
		}
	}
	return explainFractured(f)
}

// explainOwn says that a transaction did not read what it had itself written or read before.
func explainOwn(op history.Operation) string {
	known := make(map[string]step)
	for _, s := range stepsOf(op) {
		if before, ok := known[s.key]; ok && !s.writes && before.value != s.value {
			did := map[bool]string{true: "written %v to %s", false: "read %v from %s"}[before.writes]
			return "it had itself " + fmt.Sprintf(did, before.value, bare(s.key)) + fmt.Sprintf(" before it read %v", s.value)
		}
		known[s.key] = s
	}
	return ""
}

// explainSeen returns why a register can't have held what the culprit read: nobody wrote
// it, it was aborted or intermediate, or it had been replaced.
func explainSeen(f *check.Finding, r step) string {
	var aborted, intermediate *history.Operation
	var writers []history.Operation
	for _, op := range f.Earlier() {
		for _, s := range stepsOf(op) {
			if s != (step{true, r.key, r.value}) {
				continue
			}
			v, _ := leaves(op, r.key)
			switch {
			case op.Outcome == history.Fail:
				aborted = &op
			case v != r.value:
				intermediate = &op
			default:
				writers = append(writers, op)
			}
		}
	}
	switch what := fmt.Sprintf("%v was read from %s", r.value, bare(r.key)); {
	case len(writers) > 0 || r.value.IsNull():
		return explainReplaced(f, r, writers)
	case intermediate != nil:
		v, _ := leaves(*intermediate, r.key)
		return fmt.Sprintf("%s, and the transaction of %s that wrote it went on to write %v there (intermediate read, G1b)", what, f.Who(*intermediate), v)
	case aborted != nil:
		s := fmt.Sprintf("%s, which only the failed transaction of %s wrote", what, f.Who(*aborted))
		if v, _ := leaves(*aborted, r.key); v != r.value {
			return s + fmt.Sprintf(", before it wrote %v there (aborted read, G1a, and intermediate, G1b)", v)
		}
		return s + " (aborted read, G1a)"
	default:
		return what + ", which nobody had written there by then"
	}
}

// explainReplaced says that a transaction of the core had replaced what the culprit read,
// or had read something else in its place, after all that wrote it were done.
func explainReplaced(f *check.Finding, r step, writers []history.Operation) string {
	for _, op := range f.Others {
		if !op.Before(f.Culprit) || !allBefore(writers, op) {
			continue
		}
		if v, writes := leaves(op, r.key); writes {
			if v != r.value {
				return fmt.Sprintf("%s had replaced %v in %s with %v by %s", f.Who(op), r.value, bare(r.key), v, f.By(op))
			}
			continue
		}
		for _, s := range reads(op) {
			if s.key == r.key && s.value != r.value {
				return fmt.Sprintf("%s had read %v from %s by %s", f.Who(op), s.value, bare(s.key), f.By(op))
			}
		}
	}
	return ""
}

// explainFractured says that the culprit saw one write of a transaction and missed another.
func explainFractured(f *check.Finding) string {
	seen := reads(f.Culprit)
	for _, r := range seen {
		wrote := writersOf(f, r.key, r.value)
		if len(wrote) != 1 || r.value.IsNull() {
			continue
		}
		for _, missed := range seen {
			v, also := leaves(wrote[0], missed.key)
			if also && v != missed.value && allBefore(writersOf(f, missed.key, missed.value), wrote[0]) {
				return fmt.Sprintf("it saw %s = %v of the transaction of %s, and not its %s = %v", bare(r.key), r.value, f.Who(wrote[0]), bare(missed.key), v)
			}
		}
	}
	return ""
}

// writersOf returns the transactions that may have left a value in a register.
func writersOf(f *check.Finding, key string, value history.Value) []history.Operation {
	return might(f, func(op history.Operation) bool {
		v, ok := leaves(op, key)
		return ok && v == value
	})
}

// bare is the name of a register without the quotes of a text.
func bare(key string) string {
	if text, err := strconv.Unquote(key); err == nil {
		return text
	}
	return key
}
