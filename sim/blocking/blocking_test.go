package blocking_test

import (
	"encoding/binary"
	"fmt"
	"runtime"
	"strings"
	"testing"
	"time"

	"simrun/history"
	"simrun/sim"
	"simrun/sim/blocking"
	"simrun/sim/fault"
)

const ms = time.Millisecond

// counter is a number that every node keeps on its disk, and that a client raises at one node, which asks
// all the others to save it before it answers. Bug "forget" answers before its own save.
func counter(p *blocking.Proc) {
	saved, err := p.Read("n")
	if err != nil {
		p.Fatal("the disk can't be read")
	}
	value := number(saved)
	p.Describe(func() sim.State { return sim.State{Role: "counter", Epoch: value} })
	p.Expose(&value)
	raise := func(p *blocking.Proc, to uint64) error {
		value = max(value, to)
		if p.Bug("forget") {
			p.Go(func(p *blocking.Proc) { p.SaveFile("n", encode(value)) })
			return nil
		}
		return p.SaveFile("n", encode(value))
	}
	for {
		m, _ := p.Receive(blocking.Forever)
		p.Go(func(p *blocking.Proc) {
			to := number(m.Payload)
			if m.From < 0 { // a client: one more than here
				to = value + 1
				var others []sim.NodeID
				for i := 1; i <= p.Nodes(); i++ {
					if id := sim.NodeID(i); id != p.ID() {
						others = append(others, id)
					}
				}
				if got := p.Ask(others, encode(to), 200*ms, len(others)); len(got) < len(others) {
					return // the client times out
				}
			}
			if raise(p, to) == nil {
				p.Reply(m.Caller, encode(to))
			}
		})
	}
}

func number(b []byte) uint64 {
	if len(b) < 8 {
		return 0
	}
	return binary.LittleEndian.Uint64(b)
}

func encode(n uint64) []byte { return binary.LittleEndian.AppendUint64(nil, n) }

func system(main func(*blocking.Proc)) sim.System {
	return sim.System{
		Name: "counter",
		Boot: blocking.Boot(main),
		Client: func(c *sim.Client) {
			for {
				if _, ok := c.Next(); !ok {
					return
				}
				reply, err := c.Call(1, nil, time.Second)
				if err != nil {
					c.Info(err.Error())
				} else {
					c.OK(history.Int(int64(number(reply))))
				}
			}
		},
		Workloads: []sim.WorkloadKind{{Name: "raise", Rate: 20, Next: func(*sim.Turn) sim.Op { return sim.Op{F: "raise"} }}},
		Bugs:      []sim.BugName{"forget"},
	}
}

func plan(t *testing.T, lines ...string) []fault.Fault {
	list, err := fault.ParsePlan("plan", strings.Join(lines, "\n"))
	if err != nil {
		t.Fatal(err)
	}
	return list
}

// decreases counts answers that are not greater than an earlier one.
func decreases(r *sim.Result) (n int) {
	last := int64(0)
	for _, e := range r.History {
		if e.Type == history.OK {
			v, _ := e.Value.AsInt()
			if v <= last {
				n++
			}
			last = max(last, v)
		}
	}
	return n
}

// Straight code survives crashes by what it saved, and loses what it did not; and two runs are equal.
func TestCrashes(t *testing.T) {
	lost := 0
	for seed := sim.Seed(1); seed <= 200; seed++ {
		c := sim.Case{Nodes: 3, Clients: 1, Seed: seed, Duration: sim.Duration(3 * time.Second),
			Faults: plan(t, "on 9th ack crash all for 100ms", "at 1.5s partition n1 | n2,n3 for 300ms", "at 2.2s crash all for 50ms")}
		s := system(counter)
		r, err := sim.Run(s, c)
		if err != nil {
			t.Fatal(err)
		}
		if len(r.Violations) > 0 || decreases(r) > 0 || len(r.History) < 40 {
			t.Fatalf("seed %d: %v, %d answers went back, %d events", seed, r.Violations, decreases(r), len(r.History))
		}
		if seed%10 == 0 {
			if d, err := sim.Verify(s, c); d != nil || err != nil {
				t.Fatalf("seed %d: %v %v", seed, d, err)
			}
		}
		c.Bugs = []sim.BugName{"forget"}
		if r, err = sim.Run(s, c); err != nil {
			t.Fatal(err)
		}
		lost += decreases(r)
	}
	if lost == 0 {
		t.Error("the planted bug lost nothing")
	}
}

// A crash and the end of a run leave no coroutine behind.
func TestTasksEnd(t *testing.T) {
	before := runtime.NumGoroutine()
	for seed := sim.Seed(1); seed <= 300; seed++ {
		if _, err := sim.Run(system(counter), sim.Case{Nodes: 3, Seed: seed, Duration: sim.Duration(time.Second),
			Faults: plan(t, "at 100ms crash n2 for 100ms", "at 500ms crash all at disk op 2 for 100ms")}); err != nil {
			t.Fatal(err)
		}
	}
	if after := runtime.NumGoroutine(); after > before+1 {
		t.Errorf("%d goroutines before, %d after", before, after)
	}
}

// trace runs one node for a second without faults and returns what it noted.
func notes(t *testing.T, main func(p *blocking.Proc)) (string, *sim.Result) {
	t.Helper()
	r, err := sim.RunTraced(system(main), sim.Case{Nodes: 2, Clients: 1, Seed: 1, Duration: sim.Duration(time.Second), Recovery: sim.Recovery{Skip: true},
		Network: sim.Network{Latency: sim.Latency{Dist: fault.Constant, Min: sim.Duration(5 * ms), Max: sim.Duration(5 * ms)}}})
	if err != nil {
		t.Fatal(err)
	}
	var lines []string
	for _, rec := range r.Trace.Records {
		if rec.Kind == sim.Note {
			lines = append(lines, fmt.Sprintf("%v %v %s", rec.Time, rec.Node, rec.Text))
		}
	}
	return strings.Join(lines, "\n"), r
}

func TestWaiting(t *testing.T) {
	got, r := notes(t, func(p *blocking.Proc) {
		if p.ID() == 2 {
			for {
				m, ok := p.Receive(blocking.Forever)
				if ok && m.Call {
					p.Reply(m.Caller, append([]byte("re: "), m.Payload...))
				}
			}
		}
		var box blocking.Mailbox[int]
		p.Go(func(p *blocking.Proc) {
			p.Sleep(30 * ms)
			box.Put(p, 7)
			box.Put(p, 8)
		})
		_, ok := box.Get(p, 10*ms)
		p.Note(fmt.Sprint("empty ", ok))
		v, ok := box.Get(p, blocking.Forever)
		p.Note(fmt.Sprint(v, ok, box.Len()))
		reply, err := p.Call(2, []byte("hello"), 100*ms)
		p.Note(fmt.Sprintf("%s, %v", reply, err))
		_, err = p.Call(1, nil, 50*ms) // nobody here receives it
		p.Note(fmt.Sprint(err))
		p.Note(fmt.Sprintf("saved %v", p.SaveFile("f", []byte("x"))))
		b, _ := p.Read("f")
		p.Note(string(b))
		p.Append("g", []byte("y"))
		p.Note(fmt.Sprintf("synced %v", p.Sync("g")))
	})
	if len(r.Violations) > 0 {
		t.Fatal(r.Violations)
	}
	want := []string{"10ms n1 empty false", "30ms n1 7 true 1", "40ms n1 re: hello, <nil>", "90ms n1 timeout", " n1 saved <nil>", " n1 x", " n1 synced <nil>"}
	lines := strings.Split(got, "\n")
	if len(lines) != len(want) {
		t.Fatalf("got\n%s", got)
	}
	for i, w := range want {
		if !strings.HasSuffix(lines[i], w) {
			t.Errorf("line %d: %q, want %q", i, lines[i], w)
		}
	}
}

// A panic in a task names the place in the task's code, at boot and later, and ends the run as a violation.
func TestPanicsNameTheirPlace(t *testing.T) {
	for name, main := range map[string]func(p *blocking.Proc){
		"at boot": func(*blocking.Proc) { panic("boom") },
		"later":   func(p *blocking.Proc) { p.Sleep(10 * ms); panic("boom") },
		"in a task": func(p *blocking.Proc) {
			p.Go(func(p *blocking.Proc) { p.Sleep(10 * ms); panic("boom") })
			p.Sleep(time.Second)
		},
	} {
		_, r := notes(t, main)
		if len(r.Violations) != 1 || r.Violations[0].Check != "panic" || !strings.HasPrefix(r.Violations[0].Detail, "boom, at simrun/sim/blocking_test/blocking_test.go:") {
			t.Errorf("%s: %v", name, r.Violations)
		}
	}
	_, r := notes(t, func(p *blocking.Proc) { p.Sleep(10 * ms); p.Fatal("impossible") })
	if len(r.Violations) == 0 || r.Violations[0].Check != "assertion" || r.Violations[0].Detail != "impossible" {
		t.Errorf("an assertion in a task: %v", r.Violations)
	}
}

func TestExposed(t *testing.T) {
	s := system(counter)
	var seen []uint64
	s.Converged = func(nodes []sim.Node) string {
		seen = seen[:0]
		for _, n := range nodes {
			seen = append(seen, *blocking.Exposed(n).(*uint64))
		}
		return ""
	}
	if _, err := sim.Run(s, sim.Case{Nodes: 3, Clients: 1, Seed: 3, Duration: sim.Duration(time.Second)}); err != nil {
		t.Fatal(err)
	}
	if len(seen) != 3 || seen[0] == 0 || seen[0] != seen[1] {
		t.Errorf("seen %v", seen)
	}
}

// BenchmarkTasks is what an event costs in a node of tasks.
func BenchmarkTasks(b *testing.B) {
	b.ReportAllocs()
	var events uint64
	for i := range b.N {
		r, err := sim.Run(system(counter), sim.Case{Nodes: 3, Seed: sim.Seed(i + 1)})
		if err != nil {
			b.Fatal(err)
		}
		events += r.Events
	}
	b.ReportMetric(float64(events)/b.Elapsed().Seconds(), "events/s")
}
