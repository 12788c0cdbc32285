package sim

import (
	"testing"
	"time"

	"simrun/history"
	"simrun/sim/fault"
)

// forwarder asks the service for every request; as the service, it answers.
type forwarder struct{ env *Env }

func (f *forwarder) Receive(NodeID, []byte) {}

func (f *forwarder) Request(from Caller, payload []byte) {
	if int(f.env.ID()) > f.env.Nodes() {
		f.env.Reply(from, payload)
		return
	}
	f.env.Call(NodeID(f.env.Nodes()+1), payload, time.Second, func(reply []byte, err error) {
		if err == nil {
			f.env.Reply(from, reply)
		}
	})
}

// A service is reached by the nodes, and no fault hits it: not one that hits all nodes, and not one that cuts all links.
func TestFaultsDoNotHitServices(t *testing.T) {
	s := System{
		Name: "forwarder", Nodes: 2, Services: 1,
		Boot:      func(env *Env) Node { return &forwarder{env} },
		Workloads: []WorkloadKind{{Name: "ask", Rate: 50, Next: func(*Turn) Op { return Op{F: "read"} }}},
		Client: func(c *Client) {
			for {
				if _, ok := c.Next(); !ok {
					return
				}
				if _, err := c.Call(1, []byte("?"), 100*time.Millisecond); err != nil {
					c.Info(err.Error())
					continue
				}
				c.OK(history.Null)
			}
		},
	}
	for _, text := range []string{"at 200ms partition n1 | n2 for 1s", "at 200ms crash all for 1s", "at 200ms isolate n1 for 1s"} {
		c := Case{Seed: 1, Clients: 1, Duration: Duration(time.Second), Faults: faultPlan(text)}
		r, err := RunTraced(s, c)
		if err != nil {
			t.Fatal(err)
		}
		if len(r.Violations) > 0 {
			t.Fatalf("%s: %v", text, r.Violations)
		}
		answered, crashed := 0, 0
		for _, e := range r.History {
			if e.Type == history.OK && e.Time > Time(250*time.Millisecond) && e.Time < Time(time.Second) {
				answered++
			}
		}
		for _, x := range r.Trace.Records {
			if x.Kind == Crash {
				crashed++
				if x.Node == 3 {
					t.Errorf("%s: the service crashed", text)
				}
			}
		}
		if down := crashed > 0; down != (answered == 0) {
			t.Errorf("%s: %d answers during the fault and %d crashes", text, answered, crashed)
		}
	}
	if _, err := Run(s, Case{Seed: 1, Faults: faultPlan("at 1s crash n3")}); err == nil {
		t.Error("a fault that names a service was accepted")
	}
}

func faultPlan(line string) []fault.Fault {
	f, err := fault.Parse(line)
	if err != nil {
		panic(err)
	}
	return []fault.Fault{f}
}
