package invariant_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"simrun/models/invariant"
	"simrun/sim"
	"simrun/sim/fault"
)

// act is what a node of the toy does when its timer rings, once each 100 ms.
type act func(env *sim.Env, n *toyNode, ring int)

type toyNode struct {
	env   *sim.Env
	do    act
	rings int
	state string
	what  invariant.Standing
}

func (n *toyNode) Receive(sim.NodeID, []byte)     {}
func (n *toyNode) Synced(sim.SyncID, error)       { n.rung() }
func (n *toyNode) Request(c sim.Caller, _ []byte) { n.env.Reply(c, nil) }
func (n *toyNode) Timer(sim.TimerID)              { n.rung() }
func (n *toyNode) rung() {
	n.rings++
	n.do(n.env, n, n.rings)
	n.env.SetTimer(0, 100*time.Millisecond)
}

// judged runs three nodes for three seconds and returns what the monitor says.
func judged(t *testing.T, m sim.Monitor, do act, plan string, client func(c *sim.Client)) string {
	t.Helper()
	faults, err := fault.ParsePlan("plan", plan)
	if err != nil {
		t.Fatal(err)
	}
	if client == nil {
		client = func(c *sim.Client) {}
	}
	s := sim.System{
		Name: "toy", Client: client,
		Boot: func(env *sim.Env) sim.Node {
			n := &toyNode{env: env, do: do}
			env.SetTimer(0, 100*time.Millisecond)
			return n
		},
		Workloads: []sim.WorkloadKind{{Name: "ask", Rate: 5, Next: func(*sim.Turn) sim.Op { return sim.Op{F: "ask"} }}},
		Monitors:  func(*sim.Case) []sim.Monitor { return []sim.Monitor{m} },
		Profile:   fault.Profile{Settles: time.Second, Answers: 300 * time.Millisecond},
	}
	r, err := sim.Run(s, sim.Case{Nodes: 3, Clients: 1, Duration: sim.Duration(3 * time.Second), Recovery: sim.Recovery{Skip: true}, Faults: faults})
	if err != nil {
		t.Fatal(err)
	}
	if len(r.Violations) == 0 {
		return ""
	}
	return r.Violations[0].Detail
}

// disk reads the number of bytes that a node's file has for sure, and its first byte as an epoch.
func toyDisk(c sim.Cluster, node sim.NodeID) (p invariant.Promise, ok bool) {
	b := c.Durable(node, "log")
	if p.Last = uint64(len(b)); len(b) > 0 {
		p.Epoch, p.Vote = uint64(b[0]), sim.NodeID(b[len(b)-1])
	}
	return p, true
}

func toyEntry(c sim.Cluster, node sim.NodeID, index uint64) (uint64, invariant.Entry) {
	b := c.Durable(node, "log")
	if index > uint64(len(b)) {
		return 0, invariant.Missing
	}
	return uint64(b[index-1]), invariant.There
}

func committing(f sim.Fact) (uint64, invariant.CommitStep) {
	s := f.(said)
	return s.a, map[string]invariant.CommitStep{"commit": invariant.Commits, "cut": invariant.Cuts, "members": invariant.Reconfigures}[s.word]
}

func promising(f sim.Fact) (invariant.Promise, bool) {
	switch s := f.(said); s.word {
	case "ack":
		return invariant.Promise{Last: s.a}, true
	case "vote":
		return invariant.Promise{Epoch: s.a, Vote: sim.NodeID(s.b)}, true
	case "term":
		return invariant.Promise{Epoch: s.a}, true
	}
	return invariant.Promise{}, false
}

// writes makes the nodes up to one write bytes at their first ring, and sync them if asked; n1 tells the facts at its rings from the second on.
func writes(upTo sim.NodeID, bytes string, sync bool, facts ...said) act {
	return func(env *sim.Env, n *toyNode, ring int) {
		if ring == 1 && env.ID() <= upTo && env.Boots() == 1 {
			env.Append("log", []byte(bytes))
			if sync {
				env.Sync("log", 1)
			}
		}
		if at := ring - 4; env.ID() == 1 && at >= 0 && at < len(facts) {
			env.Report(facts[at])
		}
	}
}

// What a node promises must be on its disk then, whatever happens later; and what is committed on those of a majority.
func TestDisksHoldWhatIsPromised(t *testing.T) {
	kept := func() sim.Monitor { return invariant.Kept("m", "term", promising, toyDisk) }
	majority := func() sim.Monitor { return invariant.OnDisks("m", committing, toyEntry) }
	for _, c := range []struct {
		name    string
		monitor sim.Monitor
		do      act
		plan    string
		want    string
	}{
		{"acknowledged after a sync", kept(), writes(1, "\x05\x05\x02", true, said{"ack", 3, 0}, said{"vote", 5, 2}, said{"term", 5, 0}, said{"vote", 4, 3}), "", ""},
		{"acknowledged before", kept(), writes(1, "\x05\x05\x02", false, said{"ack", 3, 0}), "", "n1 acknowledged 3 entries, and its disk holds 0"},
		{"a vote for another", kept(), writes(1, "\x05\x05\x02", true, said{"vote", 5, 3}), "", "n1 voted for n3 in term 5, and its disk holds term 5 and a vote for n2"},
		{"a vote in a term that is not there", kept(), writes(1, "\x05\x05\x02", true, said{"vote", 6, 2}), "", "n1 voted for n2 in term 6, and its disk holds term 5 and a vote for n2"},
		{"a term that is not there", kept(), writes(1, "\x05\x05\x02", false, said{"term", 5, 0}), "", "n1 acts in term 5, and its disk holds term 0 and no vote"},
		{"a damaged disk", kept(), writes(1, "\x05\x05\x02", true, said{"ack", 4, 0}), "at 250ms rot n1", ""},
		{"committed by two", majority(), writes(2, "ab", true, said{"commit", 2, 0}), "", ""},
		{"committed by one", majority(), writes(1, "ab", true, said{"commit", 2, 0}), "", "entry 2 is committed, and is on the disks of n1 alone"},
		{"committed by none", majority(), writes(3, "ab", false, said{"commit", 2, 0}), "", "entry 2 is committed, and is on no disk"},
		{"with other members", majority(), writes(1, "ab", true, said{"members", 0, 0}, said{"commit", 2, 0}), "", ""},
		{"one of two disks is damaged", majority(), writes(2, "ab", true, said{"commit", 2, 0}), "at 250ms rot n2", ""},
		{"different entries", majority(), func(env *sim.Env, n *toyNode, ring int) {
			writes(3, fmt.Sprint(env.ID()), true, said{"commit", 2, 0})(env, n, ring)
		}, "", "entry 2 is committed, and is on the disks of n1 alone"},
		{"cut later", majority(), func(env *sim.Env, n *toyNode, ring int) {
			writes(2, "ab", true, said{"commit", 2, 0}, said{"ack", 2, 0}, said{"cut", 2, 0})(env, n, ring)
			if ring == 4 && env.ID() == 2 {
				env.Truncate("log", 1)
				env.Sync("log", 2)
			}
		}, "", "entry 2 is committed, and is on the disks of n1 alone"},
	} {
		if got := judged(t, c.monitor, c.do, c.plan, nil); got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}

// After the same entries nodes are the same, also in what no client sees.
func TestEqualStates(t *testing.T) {
	for name, state := range map[string]func(env *sim.Env) string{
		"": func(*sim.Env) string { return "s" },
		"n1 and n2 have different states after entry 4": func(env *sim.Env) string { return strings.Repeat("s", 1+int(env.ID())/2) },
	} {
		m := invariant.EqualStates("m", of("apply"), func(n sim.Node, b []byte) ([]byte, bool) { return append(b, n.(*toyNode).state...), true })
		got := judged(t, m, func(env *sim.Env, n *toyNode, ring int) {
			n.state = state(env)
			env.Report(said{"apply", uint64(ring), 0})
		}, "", nil)
		if got != name {
			t.Errorf("%q, want %q", got, name)
		}
	}
}

// In calm there is a leader whom all follow, nobody else is elected, and clients are answered. After a fault all of that may take a while.
func TestAvailable(t *testing.T) {
	stands := func(change func(env *sim.Env, n *toyNode, ring int)) act {
		return func(env *sim.Env, n *toyNode, ring int) {
			n.what = invariant.Standing{Leads: env.ID() == 1, Follows: env.ID() != 1, Epoch: 3}
			change(env, n, ring)
		}
	}
	ask := func(from sim.Time, takes time.Duration) func(c *sim.Client) {
		return func(c *sim.Client) {
			for _, ok := c.Next(); ok; _, ok = c.Next() {
				if c.Now() > from {
					c.Sleep(takes)
				}
				c.OK(sim.Op{}.Value)
			}
		}
	}
	fine := func(*sim.Env, *toyNode, int) {}
	for _, c := range []struct {
		name   string
		change func(env *sim.Env, n *toyNode, ring int)
		plan   string
		client func(c *sim.Client)
		want   string
	}{
		{"all is well", fine, "", nil, ""},
		{"nobody leads", func(_ *sim.Env, n *toyNode, ring int) { n.what.Leads, n.what.Follows = false, true }, "", nil, "no leader, though nothing has been wrong since 0s"},
		{"nobody leads, after a fault", func(_ *sim.Env, n *toyNode, ring int) { n.what.Leads = ring < 12 || ring > 20 }, "at 1.1s pause n2 for 100ms", nil, ""},
		{"an election", func(_ *sim.Env, n *toyNode, ring int) { n.what.Epoch += uint64(ring / 20) }, "", nil, "term 4 follows term 3, though nothing has been wrong since 0s"},
		{"an election, while a node is paused", func(_ *sim.Env, n *toyNode, ring int) { n.what.Epoch += uint64(ring / 20) }, "at 1.9s pause n3 for 200ms", nil, ""},
		{"one follows nobody", func(env *sim.Env, n *toyNode, ring int) { n.what.Follows = env.ID() == 2 }, "", nil, "n3 follows nobody, though n1 is leader and nothing has been wrong since 0s"},
		{"answered in time", fine, "", ask(0, 200*time.Millisecond), ""},
		{"answered late", fine, "", ask(sim.Time(2*time.Second), 400*time.Millisecond), "c1 waited 0.400s for its ask, though nothing has been wrong since 0s"},
		{"answered late, after a fault", fine, "at 1.8s skew n3 +1ms", ask(sim.Time(2*time.Second), 400*time.Millisecond), ""},
	} {
		m := invariant.Available("m", "leader", "term", func(c sim.Cluster, id sim.NodeID) (invariant.Standing, bool) { return c.Node(id).(*toyNode).what, true })
		if got := judged(t, m, stands(c.change), c.plan, c.client); got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}
