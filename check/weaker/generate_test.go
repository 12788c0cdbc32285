package weaker_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"runtime/debug"
	"slices"
	"testing"

	"simrun/check"
	"simrun/history"
)

// The comparisons allocate many small histories, so collect garbage rarely.
func TestMain(m *testing.M) {
	debug.SetGCPercent(2000)
	os.Exit(m.Run())
}

// maker makes random histories of registers: processes read, write and
// compare-and-set. Reads return any value, but mostly one that was written.
type maker struct {
	rng       *rand.Rand
	keys      []string
	cas       bool
	repeating bool // values repeat
	lag       int  // how far behind the latest value a read may be; 0: any value at all
	future    bool // a read may return a value that is written later, or never
	value     int64
}

// opening is an open operation.
type opening struct {
	process history.Process
	f, key  string
	input   history.Value
}

func (m *maker) history(operations, processes int) []history.Event {
	var events []history.Event
	time, next := history.Time(0), history.Process(processes)
	m.value = 0
	idle := make([]history.Process, processes)
	for i := range idle {
		idle[i] = history.Process(i)
	}
	written := make(map[string][]history.Value)
	var open []opening
	event := func(o opening, t history.Type, v history.Value) {
		time += history.Time(m.rng.IntN(3))
		events = append(events, history.Event{Index: len(events), Time: time, Process: o.process, Type: t, F: o.f, Key: o.key, Value: v})
	}
	for n := operations; n > 0 || len(open) > 0; {
		if n > 0 && len(idle) > 0 && m.rng.IntN(2) == 0 {
			n--
			i := m.rng.IntN(len(idle))
			o := opening{process: idle[i], f: "read", key: m.keys[m.rng.IntN(len(m.keys))]}
			idle = slices.Delete(idle, i, i+1)
			if m.repeating {
				m.value = 1 + m.rng.Int64N(2)
			}
			switch m.rng.IntN(5) {
			case 0, 1:
				o.f, o.input = "write", history.Int(m.value+1)
			case 2:
				if m.cas {
					o.f, o.input = "cas", history.List(m.some(written[o.key]), history.Int(m.value+1))
				}
			}
			if o.f != "read" {
				m.value++
				written[o.key] = append(written[o.key], history.Int(m.value))
			}
			open = append(open, o)
			event(o, history.Invoke, o.input)
			continue
		}
		if len(open) == 0 {
			continue
		}
		i := m.rng.IntN(len(open))
		o := open[i]
		open = slices.Delete(open, i, i+1)
		switch p := m.rng.IntN(20); {
		case p == 0:
			event(o, history.Info, history.Null)
			idle, next = append(idle, next), next+1
		case p == 1 && o.f != "read":
			event(o, history.Fail, history.Null)
			idle = append(idle, o.process)
		default:
			out := o.input
			if o.f == "read" {
				out = m.some(written[o.key])
			}
			event(o, history.OK, out)
			idle = append(idle, o.process)
		}
	}
	return events
}

// some returns a value that was written so far, or the initial one.
func (m *maker) some(written []history.Value) history.Value {
	if m.future && m.rng.IntN(5) == 0 {
		return history.Int(m.value + 1 + m.rng.Int64N(2))
	}
	far := len(written)
	if m.lag > 0 {
		far = min(far, m.lag)
	}
	if k := m.rng.IntN(far + 1); k < len(written) {
		return written[len(written)-1-k]
	}
	return history.Null
}

func dump(events []history.Event) string {
	s := ""
	for _, e := range events {
		s += fmt.Sprintf("%3d %3d  %d %-6v %s %s %v\n", e.Index, e.Time, e.Process, e.Type, e.F, e.Key, e.Value)
	}
	return s
}

// kept returns the operations that an order may hold.
func kept(t *testing.T, spec check.Spec, events []history.Event) []history.Operation {
	ops, err := check.Explainable(spec, events)
	if err != nil {
		t.Fatalf("%v\n%s", err, dump(events))
	}
	return ops
}

// enough asserts that a comparison saw enough histories of the kind that it is about.
func enough(t *testing.T, what string, count, of int) {
	t.Logf("%d of %d histories (%d %%): %s", count, of, 100*count/of, what)
	if 100*count < 15*of {
		t.Errorf("too few to mean anything: %s", what)
	}
}

func reports(t *testing.T, events []history.Event, format string, args ...any) {
	t.Helper()
	t.Fatalf("%s\n%s", fmt.Sprintf(format, args...), dump(events))
}
