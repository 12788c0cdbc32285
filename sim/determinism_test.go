package sim_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"simrun/history"
	"simrun/sim"
)

// busy is a case with a fault of each kind and all that a network can do.
func busy(seed sim.Seed) sim.Case {
	c := quiet(seed)
	c.Faults = everything
	c.Network.Loss = sim.Ratio{Num: 1, Den: 100}
	c.Network.Duplicate = sim.Ratio{Num: 1, Den: 50}
	c.Network.Latency = sim.Latency{Dist: sim.LongTailed, Min: 500_000, Max: 30_000_000}
	return c
}

// everyByte is all that a run produces, as bytes.
func everyByte(r *sim.Result) ([]byte, error) {
	var b bytes.Buffer
	text, err := sim.FormatCase(r.Case)
	if err != nil {
		return nil, err
	}
	b.Write(text)
	if err := history.Write(&b, history.JSONL, r.History); err != nil {
		return nil, err
	}
	e := json.NewEncoder(&b)
	for _, rec := range r.Trace.Records {
		if err := e.Encode(rec); err != nil {
			return nil, err
		}
	}
	fmt.Fprintln(&b, r.Digest, r.Events, r.End, r.Violations, r.Sometimes, r.Resolved)
	return b.Bytes(), nil
}

// The digests of two runs, which must be equal on every machine and architecture. They
// change when the engine changes what a seed means; that is a new case version, or a decision.
const (
	goldenQuiet = "557e9023fadf718a"
	goldenBusy  = "86dafffbbe81fb40"
)

func TestGoldenDigests(t *testing.T) {
	if got := run(t, quiet(1)).Digest.String(); got != goldenQuiet {
		t.Errorf("quiet: digest %s, want %s", got, goldenQuiet)
	}
	if got := run(t, busy(1)).Digest.String(); got != goldenBusy {
		t.Errorf("busy: digest %s, want %s", got, goldenBusy)
	}
}

func TestTraceLeavesTheDigest(t *testing.T) {
	for seed := range sim.Seed(10) {
		traced := run(t, busy(seed))
		plain, err := sim.Run(toySystem, busy(seed))
		if err != nil {
			t.Fatal(err)
		}
		if plain.Digest != traced.Digest || plain.Events != traced.Events || plain.Trace != nil {
			t.Errorf("seed %d: digest %v without and %v with a trace", seed, plain.Digest, traced.Digest)
		}
	}
}

func TestSeedsDiffer(t *testing.T) {
	seen := map[sim.Digest]sim.Seed{}
	for seed := range sim.Seed(50) {
		d := run(t, quiet(seed)).Digest
		if other, dup := seen[d]; dup {
			t.Errorf("seeds %d and %d give the same run", other, seed)
		}
		seen[d] = seed
	}
}

func TestVerifySilent(t *testing.T) {
	d, err := sim.Verify(toySystem, busy(3))
	if err != nil || d != nil {
		t.Errorf("Verify = %v, %v", d, err)
	}
}

// The planted bug ranges over a map, and so sends in an order that differs from run to run.
func TestVerifyFindsMapOrder(t *testing.T) {
	c := quiet(3)
	c.Bugs = []sim.BugName{"map-order"}
	d, err := sim.Verify(toySystem, c)
	if err != nil {
		t.Fatal(err)
	}
	if d == nil {
		t.Fatal("Verify found no divergence; the chance of that is below one in a million")
	}
	if d.Node != 1 || !strings.Contains(d.Handler, "sync") && !strings.Contains(d.Handler, "heartbeat") {
		t.Errorf("the divergence is laid to %v, %s; want n1, sync or heartbeat", d.Node, d.Handler)
	}
	if len(d.First) < 5 || len(d.Second) < 5 {
		t.Errorf("the event has %d and %d records, want the whole handler", len(d.First), len(d.Second))
	}
	for _, want := range []string{"two runs of the case differ in event", "run 1:", "run 2:", "send n1 and n3"} {
		if !strings.Contains(d.String(), want) {
			t.Errorf("String() lacks %q:\n%s", want, d)
		}
	}
}

// A description that changes the node makes a traced run differ from a plain one.
func TestVerifyFindsADescriptionThatActs(t *testing.T) {
	s := toySystem
	s.Boot = func(env *sim.Env) sim.Node { return &nosy{toy: *bootToy(env).(*toy)} }
	s.Converged = nil
	d, err := sim.Verify(s, quiet(3))
	if err != nil || d == nil || !strings.Contains(d.String(), "because of the trace: a Describe,") {
		t.Errorf("Verify = %v, %v", d, err)
	}
}

// nosy is a toy that counts how often it was asked to describe itself, and tells everyone.
type nosy struct {
	toy
	asked byte
}

func (n *nosy) Describe() sim.State {
	n.asked++
	return n.toy.Describe()
}

func (n *nosy) Timer(id sim.TimerID) {
	n.env.Send(2, []byte{'K', n.asked, 0, 0, 0, 0, 0, 0, 0})
	n.toy.Timer(id)
}

// State that outlives a run makes the second differ.
func TestVerifyFindsStateBetweenRuns(t *testing.T) {
	boots := byte(0)
	s := script{boot: func(env *sim.Env) {
		boots++
		env.Send(1, []byte{boots})
	}}
	d, err := sim.Verify(s.system(), sim.Case{Recovery: sim.Recovery{Skip: true}})
	if err != nil || d == nil || d.Event != 1 || d.Node != 1 || d.Handler != "boot" {
		t.Errorf("Verify = %v, %v", d, err)
	}
}

// What a fault plan resolved to is a plan that gives the same run.
func TestResolvedPlanGivesTheSameRun(t *testing.T) {
	for seed := range sim.Seed(20) {
		c := busy(seed)
		c.Faults = plan(
			"on 3rd apply partition minority | rest for 100ms", "on 5th ack isolate primary for 50ms", "at 300ms crash any 2 keeping any for 80ms",
			"at 400ms swizzle-clog for 200ms", "at 500ms crash-loop backup every 30ms for 90ms", "on 4th sync skew it -30ms for 200ms",
			"at 600ms crash it", "at 650ms partition majorities-ring for 100ms", "at 700ms crash all at disk op 1 for 50ms",
		)
		first := run(t, c)
		if len(first.Resolved) < 10 {
			t.Fatalf("seed %d: only %d faults began", seed, len(first.Resolved))
		}
		c.Faults = first.Resolved
		if again := run(t, c); again.Digest != first.Digest {
			d := 0
			for d < len(first.History) && d < len(again.History) && first.History[d] == again.History[d] {
				d++
			}
			t.Errorf("seed %d: digest %v, with the resolved plan %v; histories differ from event %d of %d", seed, first.Digest, again.Digest, d, len(first.History))
		}
	}
}
