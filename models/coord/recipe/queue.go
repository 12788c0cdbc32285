package recipe

import (
	"simrun/check/specs"
	"simrun/history"
	"simrun/models"
	"simrun/models/coord/api"
	"simrun/sim"
)

const (
	queueKey = "queue" // of the operations
	queueDir = "/queue"
)

// queues is the workload of the queue, whose elements are sequential nodes: whoever deletes the first has taken it.
func queues() models.Workload {
	return models.Workload{
		Name:    "queue",
		Spec:    specs.Queue,
		Summary: "a queue of sequential nodes: enqueue and dequeue",
		Rate:    6,
		Keys:    1,
		Mix:     []sim.Weight{{F: "enqueue", Weight: 1}, {F: "dequeue", Weight: 1}},
		Next: func(t *sim.Turn) sim.Op {
			o := sim.Op{F: t.Pick(), Key: queueKey}
			if o.F == "enqueue" {
				o.Value = history.Int(t.Unique())
			}
			return o
		},
	}
}

// doQueue does an operation of the workload queue.
func (cl *client) doQueue(o sim.Op) {
	if o.F == "enqueue" {
		v, _ := o.Value.AsInt()
		_, uncertain, err := cl.Commit(api.Op{Kind: api.OpCreate, Path: queueDir + "/e-", Value: v, Sequential: true})
		cl.ended(o, uncertain, err)
		return
	}
	for {
		a, err := cl.Read(api.List(queueDir))
		if err != nil {
			cl.c.Fail(err.Error())
			return
		}
		if len(a.Items) == 0 {
			cl.c.OK(history.Null)
			return
		}
		first := a.Items[0]
		a, uncertain, err := cl.Commit(api.Remove(first.Path))
		switch {
		case err != nil && uncertain:
			cl.c.Info(err.Error())
		case err != nil:
			cl.c.Fail(err.Error())
		case a.Refused == api.NoNode && !cl.c.Bug(BugTakenTwice):
			continue // somebody else has taken it
		default:
			cl.c.OK(history.Int(first.Value))
		}
		return
	}
}
