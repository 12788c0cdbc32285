// Package maelstrom runs foreign programs that speak the protocol of Maelstrom (github.com/jepsen-io/maelstrom) as a system under test: lines of JSON in, lines of
// JSON out. Any node that was written for Maelstrom runs as it is. The ten workloads have Maelstrom's names, requests and errors; the services lin-kv, seq-kv,
// lww-kv and lin-tso are one more server, which no fault hits.
//
// What Maelstrom does not have is asked too: nodes crash and come back with what they synced, pause, and have clocks that are off. Each life of a node begins
// with init, and with topology in the workload broadcast. A program that promises less is run with fewer nemeses.
package maelstrom

import (
	"time"

	"simrun/models"
	"simrun/sim"
	"simrun/sim/fault"
	"simrun/sim/program"
)

// Name is the name of the model.
const Name = "program"

// Model is a program as a system under test. Without a program, nil, it can be described but not run.
func Model(p program.Program) models.Model {
	m := models.Model{
		Name:    Name,
		Summary: "a program that speaks Maelstrom's protocol: lines of JSON on standard input and output",
		Guarantee: "what its workload asks, over crashes of nodes with what they synced, pauses, clocks that are off, and a network that loses, delays and reorders messages and is cut for a while; " +
			"it speaks the protocol, answers init, and does not exit",
		Boot: func(env *sim.Env) sim.Node {
			if int(env.ID()) > env.Nodes() {
				return newServices(env)
			}
			return boot(env, p)
		},
		Client: run,
		Options: []models.Option{
			{Name: optionTopology, Summary: "the neighbors that a node is told in the workload broadcast", Values: []string{"grid", "line", "tree2", "tree3", "tree4", "total"}},
			{Name: optionTimeout, Summary: "how long a client waits for an answer", Values: []string{"1s", "100ms", "200ms", "500ms", "2s", "5s", "10s"}},
			{Name: optionNames, Summary: "what nodes are called: n0, n1, … as in Maelstrom, or n1, n2, … as everywhere else in simrun", Values: []string{"maelstrom", "simrun"}},
			{Name: optionFsync, Summary: "what fsync of a file makes durable on a simulated disk: its name too, as the usual file systems of Linux do, or its data alone, as POSIX promises", Values: []string{"linux", "posix"}},
		},
		Profile: fault.Profile{
			Roles:  []string{roleNode, roleStarting},
			Claims: fault.Claims{Once: true, Skew: fault.Forever, Drift: 100},
		},
		Monitors:        monitors,
		DescribeMessage: describe,
		Figures:         figures,
		Services:        1,
	}
	if p != nil {
		identity := p.Identity()
		m.Program = &identity
	}
	if native, ok := p.(program.Native); ok {
		m.Outside = native.Outside
	}
	for _, w := range workloads {
		m.Workloads = append(m.Workloads, w.Workload)
	}
	return m
}

const (
	optionTopology sim.OptionName = "topology"
	optionTimeout  sim.OptionName = "timeout"
	optionNames    sim.OptionName = "names"
	optionFsync    sim.OptionName = "fsync"

	roleNode     = "node"
	roleStarting = "starting" // it has not answered init
	roleServices = "services"

	settle   = 10 * time.Second // as long as Maelstrom waits before final reads
	patience = 10 * time.Second // for the answer to init, as in Maelstrom
	pause    = time.Second      // before a node that exited starts again
)
