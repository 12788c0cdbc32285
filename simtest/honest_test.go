package simtest_test

import (
	"fmt"
	"math/rand"
	"slices"
	"strings"
	"testing"
	"time"

	"simrun/check/specs"
	"simrun/history"
	"simrun/models"
	"simrun/sim"
	"simrun/simtest"
)

// echo is the least that a model can be: one node that answers.
func echo(answer func(n *echoNode) int64) models.Model {
	return models.Model{
		Name: "echo", Nodes: 1, Marks: []string{"asked", "told"},
		Boot: func(env *sim.Env) sim.Node { return &echoNode{env: env, answer: answer, seen: map[int64]bool{}} },
		Client: func(c *sim.Client) {
			for op, more := c.Next(); more; op, more = c.Next() {
				if _, err := c.Call(1, []byte(op.F), time.Second); err != nil {
					c.Info(err.Error())
					continue
				}
				c.OK(op.Value)
			}
		},
		Workloads: []models.Workload{{Name: "write", Spec: specs.Register, Rate: 20, Mix: []sim.Weight{{F: "write", Weight: 1}},
			Next: func(t *sim.Turn) sim.Op { return sim.Op{F: "write", Value: history.Int(t.Unique())} }}},
	}
}

type echoNode struct {
	env    *sim.Env
	answer func(*echoNode) int64
	seen   map[int64]bool
	kept   []byte
	count  int
}

func (n *echoNode) Receive(sim.NodeID, []byte) {}
func (n *echoNode) Request(from sim.Caller, payload []byte) {
	n.env.Sometimes("asked")
	if n.kept == nil {
		n.kept = payload
	}
	n.env.Reply(from, []byte{byte(n.answer(n))})
}

var global int64

// A model that depends on more than its case fails the test, with the first event that differs.
func TestNondeterminismFailsTheTest(t *testing.T) {
	t.Chdir(t.TempDir())
	for name, answer := range map[string]func(*echoNode) int64{
		"a loop over a map": func(n *echoNode) (last int64) {
			for i := range int64(200) {
				n.seen[i] = true
			}
			for last = range n.seen {
			}
			return last
		},
		"the clock of the machine": func(*echoNode) int64 { return time.Now().UnixNano() / 64 },
		"global randomness":        func(*echoNode) int64 { return int64(rand.Int()) },
		"a variable outside":       func(*echoNode) int64 { global++; return global },
		"a goroutine": func(*echoNode) int64 {
			c := make(chan int64, 64)
			for i := range int64(64) {
				go func() { c <- i }()
			}
			first := int64(0)
			for i := range int64(64) {
				first = first*31 + <-c*i
			}
			return first
		},
		"a kept payload": func(n *echoNode) int64 { return int64(n.kept[0]) },
	} {
		t.Run(name, func(t *testing.T) {
			got := failing(t, func(tb testing.TB) {
				simtest.Check(tb, echo(answer), sim.Case{Seed: 1, Duration: sim.Duration(5 * time.Second)})
			})
			if !strings.Contains(got, "simrun: echo is not deterministic") || !strings.Contains(got, "differ in event ") {
				t.Errorf("the test says %q", got)
			}
		})
	}
}

// What a test never reached, and a run that did next to nothing, are said.
func TestTestsSayWhatTheyDidNotDo(t *testing.T) {
	sound := echo(func(*echoNode) int64 { return 1 })
	p := said(t, func(tb testing.TB) {
		simtest.Check(tb, sound, sim.Case{Seed: 1, Clients: 1, Duration: sim.Duration(200 * time.Millisecond)})
	})
	for _, want := range []string{"never reached: told", "valid, but that means little: only "} {
		if !strings.Contains(p.text.String(), want) {
			t.Errorf("%q is missing in %q", want, p.text.String())
		}
	}
	if p.failed || strings.Contains(p.text.String(), "asked") {
		t.Errorf("failed %v, and says %q", p.failed, p.text.String())
	}
}

// A plan as text names the model's own roles and events, and no others.
func TestPlanIsReadForTheModel(t *testing.T) {
	raft := modelNamed(t, "raft")
	if plan := simtest.Plan(t, raft, "on elected crash leader for 1s\nat 3s skew n1 +1s"); len(plan) != 2 || plan.String() != "on elected crash leader for 1s\nat 3s skew n1 +1s" {
		t.Errorf("read as %v", plan)
	}
	got := failing(t, func(tb testing.TB) { simtest.Plan(tb, raft, "at 1s crash n1\nat 2s crash leadr") })
	if want := `plan:2:13: expected a node (n1, …) or a role, found "leadr"; the nearest word is "leader"`; !strings.Contains(got, want) {
		t.Errorf("says %q, want %q", got, want)
	}
	got = failing(t, func(tb testing.TB) { simtest.Nemesis("swam").Case(tb, raft, sim.Case{}) })
	if !strings.Contains(got, `did you mean "swarm"?`) {
		t.Errorf("says %q", got)
	}
}

// asked is the fact that a node answered its n-th request.
type asked int

func (a asked) String() string { return fmt.Sprintf("request %d", int(a)) }

// atMost is the invariant that a node answers no more than so many requests.
type atMost int

func (m atMost) Name() string { return fmt.Sprintf("at most %d", int(m)) }
func (m atMost) Observe(at sim.Sighting, f sim.Fact) *sim.Breach {
	if int(f.(asked)) > int(m) {
		return sim.Breachf("%v answered %v", at.Node, f)
	}
	return nil
}

// Everything that went wrong is listed in order of time, whatever the order of the monitors is, and the first of it is the headline.
func TestViolationsComeInOrderOfTime(t *testing.T) {
	t.Chdir(t.TempDir())
	m := echo(func(n *echoNode) int64 {
		n.count++
		n.env.Report(asked(n.count))
		return 1
	})
	m.Monitors = func(*sim.Case) []sim.Monitor { return []sim.Monitor{atMost(9), atMost(3), atMost(6)} }
	got := failing(t, func(tb testing.TB) { simtest.Check(tb, m, sim.Case{Seed: 1}) })
	var at []int
	for _, want := range []string{"violation: at most 3: n1 answered request 4", "in order of time:", "at most 3: ", "at most 6: ", "at most 9: "} {
		i := strings.Index(got, want)
		if len(at) > 1 {
			i = at[1] + strings.Index(got[at[1]:], want)
		}
		at = append(at, i)
	}
	if !slices.IsSorted(at) || at[0] < 0 {
		t.Errorf("the parts are at %v of:\n%s", at, got)
	}
}
