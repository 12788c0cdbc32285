package sim

import (
	"cmp"
	"fmt"
	"reflect"
	"strings"
)

// Divergence is where two runs of one case differ, which means that the system breaks
// determinism: it ranges over a map, reads the real clock, keeps state between runs.
type Divergence struct {
	Event   uint64   // the first event that differs
	Time    Time     // of it
	Node    NodeID   // whose handler made the difference
	Handler string   // what the handler was called for: "timer heartbeat"
	First   []Record // the event's records in the first run
	Second  []Record // and in the second
	Kept    bool     // only the run in which payloads are overwritten differs: a node keeps one after its handler has returned
}

// Verify runs a case twice and compares all that happened, and once without a trace, which must
// have the same digest. It returns nil if the runs are equal.
//
// In the second run each payload is overwritten when its handler has returned: a node that keeps one,
// which it must not, behaves differently there.
func Verify(s System, c Case) (*Divergence, error) {
	plain, err := Run(s, c)
	if err != nil {
		return nil, err
	}
	return VerifyRun(s, plain)
}

// VerifyRun is [Verify] of the case of a run without a trace that there is already: two runs in place of three.
func VerifyRun(s System, plain *Result) (*Divergence, error) {
	c := plain.Case
	a, err := compared(s, c, &Trace{summed: true}, false)
	if err != nil {
		return nil, err
	}
	b, err := compared(s, c, &Trace{summed: true}, true)
	switch {
	case err != nil:
		return nil, err
	case a.Digest != b.Digest || a.Trace.sum != b.Trace.sum:
		return diverge(s, c, unseen(a))
	case plain.Digest != a.Digest:
		return &Divergence{Event: min(a.Events, plain.Events), Time: min(a.End, plain.End), Handler: traceChanges}, nil
	}
	return nil, nil
}

// diverge runs a case of which two runs differ again, with all that happened, and finds where. It returns late if all is equal this time.
func diverge(s System, c Case, late *Divergence) (*Divergence, error) {
	a, err := compared(s, c, &Trace{}, false)
	if err != nil {
		return nil, err
	}
	b, err := compared(s, c, &Trace{}, true)
	if err != nil {
		return nil, err
	}
	d := compare(a, b)
	if a.Trace.Before+a.Trace.After+b.Trace.Before+b.Trace.After > 0 {
		return locate(s, c, cmp.Or(d, late))
	}
	if d == nil {
		return late, nil
	}
	again, err := RunTraced(s, c)
	if err != nil {
		return nil, err
	}
	d.Kept = compare(a, again) == nil
	return d, nil
}

// compared runs a case and returns what is compared of it, which leaves the memory of the rest.
func compared(s System, c Case, t *Trace, poison bool) (*Result, error) {
	r, err := run(s, c, t, poison)
	if err != nil {
		return nil, err
	}
	return &Result{Trace: r.Trace, Digest: r.Digest, Events: r.Events, End: r.End}, nil
}

// locate finds the first record that differs in runs whose traces don't hold all: it
// compares one stretch of records after the other. It returns late if all are equal this time.
func locate(s System, c Case, late *Divergence) (*Divergence, error) {
	for from := uint64(0); ; from += 2 * mostRecords {
		var runs [3]*Result
		for i := range runs {
			var err error
			if runs[i], err = run(s, c, &Trace{window: true, from: from}, i == 1); err != nil {
				return nil, err
			}
		}
		x, y := runs[0].Trace, runs[1].Trace
		if i := firstDifference(x.Records, y.Records); i >= 0 {
			d := divergence(x.Records, y.Records, i)
			d.Kept = firstDifference(x.Records, runs[2].Trace.Records) < 0
			return d, nil
		}
		if x.After == 0 {
			return late, nil
		}
	}
}

// traceChanges is the reason when the trace makes the difference.
const traceChanges = "the trace: a Describe, a DescribeMessage or the String of a fact changes something, or a handler asks Env.Tracing for more than a Note"

// compare finds the first record that differs.
func compare(a, b *Result) *Divergence {
	x, y := a.Trace.Records, b.Trace.Records
	if i := firstDifference(x, y); i >= 0 {
		return divergence(x, y, i)
	}
	if a.Digest != b.Digest {
		return unseen(a)
	}
	return nil
}

// unseen is the divergence of a run from another that has the same records.
func unseen(r *Result) *Divergence {
	return &Divergence{Event: r.Events, Time: r.End, Handler: "something that the trace does not show"}
}

// firstDifference returns the number of the first record that differs, or -1.
func firstDifference(x, y []Record) int {
	for i := range max(len(x), len(y)) {
		if i >= len(x) || i >= len(y) || !reflect.DeepEqual(x[i], y[i]) {
			return i
		}
	}
	return -1
}

// divergence describes the event to which the i-th records belong.
func divergence(x, y []Record, i int) *Divergence {
	var d Divergence
	for _, records := range [][]Record{x, y} {
		if i < len(records) && (d.Event == 0 || records[i].Event < d.Event) {
			d.Event, d.Time = records[i].Event, records[i].Time
		}
	}
	d.First, d.Second = ofEvent(x, i, d.Event), ofEvent(y, i, d.Event)
	opening := append(d.First, d.Second...)
	if len(opening) == 0 {
		return &d
	}
	d.Node = opening[0].Node
	d.Handler = opening[0].line()
	return &d
}

// ofEvent returns the records of an event, those around the i-th.
func ofEvent(records []Record, i int, event uint64) []Record {
	from := min(i, len(records))
	for from > 0 && records[from-1].Event >= event {
		from--
	}
	to := from
	for to < len(records) && records[to].Event == event {
		to++
	}
	return records[from:to:to]
}

// line tells a record in a few words.
func (r *Record) line() string {
	words := []string{string(r.Kind)}
	if r.Peer != 0 {
		words = append(words, r.Node.String(), "and", r.Peer.String())
	}
	if r.Text != "" {
		words = append(words, r.Text)
	}
	if r.State != nil {
		words = append(words, fmt.Sprintf("%s %d %v", r.State.Role, r.State.Epoch, r.State.Detail))
	}
	return strings.Join(words, " ")
}

// String tells the divergence over several lines, with both versions of the event.
func (d *Divergence) String() string {
	var b strings.Builder
	if d.Kept {
		b.WriteString("a node keeps a payload after its handler has returned, when the engine uses the memory again: copy what is to be kept\n")
	}
	if len(d.First)+len(d.Second) == 0 {
		fmt.Fprintf(&b, "two runs of the case differ somewhere before event %d at %v, because of %s\n", d.Event, d.Time, d.Handler)
		return b.String()
	}
	fmt.Fprintf(&b, "two runs of the case differ in event %d at %v, in the handler of %v for: %s\n", d.Event, d.Time, d.Node, d.Handler)
	for i, run := range [][]Record{d.First, d.Second} {
		fmt.Fprintf(&b, "run %d:\n", i+1)
		for j := range run {
			fmt.Fprintf(&b, "  %s\n", run[j].line())
		}
	}
	return b.String()
}
