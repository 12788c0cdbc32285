package resilience

import (
	"fmt"
	"time"

	"simrun/models/resilience/policy"
	"simrun/sim"
	"simrun/sim/blocking"
)

// middle is a node of the middle tier: each call takes one of its workers, who asks a dependency and waits for the answer.
type middle struct {
	workers policy.Bulkhead // all of them
	store   dependency
	catalog dependency
}

// dependency is a node that the services ask, as one of them knows it.
type dependency struct {
	id       sim.NodeID
	bulkhead policy.Bulkhead
	breaker  policy.Breaker
}

// runService is the code of a service.
func runService(p *blocking.Proc) {
	s := &middle{workers: policy.Bulkhead{Limit: workers}, store: newDependency(p, storeNode), catalog: newDependency(p, catalogNode)}
	p.Describe(func() sim.State { return s.state(now(p)) })
	for {
		m, _ := p.Receive(blocking.Forever)
		if isProbe(m.Payload) {
			p.Reply(m.Caller, done(0)) // it has waited behind the calls before it, so that one that is overloaded answers late
			continue
		}
		p.Work(handling)
		c, ok := decodeCall(m.Payload)
		if !ok {
			continue
		}
		d := &s.store
		if c.dependency() == catalogNode {
			d = &s.catalog
		}
		if !s.enter(p, d) {
			p.Reply(m.Caller, busy())
			continue
		}
		p.Go(func(p *blocking.Proc) {
			reply := d.ask(p, c)
			s.workers.Leave()
			d.bulkhead.Leave()
			p.Reply(m.Caller, reply)
		})
	}
}

func newDependency(p *blocking.Proc, id sim.NodeID) dependency {
	limit := perDependency
	if p.Bug(bugNoBulkhead) || p.Option(optionBulkhead) == "off" {
		limit = workers
	}
	return dependency{
		id:       id,
		bulkhead: policy.Bulkhead{Limit: limit},
		breaker:  policy.Breaker{Window: 500 * time.Millisecond, Least: 10, Percent: 50, OpenFor: 300 * time.Millisecond},
	}
}

// enter takes a worker for a call to a dependency; false if there is none for it.
func (s *middle) enter(p *blocking.Proc, d *dependency) bool {
	if !d.bulkhead.Enter() {
		p.Sometimes(markFull)
		return false
	}
	if !s.workers.Enter() {
		d.bulkhead.Leave()
		p.Report(turnedAway{d.id, d.bulkhead.Open()})
		return false
	}
	return true
}

// ask has a dependency do a call, unless its breaker is open.
func (d *dependency) ask(p *blocking.Proc, c call) []byte {
	if !d.guarded(p) {
		return d.call(p, c)
	}
	ticket, ok := d.breaker.Allow(now(p))
	if !ok || p.Bug(bugStaysOpen) && d.breaker.State(now(p)) == policy.HalfOpen {
		p.Sometimes(markOpen)
		return busy()
	}
	reply := d.call(p, c)
	_, ok = decodeDone(reply)
	d.breaker.Done(now(p), ticket, ok)
	return reply
}

// guarded reports whether calls to the dependency go through a breaker. By default only those do without which a page is poorer and not void.
func (d *dependency) guarded(p *blocking.Proc) bool {
	switch p.Option(optionBreaker) {
	case "all":
		return true
	case "off":
		return false
	}
	return d.id == catalogNode
}

// call waits for the answer while there is time to pass it on.
func (d *dependency) call(p *blocking.Proc, c call) []byte {
	timeout := max(0, c.Rest-roundTrip-handling)
	if p.Bug(bugLongTimeout) {
		timeout = 2 * time.Second
	}
	p.Report(waits{c.Rest, timeout})
	c.Rest = timeout
	reply, _ := p.Call(d.id, c.append(), timeout)
	if _, ok := decodeDone(reply); !ok { // nothing came, or not what was sent
		return busy()
	}
	return reply
}

// state describes the service to people.
func (s *middle) state(now time.Duration) sim.State {
	return sim.State{Role: roleService, Detail: []sim.Field{
		{Name: "workers busy", Value: fmt.Sprint(s.workers.Open())}, {Name: "breaker of the catalog", Value: s.catalog.breaker.State(now).String()},
	}}
}
