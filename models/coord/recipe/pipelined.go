package recipe

import (
	"simrun/check/accounts"
	"simrun/history"
	"simrun/models"
	"simrun/models/coord/api"
	"simrun/sim"
)

const (
	pipelineKey = "pipeline" // of the operations
	pipelineDir = "/pipeline"
	pipelined   = 4 // commands that a client sends without waiting
)

// pipelines is the workload of FIFO client order: a list of sequential nodes, to which each client appends several values without waiting for the answers, and which it
// reads at any server, where it must see its own values, and what it has seen.
func pipelines() models.Workload {
	return models.Workload{
		Name:    "pipelined",
		Account: accounts.ClientOrder,
		Summary: "values that clients append to a list without waiting for answers, and read at any server",
		Rate:    6,
		Keys:    1,
		Mix:     []sim.Weight{{F: "append", Weight: 1}, {F: "read", Weight: 2}},
		Next: func(t *sim.Turn) sim.Op {
			o := sim.Op{F: t.Pick(), Key: pipelineKey}
			if o.F == "append" {
				n := t.Unique() * pipelined
				o.Value = history.Ints(n, n+1, n+2, n+3)
			}
			return o
		},
		Final: func(*sim.Turn) sim.Op { return sim.Op{F: "final", Key: pipelineKey} },
	}
}

// doPipelined does an operation of the workload pipelined.
func (cl *client) doPipelined(o sim.Op) {
	if o.F == "append" {
		cl.appendPipelined(o)
		return
	}
	read := cl.ReadLocal
	if o.F == "final" {
		read = cl.Read
	}
	a, err := read(api.List(pipelineDir))
	if err != nil {
		cl.c.Fail(err.Error())
		return
	}
	var list []history.Value
	for _, i := range a.Items {
		list = append(list, history.Int(i.Value))
	}
	cl.MoveOn() // read at another server the next time
	cl.c.OK(history.List(list...))
}

func (cl *client) appendPipelined(o sim.Op) {
	values, _ := o.Value.AsList()
	var commands [][]api.Op
	for _, v := range values {
		n, _ := v.AsInt()
		commands = append(commands, []api.Op{{Kind: api.OpCreate, Path: pipelineDir + "/e-", Value: n, Sequential: true}})
	}
	if err := cl.Pipeline(commands...); err != nil {
		cl.c.Info(err.Error())
		return
	}
	cl.c.OK(o.Value)
}
