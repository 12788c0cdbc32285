// Package recipe is what the clients of the coordination service run: the recipes, such as a lock or an election, and the workloads that try them and
// the service, each in a file of its own. They know the service by package api alone.
package recipe

import (
	"strings"

	"simrun/models"
	"simrun/models/coord/api"
	"simrun/models/workload"
	"simrun/sim"
)

// Workloads are what clients can be asked to do.
func Workloads() []models.Workload {
	return []models.Workload{workload.KV(), guarded(), bank(), streams(), leases(), elections(), queues(),
		shared(), barriers(), discovery(), configurations(), pipelines()}
}

// OptionReads is the option that says from where registers are read.
const OptionReads sim.OptionName = "reads"

// client is a client of the service.
type client struct {
	*api.Client
	c      *sim.Client
	names  uint64              // that it has made up
	leased map[string]api.Item // what it knows of the workload lease
	pauses uint64              // that it could have made
	awake  uint64              // the pause before which it makes none
}

// RunClient is the whole life of a client.
func RunClient(c *sim.Client) {
	cl, m, l := &client{Client: api.NewClient(c), c: c, leased: make(map[string]api.Item)}, mirror{}, leadership{}
	b, s, f := barrier{}, instanceOfService{}, configuration{}
	for {
		o, more := c.Next()
		switch {
		case !more:
			return
		case strings.HasPrefix(o.Key, counterPrefix):
			cl.doGuarded(o)
		case strings.HasPrefix(o.Key, leasePrefix):
			cl.doLeased(o)
		case o.Key == bankKey:
			cl.doBank(o)
		case o.Key == electionKey:
			l.do(cl, o)
		case o.Key == queueKey:
			cl.doQueue(o)
		case o.Key == sharedKey:
			cl.doShared(o)
		case o.Key == barrierKey:
			b.do(cl, o)
		case strings.HasPrefix(o.Key, servicePrefix):
			s.do(cl, o)
		case o.Key == configKey:
			f.do(cl, o)
		case o.Key == pipelineKey:
			cl.doPipelined(o)
		case o.Key == streamKey:
			m.do(cl, o)
		default:
			cl.doRegister(o)
		}
	}
}
