package sim

import (
	"strings"
	"testing"
	"time"

	"simrun/history"
)

// quitter exits on the first request of each life, after it wrote a file that it does not sync.
type quitter struct{ env *Env }

func (q *quitter) Receive(NodeID, []byte) {}

func (q *quitter) Request(from Caller, _ []byte) {
	before, _ := q.env.Read("lives")
	if len(before) > 0 {
		q.env.Violate("unsynced file", "an exit keeps what was written")
		q.env.Reply(from, nil)
		return
	}
	q.env.Append("lives", []byte("x"))
	q.env.Exit("exited with code 3", 50*time.Millisecond)
	q.env.Violate("unreachable", "the handler went on after an exit")
}

// An exit ends the life of a node at once, keeps what it wrote, and the node boots again after the time given.
func TestExitIsTheEndOfAProcess(t *testing.T) {
	s := System{
		Name: "quitter", Nodes: 1,
		Boot:      func(env *Env) Node { return &quitter{env} },
		Workloads: []WorkloadKind{{Name: "ask", Rate: 5, Next: func(*Turn) Op { return Op{F: "read"} }}},
		Client: func(c *Client) {
			for {
				if _, ok := c.Next(); !ok {
					return
				}
				if _, err := c.Call(1, []byte("?"), 100*time.Millisecond); err != nil {
					c.Fail(err.Error())
					continue
				}
				c.OK(history.Null)
			}
		},
	}
	r, err := RunTraced(s, Case{Seed: 1, Clients: 1, Duration: Duration(2 * time.Second)})
	if err != nil {
		t.Fatal(err)
	}
	if len(r.Violations) != 1 || r.Violations[0].Check != "unsynced file" {
		t.Fatalf("violations: %v, expected that of the file alone", r.Violations)
	}
	if r.Activity.Crashes != 1 || r.Activity.Restarts != 1 {
		t.Fatalf("%d crashes and %d restarts, expected one of each", r.Activity.Crashes, r.Activity.Restarts)
	}
	var crashed, booted Time
	for _, x := range r.Trace.Records {
		switch {
		case x.Kind == Crash:
			crashed = x.Time
			if !strings.Contains(x.Text, "code 3") {
				t.Errorf("the crash says %q, without the reason of the exit", x.Text)
			}
		case x.Kind == Boot && crashed > 0:
			booted = x.Time
		}
	}
	if booted-crashed != Time(50*time.Millisecond) {
		t.Errorf("down at %v and up at %v, expected 50 ms between", crashed, booted)
	}
}
