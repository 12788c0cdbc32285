package sim_test

import (
	"testing"
	"time"

	"simrun/sim"
)

const ms = time.Millisecond

// A script is a system whose nodes do what a test says. Each sends its neighbour a
// numbered message every millisecond, unless the test replaces that.
type script struct {
	boot  func(env *sim.Env)
	timer func(env *sim.Env, t sim.TimerID)
	recv  func(env *sim.Env, from sim.NodeID, p []byte)
	req   func(env *sim.Env, from sim.Caller, p []byte)
	sync  func(env *sim.Env, id sim.SyncID, err error)
	cli   func(c *sim.Client)
}

type scripted struct {
	*script
	env *sim.Env
}

func (s scripted) Timer(t sim.TimerID) {
	if s.timer != nil {
		s.timer(s.env, t)
	}
}
func (s scripted) Receive(from sim.NodeID, p []byte) {
	if s.recv != nil {
		s.recv(s.env, from, p)
	}
}
func (s scripted) Request(from sim.Caller, p []byte) {
	if s.req != nil {
		s.req(s.env, from, p)
	}
}
func (s scripted) Synced(id sim.SyncID, err error) {
	if s.sync != nil {
		s.sync(s.env, id, err)
	}
}
func (s scripted) Describe() sim.State { return sim.State{Role: "node", Epoch: 1} }

func (s *script) system() sim.System {
	return sim.System{
		Name: "script", Workloads: []sim.WorkloadKind{{Name: "none", Rate: 1, Next: func(*sim.Turn) sim.Op { return sim.Op{F: "nothing"} }}},
		Boot: func(env *sim.Env) sim.Node {
			if s.boot != nil {
				s.boot(env)
			}
			return scripted{s, env}
		},
		Client: func(c *sim.Client) {
			if s.cli != nil {
				s.cli(c)
			}
		},
	}
}

// play runs the script for a second, with two nodes and a latency of 5 ms if the case does not say.
func (s *script) play(t testing.TB, c sim.Case) *sim.Result {
	t.Helper()
	if c.Nodes == 0 {
		c.Nodes = 2
	}
	if c.Clients == 0 {
		c.Clients = 1
	}
	if c.Network.Latency.Dist == "" {
		c.Network.Latency = sim.Latency{Dist: sim.Constant, Min: sim.Duration(5 * time.Millisecond)}
	}
	c.Duration = sim.Duration(time.Second)
	c.Recovery.Skip = true
	r, err := sim.RunTraced(s.system(), c)
	if err != nil {
		t.Fatal(err)
	}
	return r
}
