package gossip_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"simrun/history"
	"simrun/models/gossip"
	"simrun/models/wire"
	"simrun/sim"
	"simrun/sim/blocking"
	"simrun/sim/fault"
)

// largest is a node that tells others the largest number that it knows, and begins with its own.
func largest(p *blocking.Proc) {
	n := int64(p.ID())
	p.Expose(&n)
	x := gossip.Exchange{
		Every: 100 * time.Millisecond,
		Tell:  func() []byte { return []byte(fmt.Sprint(n)) },
		Learn: func(_ *blocking.Proc, theirs []byte) {
			var m int64
			fmt.Sscan(string(theirs), &m)
			n = max(n, m)
		},
	}
	p.Go(x.Run)
	for {
		if m, _ := p.Receive(blocking.Forever); !x.Serve(p, m) {
			p.Reply(m.Caller, []byte("it is of something else"))
		}
	}
}

// All nodes learn what one knows, over lost, doubled and late messages and a partition; calls of something else are left to the node.
func TestAllLearn(t *testing.T) {
	s := sim.System{
		Name: "largest", Boot: blocking.Boot(largest),
		Client: func(c *sim.Client) {
			for {
				if _, more := c.Next(); !more {
					return
				}
				reply, err := c.Call(1, []byte("what is the largest?"), time.Second)
				if err == nil && string(reply) == "it is of something else" {
					c.OK(history.Null)
				}
			}
		},
		Workloads: []sim.WorkloadKind{{Name: "ask", Rate: 1, Next: func(*sim.Turn) sim.Op { return sim.Op{F: "ask"} }}},
		Converged: func(nodes []sim.Node) string {
			for _, n := range nodes {
				if got := *blocking.Exposed(n).(*int64); got != int64(len(nodes)) {
					return fmt.Sprintf("a node knows %d alone", got)
				}
			}
			return ""
		},
	}
	faults, err := fault.ParsePlan("plan", "at 0s partition n1,n2 | n3,n4,n5 for 2s\nat 0s loss 1/4\nat 0s duplicate 1/4\nat 1s crash n4 for 500ms")
	if err != nil {
		t.Fatal(err)
	}
	for nodes := 1; nodes <= 5; nodes++ {
		c := sim.Case{Nodes: nodes, Clients: 1, Seed: 7, Duration: sim.Duration(3 * time.Second)}
		if nodes == 5 {
			c.Faults = faults
		}
		if r, err := sim.Run(s, c); err != nil || len(r.Violations) > 0 {
			t.Errorf("%d nodes: %v %v", nodes, r.Violations, err)
		}
	}
}

func FuzzDescribe(f *testing.F) {
	f.Add(wire.Append(nil, 0xa0, []byte("7")))
	f.Add([]byte{1, 2, 3, 4, 5})
	f.Fuzz(func(t *testing.T, payload []byte) {
		said := gossip.Describe(payload)
		if push := wire.Kind(payload) == 0xa0; push != strings.HasPrefix(said, "Push ") {
			t.Errorf("%q", said)
		}
	})
}
