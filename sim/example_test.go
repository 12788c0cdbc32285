package sim_test

import (
	"fmt"
	"strings"
	"time"

	"simrun/history"
	"simrun/sim"
	"simrun/sim/fault"
)

// A counter on one node, which keeps it in memory and forgets it in a crash.
type counter struct {
	env *sim.Env
	n   int64
}

func (c *counter) Request(from sim.Caller, _ []byte) {
	c.n++
	c.env.Reply(from, fmt.Append(nil, c.n))
}
func (c *counter) Receive(sim.NodeID, []byte) {}
func (c *counter) Timer(sim.TimerID)          {}
func (c *counter) Synced(sim.SyncID, error)   {}

var counterSystem = sim.System{
	Name: "counter",
	Boot: func(env *sim.Env) sim.Node { return &counter{env: env} },
	Client: func(c *sim.Client) {
		for {
			if _, ok := c.Next(); !ok {
				return
			}
			reply, err := c.Call(1, nil, 100*time.Millisecond)
			if err != nil {
				c.Info(err.Error())
				continue
			}
			c.OK(history.String(string(reply)))
		}
	},
	Workloads: []sim.WorkloadKind{{
		Name: "increment", Rate: 10,
		Next: func(*sim.Turn) sim.Op { return sim.Op{F: "increment"} },
	}},
}

// A case says all that a run depends on; the same case gives the same run.
func ExampleRun() {
	crash, err := fault.Parse("at 250ms crash n1 for 100ms")
	if err != nil {
		fmt.Println(err)
		return
	}
	result, err := sim.Run(counterSystem, sim.Case{
		Seed: 1, Nodes: 1, Clients: 1, Duration: sim.Duration(600 * time.Millisecond),
		Faults: []fault.Fault{crash}, Recovery: sim.Recovery{Skip: true},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, e := range result.History {
		fmt.Println(strings.TrimSpace(fmt.Sprintln(e.Process, e.Type, e.F, e.Value, e.Error)))
	}
	fmt.Println(result.Events, "events, digest", result.Digest)
	// Output:
	// 1 invoke increment null
	// 1 ok increment "1"
	// 1 invoke increment null
	// 1 ok increment "2"
	// -1 info crash "at 250ms crash n1 for 100ms"
	// 1 invoke increment null
	// -1 info end crash "at 250ms crash n1 for 100ms"
	// 1 info increment null timeout
	// 2 invoke increment null
	// 2 ok increment "1"
	// 2 invoke increment null
	// 2 ok increment "2"
	// 20 events, digest 2063efca57266cbd
}

// A trace tells what happened, and how its decisions are called in an [sim.Override].
func ExampleRunTraced() {
	result, err := sim.RunTraced(counterSystem, sim.Case{
		Seed: 1, Nodes: 1, Clients: 1, Duration: sim.Duration(100 * time.Millisecond), Recovery: sim.Recovery{Skip: true},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, r := range result.Trace.Records {
		fmt.Println(strings.TrimSpace(fmt.Sprintln(r.Time, r.Kind, r.Node, r.Peer, r.Text, r.Key)))
	}
	// Output:
	// 0s boot n1
	// 3.666372ms invoke c1  increment c1#0
	// 3.666372ms send c1 n1
	// 3.666372ms deliver n1 c1
	// 3.666372ms send n1 c1
	// 3.666372ms deliver c1 n1
	// 3.666372ms complete c1 n1 ok increment "1"
}

// A case file with a misspelt field is refused with its line and the right name.
func ExampleParseCase() {
	_, err := sim.ParseCase("case.json", []byte("{\n  \"version\": 1,\n  \"sede\": 7\n}"))
	fmt.Println(err)
	// Output:
	// case.json:3: unknown field of case "sede"; did you mean "seed"? available: buggify, bugs, clients, disk, duration, faults, limits, model, network, nodes, options, overrides, program, recovery, schedule, seed, version, workload
}

// Verify finds code that breaks determinism; here there is none.
func ExampleVerify() {
	divergence, err := sim.Verify(counterSystem, sim.Case{Seed: 1})
	fmt.Println(divergence, err)
	// Output: <nil> <nil>
}

// Outcomes lists all that the crashes of a plan can leave on the disks. The counter
// writes nothing, so that there is one outcome.
func ExampleOutcomes() {
	crash, err := fault.Parse("at 1s crash n1 for 100ms")
	if err != nil {
		fmt.Println(err)
		return
	}
	cases, complete, err := sim.Outcomes(counterSystem, sim.Case{Faults: []fault.Fault{crash}}, 100)
	fmt.Println(len(cases), complete, err)
	fmt.Println(cases[0].Faults[0])
	// Output:
	// 1 true <nil>
	// at 1s crash n1 keeping state 0 for 100ms
}
