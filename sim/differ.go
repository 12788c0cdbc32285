package sim

import (
	"fmt"
	"slices"
)

// Difference is the first thing that two runs do not have in common.
type Difference struct {
	Time          Time   // of the earlier of the two
	First, Second string // what happens in each, for people; "" if nothing more does
}

// Differ compares what happened in two runs, of one case or of two that are much alike, and returns where they part; nil if they don't. The
// lines of the plan do not count, only what they do; nor does how events and messages are numbered.
func Differ(first, second []Record) *Difference {
	a, b := happenings(first), happenings(second)
	for i := range max(len(a), len(b)) {
		var x, y *Record
		if i < len(a) {
			x = &first[a[i]]
		}
		if i < len(b) {
			y = &second[b[i]]
		}
		if x == nil || y == nil || !x.alike(y) {
			return difference(first, second, x, y)
		}
	}
	return nil
}

// happenings are the positions of the records that are not about the plan.
func happenings(records []Record) []int {
	list := make([]int, 0, len(records))
	for i := range records {
		if k := records[i].Kind; k != FaultOn && k != FaultOff {
			list = append(list, i)
		}
	}
	return list
}

// alike reports whether two records say the same.
func (r *Record) alike(o *Record) bool {
	same := r.Time == o.Time && r.Kind == o.Kind && r.Node == o.Node && r.Peer == o.Peer && r.Text == o.Text
	if same && r.State != nil && o.State != nil {
		same = r.State.Role == o.State.Role && r.State.Epoch == o.State.Epoch && slices.Equal(r.State.Detail, o.State.Detail)
	}
	return same && (r.content == o.content || r.content == 0 || o.content == 0) // a stored trace does not hold it
}

func difference(first, second []Record, x, y *Record) *Difference {
	var d Difference
	if x != nil {
		d.Time, d.First = x.Time, x.describe(first)
	}
	if y != nil {
		if x == nil || y.Time < d.Time {
			d.Time = y.Time
		}
		d.Second = y.describe(second)
	}
	return &d
}

// describe tells a record of a trace to a person: "n2 receives vote request t5 from n1 at 1.2s".
func (r *Record) describe(all []Record) string {
	of := func(kind RecordKind) string {
		for i := range all {
			if s := &all[i]; s.Kind == Send && s.Message == r.Message {
				return s.Text
			}
		}
		return string(kind)
	}
	text := ""
	switch r.Kind {
	case Send:
		text = fmt.Sprintf("%v sends %s to %v", r.Node, orMessage(r.Text), r.Peer)
	case Deliver:
		text = fmt.Sprintf("%v receives %s from %v", r.Node, orMessage(of(r.Kind)), r.Peer)
	case Drop:
		text = fmt.Sprintf("%s from %v to %v is lost (%s)", orMessage(of(r.Kind)), r.Node, r.Peer, r.Text)
	case TimerRun:
		text = fmt.Sprintf("the timer %s of %v fires", r.Text, r.Node)
	case SyncDone:
		text = fmt.Sprintf("a sync of %v completes", r.Node)
	case Written:
		text = fmt.Sprintf("%v writes to its disk", r.Node)
	case Boot:
		text = fmt.Sprintf("%v starts", r.Node)
	case Crash:
		text = fmt.Sprintf("%v crashes", r.Node)
	case Called:
		text = fmt.Sprintf("%v invokes %s", r.Node, r.Text)
	case StateIs:
		text = fmt.Sprintf("%v is %s %d", r.Node, r.State.Role, r.State.Epoch)
	default:
		text = r.line()
	}
	return text + " at " + r.Time.Clock()
}

// orMessage is what a message says, if that is known.
func orMessage(text string) string {
	if text == "" {
		return "a message"
	}
	return text
}
