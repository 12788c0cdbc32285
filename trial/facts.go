package trial

import (
	"fmt"
	"strings"

	"simrun/check"
	"simrun/check/accounts"
	"simrun/history"
	"simrun/internal/brief"
	"simrun/internal/count"
	"simrun/sim"
	"simrun/sim/fault"
)

// Title is the model and the workload of a case, and its bugs: "raft · kv · bug lease-reads".
func Title(c *sim.Case) string {
	t := c.Model + " · " + c.Workload.Name
	for i, b := range c.Bugs {
		if i == 0 {
			t += " · bug "
		} else {
			t += ", "
		}
		t += string(b)
	}
	return t
}

// RunFacts are what is said of a simulated run in addition to its verdict.
func RunFacts(c *sim.Case, r *Results, events []history.Event) []sim.Field {
	var facts []sim.Field
	passed := "virtual"
	if r.Live != nil {
		facts, passed = append(facts, sim.Field{Name: "time", Value: r.Live.Note}), "real"
	}
	facts = append(facts, sim.Field{Name: "digest", Value: r.Digest})
	if p := c.Program; p != nil {
		facts = append(facts, sim.Field{Name: "program", Value: describeProgram(p)})
	}
	facts = append(facts, []sim.Field{
		{Name: "cluster", Value: describeCluster(c)},
		{Name: "operations", Value: DescribeOps(events)},
		{Name: "faults", Value: describeFaults(c.Faults, r)},
		{Name: "claims", Value: describeClaims(r.Weaker, r.Beyond)},
	}...)
	if len(r.Sites) > 0 {
		facts = append(facts, sim.Field{Name: "buggify", Value: describeSites(r.Sites)})
	}
	if r.Small != nil {
		facts = append(facts, r.Small.facts()...)
	}
	if r.Untraced > 0 {
		facts = append(facts, sim.Field{Name: "trace", Value: fmt.Sprintf("a part of the run: %s records before or after it were not kept", count.Grouped(r.Untraced))})
	}
	if i := r.Isolation; i != nil {
		facts = append(append(facts, sim.Field{Name: "promised", Value: i.Level.String()}), i.Facts()...)
	}
	for _, f := range r.Figures {
		facts = append(facts, sim.Field{Name: f.Name, Value: describeFigure(f, false)})
	}
	if r.Exercise != nil && r.Exercise.String() != "" {
		facts = append(facts, sim.Field{Name: "exercised", Value: r.Exercise.String()})
	}
	return append(facts, sim.Field{Name: "events", Value: fmt.Sprintf("%s in %v of %s time", count.Grouped(r.Events), r.Simulated, passed)})
}

// HistoryFacts are what is said of a recorded history in addition to its verdict.
func HistoryFacts(r *Results, of *Extent) []sim.Field {
	facts := []sim.Field{{Name: "spec", Value: r.Spec}, {Name: "operations", Value: of.String()}}
	if of.Events > 0 && !r.Untimed {
		facts = append(facts, sim.Field{Name: "until", Value: of.Until.String()})
	}
	for _, c := range r.Checks {
		if c.Steps > 0 || len(r.Figures) == 0 && r.Isolation == nil && c.Engine != check.StreamEngine {
			facts = append(facts, sim.Field{Name: "steps", Value: count.Grouped(c.Steps)})
		}
	}
	for _, f := range r.Figures {
		facts = append(facts, sim.Field{Name: f.Name, Value: describeFigure(f, r.Untimed)})
	}
	for _, note := range r.Notes {
		facts = append(facts, sim.Field{Name: "note", Value: note})
	}
	return facts
}

// describeFigure says how many there are, and which: "3: 7, 8, 9".
func describeFigure(f accounts.Figure, untimed bool) string {
	if l := f.Latency; l != nil {
		if untimed {
			return fmt.Sprintf("p50 %d, p95 %d, p99 %d, max %d events", l.P50, l.P95, l.P99, l.Max)
		}
		return fmt.Sprintf("p50 %s, p95 %s, p99 %s, max %s", l.P50.Rounded(), l.P95.Rounded(), l.P99.Rounded(), l.Max.Rounded())
	}
	if f.Of > 0 {
		return fmt.Sprintf("%s (%s / %s)", count.Ratio(f.Count, f.Of), count.Grouped(f.Count), count.Grouped(f.Of))
	}
	s := count.Grouped(f.Count)
	for i, v := range f.Values {
		sep := ", "
		if i == 0 {
			sep = ": "
		}
		s += sep + brief.Middle(v.String(), 40)
	}
	if f.Count > len(f.Values) && len(f.Values) > 0 {
		s += ", …"
	}
	return s
}

// describeProgram names a program as it was called: "./examples/ids/go durable (sha256 0123456789ab, go1.26.8)".
func describeProgram(p *sim.Program) string {
	s := strings.Join(append(append([]string{}, p.Env...), append([]string{p.Path}, p.Args...)...), " ")
	if p.SHA256 == "" {
		return s
	}
	s += fmt.Sprintf(" (sha256 %.12s", p.SHA256)
	if p.Made != "" {
		s += ", " + p.Made
	}
	return s + ")"
}

// describeCluster says what ran: "5 nodes, 4 clients, 10s".
func describeCluster(c *sim.Case) string {
	s := fmt.Sprintf("%s, %s, %v", count.Of(c.Nodes, "node"), count.Of(c.Clients, "client"), c.Duration)
	if c.Recovery.Skip {
		return s + ", safety alone"
	}
	return s + fmt.Sprintf(" of faults, then recovery within %v", c.Recovery.Within)
}

// DescribeOps counts operations by name and by outcome: "read 1,210, write 604 (1,700 ok, 20 failed, 94 open)".
func DescribeOps(events []history.Event) string { return ExtentOf(events).String() }

// describeFaults counts faults by kind, and names those that changed nothing: "crash 3, partition 2; 4 of 5 fired, not: at 3s crash n2".
func describeFaults(plan []fault.Fault, r *Results) string {
	by := map[string]int{}
	for _, f := range plan {
		if f.Kind != fault.None {
			by[f.Kind.String()]++
		}
	}
	if len(by) == 0 {
		return "none"
	}
	s := count.Names(by)
	switch n := len(r.Unfired); {
	case r.Exercise == nil:
	case n == 0:
		s += "; all fired"
	default:
		shown := r.Unfired[:min(n, 2)]
		s += fmt.Sprintf("; %d of %d fired, not %s", r.Exercise.Fired, r.Exercise.Faults, strings.Join(shown, ", "))
		if n > len(shown) {
			s += " and " + count.Of(n-len(shown), "other")
		}
	}
	return s
}

// describeSites says how often the sites of the code that were on fired: "small-batch fired 3 of 12 times".
func describeSites(sites []sim.SiteUse) string {
	parts := make([]string, len(sites))
	for i, s := range sites {
		parts[i] = fmt.Sprintf("%s fired %s of %s", s.Site, count.Grouped(s.Fired), count.Of(s.Calls, "time"))
	}
	return strings.Join(parts, ", ")
}

// describeClaims says with which options the model does not keep its guarantee, and compares the faults with what it claims to survive.
func describeClaims(weaker, beyond []string) string {
	if len(weaker) == 0 {
		return describeBreaches(beyond)
	}
	return fmt.Sprintf("with %s the model does not keep its guarantee; %s", strings.Join(weaker, ", "), describeBreaches(beyond))
}

// describeBreaches compares the faults with what the model claims to survive.
func describeBreaches(beyond []string) string {
	switch len(beyond) {
	case 0:
		return "the faults stay within what the model claims to survive"
	case 1:
		return "beyond what the model claims to survive: " + beyond[0]
	}
	return fmt.Sprintf("%d faults go beyond what the model claims to survive: %s, and others", len(beyond), beyond[0])
}
