package shrink

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"simrun/history"
	"simrun/sim"
	"simrun/sim/fault"
)

// Size is what a reduction makes smaller. Of two sizes the first field that differs decides, in the order in which they are here.
type Size struct {
	Faults     int `json:"faults"`     // of the plan, overrides of single decisions, and what the network does to messages by chance
	Operations int `json:"operations"` // that clients invoked, in both phases
	Plan       int `json:"-"`          // how complicated the faults are: see planWeight
	Cluster    int `json:"-"`          // servers and clients
	Settings   int `json:"-"`          // what the case says that is not a default, and a second phase
	Messages   int `json:"messages"`   // that servers delivered to other servers
	Events     int `json:"events"`     // of the run
	Millis     int `json:"-"`          // length of the fault phase
	Digits     int `json:"-"`          // of the times that a reader must read
}

// Compare returns a negative number if a is smaller than b, and a positive one if it is larger.
func (a Size) Compare(b Size) int {
	return cmp.Or(
		cmp.Compare(a.Faults, b.Faults), cmp.Compare(a.Operations, b.Operations), cmp.Compare(a.Plan, b.Plan), cmp.Compare(a.Cluster, b.Cluster),
		cmp.Compare(a.Settings, b.Settings), cmp.Compare(a.Messages, b.Messages), cmp.Compare(a.Events, b.Events), cmp.Compare(a.Millis, b.Millis),
		cmp.Compare(a.Digits, b.Digits),
	)
}

// SizeOf measures a case by its run, which must have a trace.
func SizeOf(r *sim.Result) Size {
	c := &r.Case
	s := staticSize(c)
	if anySite(c) {
		s.Faults += len(r.Sites)
		s.Plan += siteWeight*len(r.Sites) + 1 // names say more
	}
	s.Events = int(r.Events)
	for _, e := range r.History {
		if e.Type == history.Invoke && e.Process != history.Nemesis {
			s.Operations++
		}
	}
	for i := range r.Trace.Records {
		if rec := &r.Trace.Records[i]; rec.Kind == sim.Deliver && rec.Node > 0 && rec.Peer > 0 && rec.Node != rec.Peer {
			s.Messages++
		}
	}
	return s
}

// staticSize is what is known of the size before a run.
func staticSize(c *sim.Case) Size {
	s := Size{Faults: sitesNamed(c) + requestsCount(c), Plan: siteWeight * (sitesNamed(c) + requestsCount(c)), Cluster: c.Nodes + c.Clients, Settings: settings(c), Millis: int(time.Duration(c.Duration) / time.Millisecond)}
	for _, f := range c.Faults {
		if f.Kind != fault.None {
			s.Faults++
			s.Plan += weight(f, c.Nodes)
			s.Digits += digits(f.At) + digits(f.For) + digits(f.By) + digits(f.Max) + digits(f.Every)
		}
	}
	for _, chance := range []sim.Ratio{c.Network.Loss, c.Network.Duplicate} {
		if chance.Num > 0 {
			s.Faults++
		}
	}
	for _, o := range c.Overrides {
		if !dropsOperation(o) {
			s.Faults++
			s.Digits += digits(time.Duration(o.Value))
		}
	}
	s.Digits += digits(time.Duration(c.Duration)) + digits(time.Duration(c.Network.Latency.Min)) + digits(time.Duration(c.Network.Latency.Max)) +
		digits(time.Duration(c.Disk.Sync.Min)) + digits(time.Duration(c.Disk.Sync.Max))
	return s
}

// simple are the kinds of faults that a reader understands at once; the others count more.
var simple = []fault.Kind{fault.Crash, fault.Pause, fault.Isolate, fault.Cut, fault.Restart, fault.Resume, fault.Heal}

// weight is how complicated a fault is: the words that it takes, with so much more if it is of no simple kind, waits for an event, or
// names nodes by what they do; and how many nodes or pairs of nodes it hits.
func weight(f fault.Fault, nodes int) int {
	w := len(strings.FieldsFunc(f.String(), func(r rune) bool { return r == ' ' || r == ',' }))
	if !slices.Contains(simple, f.Kind) {
		w += 4
	}
	if f.Kind == fault.CrashLoop || f.Kind == fault.SwizzleClog {
		w += 4
	}
	if f.On != "" {
		w += 4
	}
	if f.Shape != "" {
		w += 2 * nodes
	}
	if hits, ok := hitBy(f, nodes); ok {
		return w + hits.Nodes.Len() + len(hits.Links)
	}
	return w + 2*nodes
}

// settings counts what a case says beyond the defaults.
func settings(c *sim.Case) int {
	n := len(c.Options) + len(c.Network.Regions) + len(c.Network.Routes) + len(c.Workload.Mix) + 2*len(c.Workload.Phases)
	for _, m := range c.Workload.Mix {
		if m.Weight == 0 {
			n-- // an operation less
		}
	}
	for _, on := range []bool{
		!c.Recovery.Skip, c.Network.Bandwidth > 0, c.Network.Queue > 0, c.Network.Refuse,
		c.Network.Client > 0, c.Network.Latency.Dist != sim.Constant, c.Disk.Sync.Dist != sim.Constant,
	} {
		if on {
			n++
		}
	}
	return n
}

// digits counts what is written of a time without the zeros at its end: 3 of 1.25s.
func digits(d time.Duration) (n int) {
	if d == fault.Forever {
		return 1
	}
	for d != 0 && d%10 == 0 {
		d /= 10
	}
	for ; d != 0; d /= 10 {
		n++
	}
	return n
}
