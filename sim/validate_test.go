package sim_test

import (
	"reflect"
	"strings"
	"testing"
	"time"

	"simrun/sim"
	"simrun/sim/fault"
)

func TestDefaults(t *testing.T) {
	c, err := toySystem.Complete(sim.Case{})
	if err != nil {
		t.Fatal(err)
	}
	const ms = sim.Duration(time.Millisecond)
	want := sim.Case{
		Version: 1, Model: "toy", Nodes: 5, Clients: 4, Duration: 10_000 * ms,
		Workload: sim.Workload{Name: "register", Rate: 50, Mix: []sim.Weight{{F: "read", Weight: 1}, {F: "write", Weight: 1}}},
		Network:  sim.Network{Latency: sim.Latency{Dist: sim.Uniform, Min: ms, Max: 5 * ms}},
		Disk:     sim.DiskProfile{Sync: sim.Latency{Dist: sim.Uniform, Min: ms / 5, Max: 2 * ms}},
		Recovery: sim.Recovery{Within: 10_000 * ms},
		Limits:   sim.Limits{Events: 10_000_000},
	}
	if !reflect.DeepEqual(c, want) {
		t.Errorf("got  %+v\nwant %+v", c, want)
	}
	if again, err := toySystem.Complete(c); err != nil || !reflect.DeepEqual(again, c) {
		t.Errorf("completed again: %+v, %v", again, err)
	}
	mixed, err := toySystem.Complete(sim.Case{Workload: sim.Workload{Mix: []sim.Weight{{F: "write", Weight: 5}}}})
	if err != nil || !reflect.DeepEqual(mixed.Workload.Mix, []sim.Weight{{F: "read", Weight: 1}, {F: "write", Weight: 5}}) {
		t.Errorf("mix %v, %v", mixed.Workload.Mix, err)
	}
}

// Each wrong case is refused in one sentence that says what would be right.
func TestCompleteRefuses(t *testing.T) {
	const ms = sim.Duration(time.Millisecond)
	latency := func(l sim.Latency) sim.Case { return sim.Case{Network: sim.Network{Latency: l}} }
	override := func(key string) sim.Case { return sim.Case{Overrides: []sim.Override{{Key: key}}} }
	for _, tc := range []struct {
		c    sim.Case
		want string
	}{
		{sim.Case{Model: "raft"}, `the case is for model "raft", not for "toy"`},
		{sim.Case{Version: 2}, `the case has format version 2, and this simrun reads up to version 1: use a newer simrun`},
		{sim.Case{Version: -1}, `version -1: expected 1 to 1`},
		{sim.Case{Nodes: 65}, `toy needs 1 to 64 nodes, not 65`},
		{sim.Case{Nodes: -1}, `toy needs 1 to 64 nodes, not -1`},
		{sim.Case{Clients: 10_001}, `10001 clients: expected 1 to 10000`},
		{sim.Case{Duration: 25 * 3_600_000 * ms}, `duration 25h0m0s: expected at most 24h0m0s`},
		{sim.Case{Recovery: sim.Recovery{Within: 25 * 3_600_000 * ms}}, `recovery within 25h0m0s: expected at most 24h0m0s`},
		{sim.Case{Limits: sim.Limits{Events: 1 << 40}}, `limit of 1099511627776 events: expected at most 10000000000`},
		{sim.Case{Workload: sim.Workload{Name: "regster"}}, `unknown workload of toy "regster"; did you mean "register"? available: register`},
		{sim.Case{Workload: sim.Workload{Ops: -1}}, `-1 operations: expected 0 or more`},
		{sim.Case{Workload: sim.Workload{Rate: -1}}, `rate -1: expected 0 to 1000000 operations per second`},
		{sim.Case{Workload: sim.Workload{Keys: -1}}, `-1 keys: expected 0 or more`},
		{sim.Case{Workload: sim.Workload{Mix: []sim.Weight{{F: "wirte", Weight: 1}}}}, `unknown operation of workload register "wirte"; did you mean "write"? available: read, write`},
		{sim.Case{Workload: sim.Workload{Mix: []sim.Weight{{F: "read", Weight: -1}}}}, `weight -1 of operation read: expected 0 to 1000000`},
		{sim.Case{Workload: sim.Workload{Mix: []sim.Weight{{F: "read"}, {F: "write"}}}}, `workload register: all weights are 0`},
		{sim.Case{Workload: sim.Workload{Only: []string{"n1#5"}}}, `only "n1#5": expected a client and the ordinal of its operation, like c1#5, or none alone`},
		{sim.Case{Options: map[sim.OptionName]string{"ack": "1"}}, `unknown option of toy "ack"; did you mean "acks"? available: acks`},
		{sim.Case{Bugs: []sim.BugName{"early_ack"}}, `unknown bug of toy "early_ack"; did you mean "early-ack"? available: assert, early-ack, map-order, panic`},
		{latency(sim.Latency{Dist: "unifrom"}), `unknown distribution of latency "unifrom"; did you mean "uniform"? available: constant, exponential, long-tailed, uniform`},
		{latency(sim.Latency{Dist: sim.Uniform, Min: 2, Max: 1}), `latency: max 1ns is below min 2ns`},
		{latency(sim.Latency{Dist: sim.Constant, Min: 25 * 3_600_000 * ms}), `latency from 25h0m0s to 0s: expected 0 to 24h0m0s`},
		{sim.Case{Disk: sim.DiskProfile{Sync: sim.Latency{Dist: "x"}}}, `unknown distribution of sync time "x"; available: constant, `},
		{sim.Case{Network: sim.Network{Loss: sim.Ratio{Num: 2, Den: 1}}}, `probability 2/1: expected one like 1/100, or 0`},
		{sim.Case{Network: sim.Network{Bandwidth: -1}}, `network: client latency, bandwidth and queue cannot be negative`},
		{sim.Case{Network: sim.Network{Client: 25 * 3_600_000 * ms}}, `client latency 25h0m0s: expected at most 24h0m0s`},
		{sim.Case{Network: sim.Network{Regions: []sim.Region{{Name: "eu", Nodes: []sim.NodeID{6}}}}}, `region eu: n6 is not one of the 5 servers`},
		{sim.Case{Network: sim.Network{Routes: []sim.Route{{Between: [2]string{"n1", "n6"}}}}}, `unknown region or node "n6"; did you mean "n1"? available: n1, n2, n3, n4, n5`},
		{sim.Case{Network: sim.Network{Routes: []sim.Route{{Between: [2]string{"n1", "n2"}}}}}, `unknown distribution of latency between n1 and n2 ""; available: `},
		{override("latensy n1>n2 1s#0"), `unknown decision "latensy"; did you mean "latency"? available: copy latency, corrupt, drop, duplicate, late, latency, loss, reorder, sync, twice`},
		{override("latency n1 1s#0"), `override "latency n1 1s#0": expected a decision as the trace names it, like latency n1>n2 1.204s#0, sync n1 1.2s#0 or drop c1#5`},
		{override("latency n1>n2 1s"), `override "latency n1>n2 1s": expected a decision as the trace names it`},
		{override("sync n1>n2 1s#0"), `override "sync n1>n2 1s#0": expected a decision as the trace names it`},
		{override("drop n1#5"), `override "drop n1#5": expected a client and the ordinal of its operation, like drop c1#5`},
		{override("nonsense"), `override "nonsense": expected a decision as the trace names it`},
		{sim.Case{Faults: plan("at 1s crash n6")}, `fault "at 1s crash n6" names n6, and the servers are n1 to n5`},
		{sim.Case{Faults: plan("at 10s crash n1")}, `fault "at 10s crash n1" begins after the fault phase, which lasts 10s`},
		{sim.Case{Faults: plan("on event aplpy crash n1")}, `fault "on aplpy crash n1": expected an event, found "aplpy"; the nearest word is "apply"`},
		{sim.Case{Faults: plan("on elected crash n1")}, `fault "on elected crash n1": expected an event, found "elected"; known are ack, apply, boot, crash, invoke, sync, synced, write`},
		{sim.Case{Faults: []fault.Fault{{Kind: fault.Crash}}}, ``},
		{sim.Case{Faults: make([]fault.Fault, 4001)}, `4001 faults: expected at most 4000`},
	} {
		_, err := sim.Run(toySystem, tc.c)
		if err == nil || !strings.HasPrefix(err.Error(), tc.want) {
			t.Errorf("%+v:\n got %v\nwant %s", tc.c, err, tc.want)
		} else if strings.Contains(err.Error(), "\n") {
			t.Errorf("more than one line: %v", err)
		}
	}
	if _, err := sim.Run(toySystem, sim.Case{Workload: sim.Workload{Only: []string{"c1#0"}}, Options: map[sim.OptionName]string{"acks": "1"}, Faults: []fault.Fault{{}}}); err != nil {
		t.Errorf("a good case was refused: %v", err)
	}
}

// A system that can't run is refused as well.
func TestCompleteRefusesSystems(t *testing.T) {
	empty := toySystem
	empty.Workloads = nil
	deaf := toySystem
	deaf.Client = nil
	for want, s := range map[string]sim.System{`unknown workload of toy ""; none available`: empty, `the system "toy" has no Boot or no Client`: deaf} {
		if _, err := sim.Run(s, sim.Case{}); err == nil || err.Error() != want {
			t.Errorf("got %v, want %s", err, want)
		}
	}
}

// Regions and routes give each link its latency; of several that fit the last holds.
func TestRoutes(t *testing.T) {
	constant := func(d time.Duration) sim.Latency { return sim.Latency{Dist: sim.Constant, Min: sim.Duration(d)} }
	took := map[string]time.Duration{}
	s := script{
		boot: func(env *sim.Env) {
			for i := 1; i <= env.Nodes(); i++ {
				env.Send(sim.NodeID(i), nil)
			}
		},
		recv: func(env *sim.Env, from sim.NodeID, _ []byte) {
			took[from.String()+">"+env.ID().String()] = time.Duration(env.Now())
		},
	}
	s.play(t, sim.Case{Nodes: 4, Network: sim.Network{
		Latency: constant(ms),
		Regions: []sim.Region{{Name: "eu", Nodes: []sim.NodeID{1, 2}}, {Name: "us", Nodes: []sim.NodeID{3, 4}}},
		Routes: []sim.Route{
			{Between: [2]string{"eu", "us"}, Latency: constant(40 * ms)},
			{Between: [2]string{"n1", "n4"}, Latency: constant(50 * ms)},
			{Between: [2]string{"n4", "n1"}, OneWay: true, Latency: constant(60 * ms)},
		},
	}})
	for link, want := range map[string]time.Duration{
		"n1>n1": 0, "n1>n2": ms, "n3>n4": ms, "n1>n3": 40 * ms, "n3>n1": 40 * ms, "n2>n4": 40 * ms, "n1>n4": 50 * ms, "n4>n1": 60 * ms,
	} {
		if got := took[link]; got != want {
			t.Errorf("%s took %v, want %v", link, got, want)
		}
	}
}
