package check_test

import (
	"testing"

	"simrun/check"
	"simrun/check/specs"
	"simrun/history"
)

// A line is an event of a history, in short.
type line struct {
	process history.Process
	t       history.Type
	f, key  string
	value   history.Value
}

func historyOf(lines ...line) []history.Event {
	events := make([]history.Event, len(lines))
	for i, l := range lines {
		events[i] = history.Event{Index: i, Time: history.Time(i), Process: l.process, Type: l.t, F: l.f, Key: l.key, Value: l.value}
	}
	return events
}

// Histories on which an engine once disagreed with porcupine.
func TestRegressions(t *testing.T) {
	swap := history.List(history.String(""), history.String("a"))
	for _, c := range []struct {
		name   string
		spec   check.Spec
		events []history.Event
		want   check.Outcome
	}{
		{"a violation found in haste cut the history that refutes it", specs.KV, historyOf(
			line{0, history.Invoke, "cas", "x", swap},
			line{2, history.Invoke, "delete", "x", history.Null},
			line{2, history.OK, "delete", "x", history.Null},
			line{2, history.Invoke, "cas", "x", swap},
			line{2, history.OK, "cas", "x", history.Null},
			line{0, history.OK, "cas", "x", history.Bool(true)},
		), check.Valid},
		{"a write that changes nothing now can change something later", specs.CASRegister, historyOf(
			line{0, history.Invoke, "write", "", history.Int(3)},
			line{0, history.OK, "write", "", history.Int(3)},
			line{1, history.Invoke, "write", "", history.Int(4)},
			line{0, history.Invoke, "write", "", history.Int(3)},
			line{0, history.OK, "write", "", history.Int(3)},
			line{1, history.OK, "write", "", history.Int(4)},
			line{0, history.Invoke, "read", "", history.Null},
			line{0, history.OK, "read", "", history.Int(3)},
		), check.Valid},
		{"a failed cas that found the empty string found nothing", specs.KV, historyOf(
			line{0, history.Invoke, "cas", "x", history.List(history.String("a"), history.String("a"))},
			line{0, history.Fail, "cas", "x", history.String("")},
		), check.Valid},
	} {
		for _, engine := range check.Engines() {
			v, err := check.Linearizable(c.spec, c.events, check.Options{Engine: engine.Name})
			if engine.Name == "rule" && v.Outcome == check.Unknown {
				continue
			}
			if err != nil || v.Outcome != c.want {
				t.Errorf("%s, by %s: %v %v, want %v", c.name, engine.Name, v.Outcome, err, c.want)
				continue
			}
			if err := check.Replay(c.spec, c.events, v.Witness); err != nil {
				t.Errorf("%s, by %s: %v", c.name, engine.Name, err)
			}
		}
	}
}

// A history in which no operation completed is unknown, and valid only with AllowEmpty.
func TestNothingToDecide(t *testing.T) {
	invoke := history.Event{Type: history.Invoke, F: "write", Value: history.Int(1)}
	failed := history.Event{Index: 1, Time: 1, Type: history.Fail, F: "write", Value: history.Int(1)}
	for name, c := range map[string]struct {
		events []history.Event
		want   string
	}{
		"empty":             {nil, "nothing to decide: the history has no operation"},
		"invocations alone": {[]history.Event{invoke}, "nothing to decide: the only operation did not complete"},
		"failures alone":    {[]history.Event{invoke, failed}, "nothing to decide: the only operation did not complete"},
	} {
		v, err := check.Linearizable(specs.Register, c.events, check.Options{})
		if err != nil || v.Outcome != check.Unknown || v.Reason != c.want {
			t.Errorf("%s: %v, %q, %v", name, v.Outcome, v.Reason, err)
		}
		v, err = check.Linearizable(specs.Register, c.events, check.Options{AllowEmpty: true})
		if err != nil || v.Outcome != check.Valid {
			t.Errorf("%s, allowed: %v, %v", name, v.Outcome, err)
		}
	}
}
