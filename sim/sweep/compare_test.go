package sweep_test

import (
	"regexp"
	"testing"
	"time"

	"simrun/history"
	"simrun/sim"
	"simrun/sim/sweep"
)

// gossip is a node that tells all others what it heard; with the planted defect
// it goes through its peers in the order of a map.
type gossip struct {
	env   *sim.Env
	peers map[sim.NodeID]bool
	mapIt bool
}

func (g *gossip) Receive(from sim.NodeID, payload []byte) {
	if payload[0] == 0 {
		return
	}
	g.tell([]byte{payload[0] - 1})
}

func (g *gossip) tell(what []byte) {
	if g.mapIt {
		for p := range g.peers {
			g.env.Send(p, what)
		}
		return
	}
	for p := sim.NodeID(1); int(p) <= g.env.Nodes(); p++ {
		if g.peers[p] {
			g.env.Send(p, what)
		}
	}
}

func (g *gossip) Request(from sim.Caller, payload []byte) { g.env.Reply(from, payload) }
func (g *gossip) Timer(sim.TimerID)                       { g.tell([]byte{2}) }
func (g *gossip) Synced(sim.SyncID, error)                {}

func gossipSystem(mapIt bool) sim.System {
	return sim.System{
		Name: "gossip",
		Boot: func(env *sim.Env) sim.Node {
			g := &gossip{env: env, peers: map[sim.NodeID]bool{}, mapIt: mapIt}
			for p := sim.NodeID(1); int(p) <= env.Nodes(); p++ {
				g.peers[p] = p != env.ID()
			}
			env.SetTimer(1, 100*time.Millisecond)
			return g
		},
		Client: func(c *sim.Client) {
			for {
				if _, ok := c.Next(); !ok {
					return
				}
				if _, err := c.Call(1, []byte("hello"), time.Second); err != nil {
					c.Info(err.Error())
				} else {
					c.OK(history.Null)
				}
			}
		},
		Workloads:       []sim.WorkloadKind{{Name: "hello", Rate: 2, Mix: []sim.Weight{{F: "hello", Weight: 1}}, Next: func(*sim.Turn) sim.Op { return sim.Op{F: "hello"} }}},
		DescribeMessage: func(payload []byte) string { return "gossip" },
	}
}

func TestCompareNamesThePlantedMapIteration(t *testing.T) {
	c := sim.Case{Model: "gossip", Seed: 3, Nodes: 8, Clients: 1, Duration: sim.Duration(time.Second)}
	// Two walks over a map of eight may agree by chance, one in thousands; there are dozens.
	got := sweep.Compare(gossipSystem(true), c)
	want := regexp.MustCompile(`^event \d+, in n\d's handler of its timer "timer 1": one run has "send" by n\d at 100ms to n\d \(gossip\), the other "send" by n\d at 100ms to n\d \(gossip\)$`)
	if !want.MatchString(got) {
		t.Errorf("got %q, want %v", got, want)
	}
	if got := sweep.Compare(gossipSystem(false), c); got != "" {
		t.Errorf("the mended twin: %s", got)
	}
}
