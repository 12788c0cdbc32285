package nemesis

import "simrun/sim/fault"

// families lists the ways to plan, in the order in which they are shown.
var families = []family{
	{"partition", "cuts the network: halves, minorities, a majorities ring, a bridge, a chain, quorum loss, one way, single links", (*scene).partition, 60, nil},
	{"leader", "goes for the leader when it hurts: isolated after it acknowledged, crashed or paused as it commits, cut off with one follower", (*scene).leader, 60,
		func(c *Cluster) bool { return c.Atlas.Leader != "" }},
	{"election", "disturbs elections: the leader goes, and voters crash and return within a term", (*scene).election, 60,
		func(c *Cluster) bool { return c.Atlas.Leader != "" }},
	{"crash", "crashes nodes and restarts them: one, some, a majority, all at once, in a loop", (*scene).crash, 50, nil},
	{"power", "crashes nodes on a sync or between two writes, leaving torn and reordered writes where that is claimed", (*scene).power, 40, nil},
	{"pause", "pauses nodes or makes them slow", (*scene).pause, 40, nil},
	{"network", "gives the network a weather: latency, loss, copies, reordering, narrow links", (*scene).storm, 65, nil},
	{"clog", "lets messages pile up on links and releases them in a burst", (*scene).clog, 25, nil},
	{"clock", "makes clocks jump, drift and strobe", (*scene).clock, 35,
		func(c *Cluster) bool { return c.Atlas.Claims.Skew > 0 || c.Atlas.Claims.Drift > 0 }},
	{"disk", "makes disks slow, stuck, full, failing or rotten", (*scene).disk, 35, nil},
	{"lost", "takes a minority away for good: crashed, cut off, or unable to hear", (*scene).lost, 20,
		func(c *Cluster) bool { return c.Atlas.Claims.Lost > fault.Nobody || c.Atlas.Claims.Partial }},
}
