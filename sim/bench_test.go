package sim_test

import (
	"testing"
	"time"

	"simrun/sim"
	"simrun/sim/rng"
)

// idler does the least that a node can: it sets the timer that fired again.
type idler struct {
	env *sim.Env
	n   uint64
}

var idleName = rng.Of("idle")

func (i *idler) Receive(sim.NodeID, []byte) {}
func (i *idler) Request(sim.Caller, []byte) {}
func (i *idler) Synced(sim.SyncID, error)   {}
func (i *idler) Timer(t sim.TimerID) {
	i.n++
	i.env.SetTimer(t, time.Duration(i.env.Rand(idleName, i.n).N(1e6)))
}

func sleeper(c *sim.Client) { c.Sleep(time.Hour) }

// BenchmarkLoop is the bare event loop: 128 pending events (64 timers on each of two
// nodes), each of which draws a number and pushes its successor, with the digest.
func BenchmarkLoop(b *testing.B) {
	s := sim.System{Name: "idle", Client: sleeper, Workloads: []sim.WorkloadKind{{Name: "none", Rate: 1}}, Boot: func(env *sim.Env) sim.Node {
		i := &idler{env: env}
		for t := range sim.TimerID(sim.MaxTimers) {
			i.Timer(t)
		}
		return i
	}}
	benchEvents(b, s, sim.Case{Nodes: 2, Clients: 1})
}

// pinger sends each message back where it came from.
type pinger struct {
	idler
	payload [64]byte
}

func (p *pinger) Receive(from sim.NodeID, payload []byte) {
	copy(p.payload[:], payload)
	p.env.Send(from, p.payload[:])
}

// BenchmarkPingPong sends 128 messages of 64 bytes to and fro, with loss drawn for each.
func BenchmarkPingPong(b *testing.B) {
	s := sim.System{Name: "ping", Client: sleeper, Workloads: []sim.WorkloadKind{{Name: "none", Rate: 1}}, Boot: func(env *sim.Env) sim.Node {
		p := &pinger{idler: idler{env: env}}
		for range 128 / env.Nodes() {
			p.Receive(env.ID()%5+1, nil)
		}
		return p
	}}
	benchEvents(b, s, sim.Case{Nodes: 5, Clients: 1, Network: sim.Network{Loss: sim.Ratio{Num: 1, Den: 1 << 32}}})
}

type answerer struct{ idler }

func (a *answerer) Request(from sim.Caller, p []byte) { a.env.Reply(from, p) }

// BenchmarkCall is the cost of a client's call and its answer: three events and two
// changes of coroutine.
func BenchmarkCall(b *testing.B) {
	s := sim.System{Name: "call", Workloads: []sim.WorkloadKind{{Name: "none", Rate: 1}},
		Client: func(c *sim.Client) {
			for {
				if _, err := c.Call(1, []byte("request"), time.Second); err != nil {
					return
				}
			}
		},
		Boot: func(env *sim.Env) sim.Node { return &answerer{idler{env: env}} },
	}
	benchEvents(b, s, sim.Case{Nodes: 1, Clients: 8, Network: sim.Network{Client: 1000}})
}

// BenchmarkToy is a small system at work, under faults.
func BenchmarkToy(b *testing.B) {
	benchEvents(b, toySystem, sim.Case{Faults: everything, Workload: sim.Workload{Rate: 500}})
}

// benchEvents runs b.N events of a case and reports how many there were per second.
func benchEvents(b *testing.B, s sim.System, c sim.Case) {
	c.Recovery.Skip = true
	c.Duration = sim.MaxDuration
	b.ReportAllocs()
	left := uint64(b.N)
	b.ResetTimer()
	var done uint64
	for seed := sim.Seed(0); left > 0; seed++ {
		c.Seed, c.Limits.Events = seed, left
		r, err := sim.Run(s, c)
		if err != nil {
			b.Fatal(err)
		}
		done += r.Events
		left -= min(left, r.Events)
	}
	b.ReportMetric(float64(done)/b.Elapsed().Seconds(), "events/s")
}
