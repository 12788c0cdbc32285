package maelstrom

import (
	"errors"
	"time"

	"simrun/history"
	"simrun/sim"
)

// client is one client. It asks another node with each operation, so that clients and nodes meet in all ways.
type client struct {
	*sim.Client
	work    *workload
	timeout time.Duration
	turns   int
	finals  int // final operations that were answered
	life    consumer
}

// run is the whole life of a client.
func run(sc *sim.Client) {
	c := &client{Client: sc, work: workloadOf(sc.Workload())}
	c.timeout, _ = time.ParseDuration(sc.Option(optionTimeout))
	c.awaitNodes()
	for {
		op, more := c.Next()
		if !more {
			return
		}
		c.turns++
		if c.work.ask == nil {
			c.consume(op)
			continue
		}
		body := c.work.ask(op)
		result, err := c.call(c.node(op), body)
		c.finish(op, result, err)
	}
}

// awaitNodes waits until all nodes have started, as Maelstrom does, or had long enough for that.
func (c *client) awaitNodes() {
	for n := 1; n <= c.Nodes(); n++ {
		for {
			_, err := c.Call(sim.NodeID(n), []byte(askReady), time.Second)
			if err == nil || c.Now() >= sim.Time(patience) {
				break
			}
			if errors.Is(err, sim.ErrRefused) {
				c.Sleep(time.Second)
			}
		}
	}
}

// node is whom to ask: with the final operations the nodes that are the client's own.
func (c *client) node(op sim.Op) sim.NodeID {
	if op.F == opFinal {
		return sim.NodeID(1 + (int(-c.ID())-1+c.finals*c.Clients())%c.Nodes())
	}
	return sim.NodeID(1 + (int(-c.ID())+c.turns)%c.Nodes())
}

// call asks a node, and reads the answer.
func (c *client) call(to sim.NodeID, body []byte) (history.Value, error) {
	reply, err := c.Call(to, body, c.timeout)
	if err != nil {
		return history.Null, err
	}
	return c.work.result(body, reply)
}

// finish records how an operation ended.
func (c *client) finish(op sim.Op, result history.Value, err error) {
	var f failure
	answered := errors.As(err, &f)
	switch {
	case err == nil:
		c.succeed(op, result)
	case answered && c.work.Name == "lin-kv" && f.code == errNoKey && op.F == "read":
		c.OK(history.Null)
	case answered && (f.code == errNoKey || f.code == errPrecondition):
		c.FailWith(history.Null) // the system did its part
	case errors.Is(err, sim.ErrRefused), answered && f.definite(), changesNothing(op):
		c.Fail(err.Error())
	default:
		c.Info(err.Error())
	}
	if err != nil && op.F == opFinal {
		c.Sleep(again)
	}
}

// succeed records that an operation was done. One without a result of its own gets its argument.
func (c *client) succeed(op sim.Op, result history.Value) {
	if op.F == opFinal {
		c.finals++
	}
	if result.IsNull() && !changesNothing(op) {
		result = op.Value
	}
	c.OK(result)
}

const (
	opFinal = "final"
	again   = 200 * time.Millisecond // before a final operation that failed is tried again
)

// changesNothing reports whether an operation can be taken as one that did not happen, if nobody knows its result.
func changesNothing(op sim.Op) bool {
	switch op.F {
	case "read", "poll", "assign", opFinal:
		return true
	case "txn":
		return onlyReads(op.Value)
	}
	return false
}
