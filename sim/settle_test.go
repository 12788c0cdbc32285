package sim

import (
	"errors"
	"testing"
	"time"

	"simrun/history"
	"simrun/sim/disk"
)

// With FinalEach the final operation is done once for each server, by the clients in turn; with Settle it begins when the system was left alone so long.
func TestFinalOperationOfEachServer(t *testing.T) {
	for _, clients := range []int{1, 2, 3, 5, 7} {
		s := finalSystem()
		c := Case{Seed: 1, Nodes: 5, Clients: clients, Duration: Duration(time.Second)}
		r, err := Run(s, c)
		if err != nil || len(r.Violations) > 0 {
			t.Fatal(err, r.Violations)
		}
		asked, first := map[string]int{}, Time(0)
		last := Time(0)
		for _, e := range r.History {
			switch {
			case e.F != "final":
				last = e.Time
			case e.Type == history.Invoke && first == 0:
				first = e.Time
			case e.Type == history.OK:
				asked[e.Node]++
			}
		}
		if len(asked) != 5 {
			t.Errorf("%d clients asked %v in the end", clients, asked)
		}
		if wait := first - last; wait < Time(3*time.Second) || wait > Time(3*time.Second+50*time.Millisecond) {
			t.Errorf("%d clients: the final operations began %v after the last other one", clients, wait)
		}
		if d, err := Verify(s, c); d != nil || err != nil {
			t.Error(d, err)
		}
	}
}

// answering answers each request.
type answering struct{ env *Env }

func (a *answering) Receive(NodeID, []byte)           {}
func (a *answering) Request(from Caller, body []byte) { a.env.Reply(from, body) }

func finalSystem() System {
	return System{
		Name: "answering",
		Boot: func(env *Env) Node { return &answering{env} },
		Workloads: []WorkloadKind{{Name: "ask", Rate: 20, Next: func(*Turn) Op { return Op{F: "read"} },
			Final: func(*Turn) Op { return Op{F: "final"} }, FinalEach: true, Settle: 3 * time.Second}},
		Client: func(c *Client) {
			finals := 0
			for {
				op, more := c.Next()
				if !more {
					return
				}
				at := 0
				if op.F == "final" {
					at = int(-c.ID()) - 1 + finals*c.Clients()
				}
				if _, err := c.Call(NodeID(1+at%c.Nodes()), nil, 100*time.Millisecond); err != nil {
					c.Fail(err.Error())
					continue
				}
				if op.F == "final" {
					finals++
				}
				c.OK(history.Null)
			}
		},
	}
}

// writer writes with each request, and notes what it knows of its disk and of the case.
type writer struct {
	answering
	seen *diskSeen
}

type diskSeen struct {
	errors, syncing int
	refused         bool
	workload        string
	clients         int
}

func (w *writer) Request(from Caller, _ []byte) {
	w.seen.workload, w.seen.clients = w.env.Workload(), w.env.Clients()
	if err := w.env.Append("file", []byte("x")); err != nil {
		w.seen.refused = w.seen.refused || errors.Is(err, disk.ErrIO)
		w.seen.errors = max(w.seen.errors, w.env.DiskErrors())
	} else {
		w.env.Sync("file", 1)
		w.seen.syncing = max(w.seen.syncing, w.env.Syncing())
	}
	w.env.Reply(from, nil)
}

func (w *writer) Synced(SyncID, error) {}

// A node can ask whether its disk failed in this life, and how many syncs go on; a restart forgets both.
func TestNodeKnowsOfItsDisk(t *testing.T) {
	for plan, want := range map[string]diskSeen{
		"at 300ms io-error n1 1/1 for 300ms": {errors: 1, syncing: 1, refused: true},
		"at 300ms stall-sync n1 for 500ms":   {syncing: 2},
	} {
		seen := diskSeen{}
		s := finalSystem()
		s.Boot = func(env *Env) Node {
			if env.DiskErrors() != 0 || env.Syncing() != 0 {
				t.Errorf("%d errors and %d syncs at boot", env.DiskErrors(), env.Syncing())
			}
			return &writer{answering{env}, &seen}
		}
		r, err := Run(s, Case{Seed: 1, Nodes: 1, Clients: 1, Duration: Duration(2 * time.Second), Faults: append(faultPlan(plan), faultPlan("at 1s crash n1 for 100ms")...)})
		if err != nil {
			t.Fatal(err)
		}
		if seen.errors < want.errors || seen.errors > 0 != (want.errors > 0) || seen.refused != want.refused || seen.syncing < want.syncing {
			t.Errorf("%s: %+v, want %+v", plan, seen, want)
		}
		if seen.workload != "ask" || seen.clients != 1 {
			t.Errorf("%+v", seen)
		}
		if a := r.Activity; a.Asked < 60 || a.Messages != 0 {
			t.Errorf("%d messages between clients and servers, %d between servers", a.Asked, a.Messages)
		}
	}
}
