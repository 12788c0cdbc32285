// Package timeline tells a traced run as lines of text, in order of time.
package timeline

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"simrun/sim"
)

// Options say what of a run is told. The zero value tells faults, restarts, changes of role, facts, what clients did, and violations, of the whole run.
type Options struct {
	From, To sim.Time     // To 0: until the end
	Nodes    []sim.NodeID // of these alone, and of faults; nil: of all
	Messages bool         // tell each message too, when it is sent, and those that are lost
	All      bool         // tell everything: timers, disks and deliveries too
}

// Write writes a line for each record of the trace that the options ask for: the time, who, and what. The error is that of w.
func Write(w io.Writer, trace *sim.Trace, o Options) error {
	t := teller{Options: o, roles: map[sim.NodeID]string{}, said: map[uint64]string{}}
	if trace.Before > 0 {
		fmt.Fprintf(&t.out, "… %d records before these were not kept\n", trace.Before)
	}
	for i := range trace.Records {
		rec := &trace.Records[i]
		if who, what := t.line(rec); what != "" && t.wanted(rec) {
			fmt.Fprintf(&t.out, "%5d.%03ds  %-9s %s\n", rec.Time/second, rec.Time%second/millisecond, who, what)
		}
	}
	if trace.After > 0 {
		fmt.Fprintf(&t.out, "… %d records after these were not kept\n", trace.After)
	}
	_, err := io.WriteString(w, t.out.String())
	return err
}

const (
	second      = sim.Time(time.Second)
	millisecond = sim.Time(time.Millisecond)
)

// teller tells one run.
type teller struct {
	Options
	out   strings.Builder
	roles map[sim.NodeID]string // that were told last
	said  map[uint64]string     // by message: what it says
}

// wanted reports whether a record is one of those that were asked for.
func (t *teller) wanted(rec *sim.Record) bool {
	if rec.Time < t.From || t.To > 0 && rec.Time > t.To {
		return false
	}
	return t.Nodes == nil || rec.Node == 0 || slices.Contains(t.Nodes, rec.Node) || slices.Contains(t.Nodes, rec.Peer)
}

// line says who did what; "" where that is not to be told.
func (t *teller) line(rec *sim.Record) (who, what string) {
	who = rec.Node.String()
	switch rec.Kind {
	case sim.FaultOn:
		return "fault", withoutTime(rec.Text)
	case sim.FaultOff:
		return "fault", "over: " + withoutTime(rec.Text)
	case sim.StateIs:
		return who, t.role(rec)
	case sim.Boot:
		delete(t.roles, rec.Node)
		return who, "starts"
	case sim.Crash:
		return who, "crashes"
	case sim.Pause, sim.Resume:
		return who, string(rec.Kind) + "s"
	case sim.FactSeen, sim.Note:
		return who, rec.Text
	case sim.Called:
		return who, "→ " + rec.Text
	case sim.Returned:
		if rec.Peer > 0 {
			return who, fmt.Sprintf("← %s (%v)", rec.Text, rec.Peer)
		}
		return who, "← " + rec.Text
	case sim.Violated:
		return who, "violation: " + rec.Text
	case sim.Send, sim.Deliver, sim.Drop, sim.Corrupted:
		return t.message(rec)
	}
	switch {
	case !t.All:
		return who, ""
	case rec.Kind == sim.Written: // its text says so
		return who, rec.Text
	}
	return who, strings.TrimSpace(string(rec.Kind) + " " + rec.Text)
}

// message tells a message where it is sent, and, if that is all that happens, why it was lost.
func (t *teller) message(rec *sim.Record) (who, what string) {
	if rec.Kind == sim.Send {
		t.said[rec.Message] = rec.Text
	}
	who = fmt.Sprintf("%v→%v", rec.Node, rec.Peer)
	text := t.said[rec.Message]
	switch {
	case !t.Messages && !t.All:
		return who, ""
	case rec.Kind == sim.Send:
		return who, text
	case rec.Kind == sim.Drop:
		return who, fmt.Sprintf("lost (%s): %s", rec.Text, text)
	case rec.Kind == sim.Corrupted:
		return who, "damaged: " + text
	case t.All:
		return fmt.Sprintf("%v←%v", rec.Node, rec.Peer), text
	}
	return who, ""
}

// role tells a change of role or epoch; with All, all of the state.
func (t *teller) role(rec *sim.Record) string {
	s := rec.State
	text := "is " + s.Role
	if s.Epoch > 0 {
		text += fmt.Sprintf(" %d", s.Epoch)
	}
	if t.All {
		for _, d := range s.Detail {
			text += fmt.Sprintf(", %s %s", d.Name, d.Value)
		}
	}
	if t.roles[rec.Node] == text {
		return ""
	}
	t.roles[rec.Node] = text
	return text
}

// withoutTime is the line of a fault without its beginning "at 2s", which the line of the text has.
func withoutTime(fault string) string {
	if rest, ok := strings.CutPrefix(fault, "at "); ok {
		if _, what, ok := strings.Cut(rest, " "); ok {
			return what
		}
	}
	return fault
}
