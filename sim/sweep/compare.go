package sweep

import (
	"fmt"
	"reflect"

	"simrun/sim"
)

// Compare runs a case twice and says where the two runs differ: the first
// differing event with both versions, the handler that made it and its node; ""
// if nowhere. A difference is a defect of the system (a handler that depends on
// something beside its input, such as the order of a map) or of the simulator.
func Compare(s sim.System, c sim.Case) string {
	a, err := sim.RunTraced(s, c)
	if err != nil {
		return err.Error()
	}
	b, err := sim.RunTraced(s, c)
	if err != nil {
		return "the first run ended well, and the second says: " + err.Error()
	}
	return difference(a, b)
}

// difference says where two traced runs differ.
func difference(a, b *sim.Result) string {
	x, y := a.Trace.Records, b.Trace.Records
	for i := range min(len(x), len(y)) {
		if !reflect.DeepEqual(x[i], y[i]) {
			return fmt.Sprintf("event %d, %s: one run has %s, the other %s", x[i].Event, handler(x, i), describe(x[i]), describe(y[i]))
		}
	}
	switch {
	case len(x) != len(y):
		n, longer := min(len(x), len(y)), x
		if len(y) > len(x) {
			longer = y
		}
		return fmt.Sprintf("event %d, %s: one run has %s, the other has ended", longer[n].Event, handler(longer, n), describe(longer[n]))
	case a.Digest != b.Digest:
		return fmt.Sprintf("the traces are the same, but the digests are %v and %v: the content of a message or of a file differs", a.Digest, b.Digest)
	case !reflect.DeepEqual(a.History, b.History):
		return "the traces are the same, but the histories differ"
	}
	return ""
}

// handler says in which handler of which node a record was made.
func handler(records []sim.Record, i int) string {
	event := records[i].Event
	first := i
	for first > 0 && records[first-1].Event == event {
		first--
	}
	for _, r := range records[first : i+1] {
		switch r.Kind {
		case sim.Deliver:
			return fmt.Sprintf("in %v's handler of %q from %v", r.Node, r.Text, r.Peer)
		case sim.TimerRun:
			return fmt.Sprintf("in %v's handler of its timer %q", r.Node, r.Text)
		case sim.SyncDone:
			return fmt.Sprintf("in %v's handler of a sync of %q", r.Node, r.Text)
		case sim.Boot:
			return fmt.Sprintf("in the boot of %v", r.Node)
		case sim.Called, sim.Returned:
			return fmt.Sprintf("in the code of client %v", r.Node)
		case sim.FaultOn, sim.FaultOff:
			return fmt.Sprintf("at the fault %q", r.Text)
		}
	}
	return fmt.Sprintf("on %v", records[i].Node)
}

// describe tells a record to a person.
func describe(r sim.Record) string {
	s := fmt.Sprintf("%q by %v at %v", string(r.Kind), r.Node, r.Time)
	if r.Peer != 0 {
		s += fmt.Sprintf(" to %v", r.Peer)
	}
	if r.Text != "" {
		s += fmt.Sprintf(" (%s)", r.Text)
	}
	if r.State != nil {
		s += fmt.Sprintf(" (%+v)", *r.State)
	}
	return s
}
