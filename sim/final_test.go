package sim_test

import (
	"strings"
	"testing"
	"time"

	"simrun/history"
	"simrun/sim"
)

// withFinal is the toy, whose clients read at the end.
func withFinal() sim.System {
	s := toySystem
	s.Workloads = []sim.WorkloadKind{s.Workloads[0]}
	s.Workloads[0].Final = func(*sim.Turn) sim.Op { return sim.Op{F: "read", Key: "final"} }
	return s
}

// When every client got its answer and the replicas have converged, each client does the final operation, once; all see the same, and everything
// that was acknowledged.
func TestFinalOperations(t *testing.T) {
	for seed := sim.Seed(1); seed <= 20; seed++ {
		c := sim.Case{Nodes: 3, Clients: 4, Seed: seed, Duration: sim.Duration(time.Second), Faults: plan("at 300ms isolate n2 for 2s", "at 500ms crash n1 for 1s")}
		r, err := sim.Run(withFinal(), c)
		if err != nil || len(r.Violations) > 0 {
			t.Fatal(err, r.Violations)
		}
		var last int64
		finals := map[history.Value]int{}
		for _, e := range r.History {
			switch v, _ := e.Value.AsInt(); {
			case e.Type == history.OK && e.Key == "final":
				finals[e.Value]++
			case e.Type == history.Invoke && e.F == "write" && len(finals) > 0:
				t.Errorf("seed %d: a write after a final read: %v", seed, e)
			case e.Type == history.OK && e.F == "write":
				last = v
			}
		}
		if len(finals) != 1 || last == 0 {
			t.Errorf("seed %d: the final reads are %v, the last write %d", seed, finals, last)
		}
		for _, n := range finals {
			if n != 4 {
				t.Errorf("seed %d: %d final reads of 4 clients", seed, n)
			}
		}
		if d, err := sim.Verify(withFinal(), c); d != nil || err != nil {
			t.Errorf("seed %d: %v %v", seed, d, err)
		}
		c.Recovery.Skip = true
		if r, err = sim.Run(withFinal(), c); err != nil || strings.Contains(finalsOf(r), "final") {
			t.Errorf("seed %d: final operations without a recovery phase: %v", seed, err)
		}
	}
}

func finalsOf(r *sim.Result) (keys string) {
	for _, e := range r.History {
		keys += e.Key
	}
	return keys
}

// A final operation that is not answered is invoked again, and in the end the run made no progress.
func TestFinalOperationWithoutAnswer(t *testing.T) {
	s := withFinal()
	s.Client = func(c *sim.Client) {
		for {
			op, more := c.Next()
			if !more {
				return
			}
			if op.Key == "final" && c.ID() == -2 {
				c.Info("nobody answers") // at once
				continue
			}
			c.OK(history.Int(0))
		}
	}
	r, err := sim.Run(s, sim.Case{Clients: 2, Seed: 1, Duration: sim.Duration(time.Second), Recovery: sim.Recovery{Within: sim.Duration(2 * time.Second)}})
	if err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(finalsOf(r), "final"); n < 100 || n > 10_000 {
		t.Errorf("%d final operations were invoked or ended", n)
	}
	if len(r.Violations) != 1 || r.Violations[0].Check != "progress" || !strings.Contains(r.Violations[0].Detail, "c2") {
		t.Error(r.Violations)
	}
}
