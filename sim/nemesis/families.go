package nemesis

import "simrun/sim/fault"

// Family is one way to plan.
type Family struct {
	Name    string
	Summary string // one line: what it does
	Example string // a plan of three seconds, as text, that shows what it does

	scene func(*scene)        // adds the faults of one scene to the plan
	part  uint64              // how likely the swarm takes the family, in percent
	once  bool                // one scene in a plan is enough: what it does stays
	fits  func(*Cluster) bool // whether there is anything to draw for a cluster; nil: always
}

// simulated reports whether all of a family needs disks and clocks that are simulated.
func (f *Family) simulated() bool { return f.Name == "power" || f.Name == "clock" || f.Name == "disk" }

// Families lists the ways to plan, in the order in which they are shown.
func Families() []Family {
	return []Family{
		{"partition", "cuts the network: halves, minorities, a majorities ring, a bridge, a chain, quorum loss, one way, single links", `
at 600ms partition bridge for 700ms
at 1.8s partition leader,any | rest for 800ms`, (*scene).partition, 60, false, asynchronous},
		{"leader", "goes for the leader when it hurts: isolated after it acknowledged, crashed or paused as it commits, cut off with one follower", `
after 600ms on 3rd ack isolate leader for 900ms
after 2s on commit pause it for 500ms`, (*scene).leader, 60, false, hasLeader},
		{"election", "disturbs elections: the leader goes, messages take long, and voters crash and return within the term of their vote", `
at 700ms isolate leader for 900ms
at 700ms latency uniform 1ms 120ms for 900ms
after 700ms on 2nd vote crash it for 20ms
after 700ms on 3rd vote crash it for 20ms`, (*scene).election, 60, false, hasLeader},
		{"crash", "crashes nodes and restarts them: one, some, a majority, all at once and back in any order, in a loop", `
at 500ms crash leader for 400ms
at 1.5s crash n4 for 200ms
at 1.5s crash n2 for 350ms
at 1.5s crash n1 for 500ms
at 1.5s crash n5 for 650ms
at 1.5s crash n3 for 800ms`, (*scene).crash, 50, false, nil},
		{"power", "cuts the power on a sync, after an answer or between two writes, leaving torn and reordered writes where that is claimed", `
after 600ms on 5th ack crash all keeping torn for 200ms
at 1.8s crash leader at disk op 1 for 400ms`, (*scene).power, 40, false, nil},
		{"pause", "pauses nodes or makes them slow: messages pile up, timers fire late together", `
at 600ms pause leader for 700ms
at 1.9s slow any 2 by 15ms for 700ms`, (*scene).pause, 40, false, asynchronous},
		{"network", "gives the network a weather: latency, loss, copies, reordering, narrow links", `
at 0s latency exponential 1ms 60ms
at 0s duplicate 1/10
at 700ms loss 1/2 for 700ms
at 1.9s bandwidth 4kB/s queue 20 on leader > rest for 700ms`, (*scene).storm, 65, false, nil},
		{"clog", "lets messages pile up on links and releases them in a burst", `
at 600ms clog on leader > rest for 500ms
at 1.6s swizzle-clog all for 1s`, (*scene).clog, 25, false, asynchronous},
		{"clock", "makes clocks jump, drift and strobe", `
at 600ms skew any 2 +2s for 700ms
at 1.6s strobe any 2 300ms every 20ms for 700ms`, (*scene).clock, 35, false,
			func(c *Cluster) bool { return c.Profile.Claims.Skew > 0 || c.Profile.Claims.Drift > 0 }},
		{"disk", "makes disks slow, stuck, full, failing or rotten", `
at 600ms stall-sync leader for 600ms
at 1.7s slow-sync majority by 60ms for 900ms`, (*scene).disk, 35, false,
			func(c *Cluster) bool { return !c.Profile.Claims.Forgets }},
		{"lost", "takes nodes away for good, as many as the system claims to miss: crashed, cut off, or unable to hear", `
at 800ms crash leader forever
at 1.8s cut all > n2 forever`, (*scene).lost, 35, true,
			func(c *Cluster) bool { return c.Profile.Claims.Lost > fault.Nobody || c.Profile.Claims.Partial }},
	}
}

func hasLeader(c *Cluster) bool { return c.Profile.Leader != "" }

func asynchronous(c *Cluster) bool { return c.Profile.Claims.Synchronous == 0 }
