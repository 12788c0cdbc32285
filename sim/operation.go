package sim

import (
	"time"

	"simrun/history"
)

// Next waits until the next operation of the workload is due, records its
// invocation and returns it; false when the client's life is over. The operation stays
// open until OK, Fail or Info is called; one that is still open at the following Next is
// recorded as info.
func (c *Client) Next() (Op, bool) {
	w := c.w
	if c.open {
		c.Info("left open")
	}
	for w.running {
		ordinal, due, more := c.due()
		if !more {
			return c.final()
		}
		if due > w.now {
			c.sleepUntil(due)
			continue // what is due may have changed meanwhile: the faults may have healed
		}
		c.turn.Ordinal = ordinal
		if w.over.dropped(c.index, ordinal, due < Time(w.c.Duration)) {
			continue
		}
		if len(w.c.Workload.Phases) > 0 {
			c.turn.Mix = w.mixNow()
		}
		op := c.kind.Next(&c.turn)
		c.invoke(op)
		return op, true
	}
	return Op{}, false
}

// final waits until the system has recovered, and invokes the client's final operation, until that is answered, for each of the servers
// that it is to be done for; false if it was, or the workload has none.
func (c *Client) final() (Op, bool) {
	w := c.w
	if w.final && c.recovered {
		c.finals++
		c.recovered = !c.kind.FinalEach || c.index+c.finals*w.c.Clients >= w.c.Nodes
	}
	switch {
	case c.kind.Final == nil || w.c.Recovery.Skip || w.final && c.recovered:
		return Op{}, false
	case !w.final:
		c.parked = true
		c.wait(forSleep)
		c.parked = false
	case w.now == c.invoked:
		c.Sleep(time.Duration(pauseAfterNothing))
	}
	c.turn.Ordinal++
	op := c.kind.Final(&c.turn)
	c.invoke(op)
	return op, true
}

// due says which operation is the next, and when; false if there is none.
func (c *Client) due() (ordinal int, due Time, more bool) {
	w := c.w
	heal := Time(w.c.Duration)
	ordinal = c.turn.Ordinal + 1
	spent := w.c.Workload.Ops > 0 && ordinal >= w.c.Workload.Ops
	if c.interval == 0 {
		due = w.now
		if ordinal > 0 && w.now == c.invoked {
			due += pauseAfterNothing
		}
	} else {
		ordinal, due = c.slot(max(ordinal, int(int64(w.now)/int64(c.interval))), w.now)
	}
	if w.now < heal && !spent && due < heal {
		return ordinal, due, true
	}
	if w.c.Recovery.Skip || c.recovered || w.final {
		return 0, 0, false
	}
	if due < heal {
		if c.interval == 0 {
			return ordinal, heal, true
		}
		ordinal, due = c.slot(max(ordinal, int(int64(heal)/int64(c.interval))), heal)
	}
	return ordinal, due, true
}

// pauseAfterNothing is how long a client without pause waits after an operation
// that took no time at all, so that time goes on.
const pauseAfterNothing = Time(time.Millisecond)

// slot returns the first operation from ordinal on that is due at from or later, and when.
func (c *Client) slot(ordinal int, from Time) (int, Time) {
	for ; ; ordinal++ {
		if t := c.slotTime(ordinal); t >= from {
			return ordinal, t
		}
	}
}

// slotTime is when an operation is due: at a time that is drawn within its interval.
func (c *Client) slotTime(ordinal int) Time {
	v := c.w.draws.jitter.Draw(uint64(c.id), uint64(ordinal))
	return Time(ordinal)*Time(c.interval) + Time(v.N(uint64(c.interval)))
}

// invoke records the invocation of an operation.
func (c *Client) invoke(op Op) {
	c.open, c.current, c.asked, c.invoked, c.invokedIn = true, op, 0, c.w.now, c.w.events
	c.w.fold(didInvoke, c.id, NodeID(c.process))
	c.append(history.Event{Process: c.process, Type: history.Invoke, F: op.F, Key: op.Key, Value: op.Value}, Called)
	c.w.happened("invoke", c.w.firstNode(c))
}

// complete records the completion of the open operation.
func (c *Client) complete(t history.Type, v history.Value, reason string) {
	if !c.open {
		panic("sim: " + c.id.String() + " completed an operation that is not open")
	}
	c.open = false
	c.w.fold(didComplete, c.id, NodeID(t))
	e := history.Event{Process: c.process, Type: t, F: c.current.F, Key: c.current.Key, Value: v, Error: reason}
	if c.asked != 0 {
		e.Node = c.w.servers[c.asked].name
	}
	c.append(e, Returned)
}

// append adds an event to the history, the digest and the trace.
func (c *Client) append(e history.Event, kind RecordKind) {
	w := c.w
	e.Index, e.Time = len(w.history), w.now
	w.history = append(w.history, e)
	w.foldOperation(&e)
	if w.trace != nil {
		w.recordOperation(c, &e, kind)
	}
}

// foldOperation adds an event of the history to the digest.
func (w *world) foldOperation(e *history.Event) {
	w.scratch = e.Value.AppendJSON(w.scratch[:0])
	w.hash = w.hash.String(e.F).String(e.Key).Bytes(w.scratch).String(e.Error)
}

// OK records that the open operation completed with a result.
func (c *Client) OK(result history.Value) {
	c.complete(history.OK, result, "")
	c.answered()
	c.w.happened("ack", c.asked)
}

// answered notes that the system did its part for the last operation.
func (c *Client) answered() {
	if c.invoked >= Time(c.w.c.Duration) {
		c.recovered = true
	}
}

// Fail records that the open operation certainly did not take effect.
func (c *Client) Fail(reason string) { c.complete(history.Fail, history.Null, reason) }

// FailWith records that the open operation certainly did not take effect, since the
// system answered so: a compare-and-set that found another value. The answer counts as
// progress, as OK does.
func (c *Client) FailWith(found history.Value) {
	c.complete(history.Fail, found, "")
	c.answered()
}

// Info records that the open operation may or may not have taken effect, or may
// yet. The client goes on as a new process.
func (c *Client) Info(reason string) {
	c.complete(history.Info, history.Null, reason)
	c.process += history.Process(c.w.c.Clients)
}

// firstNode is the server that a client may be taken to belong to, for faults that
// wait for its invocations.
func (w *world) firstNode(c *Client) NodeID { return NodeID(c.index%w.c.Nodes + 1) }

// expectedHistory is how many events the history will have if each operation that is due completes; so
// it need not grow. It is bounded, since a case may ask for more than fits in time.
func (w *world) expectedHistory() int {
	const most = 1 << 14
	each := int64(w.c.Workload.Rate) * int64(w.c.Duration/Duration(time.Second)+2)
	if ops := int64(w.c.Workload.Ops); ops > 0 && (each == 0 || ops < each) {
		each = ops
	}
	return int(min(2*each*int64(w.c.Clients)+int64(len(w.c.Faults)*2), most))
}
