package resilience

import (
	"fmt"
	"time"

	"simrun/models/resilience/policy"
	"simrun/sim"
	"simrun/sim/blocking"
)

// backend is a node that does the work, the store or the catalog: a queue, and a few workers that take from it.
type backend struct {
	queue policy.Queue[request]
	bell  blocking.Mailbox[bool] // rings once for each call in the queue
}

type request struct {
	call
	from sim.Caller
}

// run is the code of a backend. do makes the answer, nil for none.
func (b *backend) run(p *blocking.Proc, work time.Duration, do func(p *blocking.Proc, c call) []byte) {
	b.queue.Limit = queueLimit
	for range backendWorkers {
		p.Go(func(p *blocking.Proc) {
			for {
				b.bell.Get(p, blocking.Forever)
				b.next(p, work, do)
			}
		})
	}
	for {
		m, _ := p.Receive(blocking.Forever)
		c, ok := decodeCall(m.Payload)
		switch {
		case !ok:
		case b.queue.Put(request{c, m.Caller}, policy.After(now(p), c.Rest)):
			b.bell.Put(p, true)
		default:
			p.Reply(m.Caller, busy())
		}
	}
}

// next does the call that has waited longest and that can still be done in time.
func (b *backend) next(p *blocking.Proc, work time.Duration, do func(p *blocking.Proc, c call) []byte) {
	if !p.Bug(bugStaleWork) && p.Option(optionShedding) != "off" && b.queue.Shed(now(p)+work+roundTrip) > 0 {
		p.Sometimes(markShed)
	}
	r, _, ok := b.queue.Take()
	if !ok {
		return // what the bell rang for was shed
	}
	p.Sleep(work)
	if reply := do(p, r.call); reply != nil {
		p.Reply(r.from, reply)
	}
}

// runCatalog is the code of the catalog, which knows nothing that changes.
func runCatalog(p *blocking.Proc) {
	b := &backend{}
	p.Describe(func() sim.State { return b.state(roleCatalog) })
	b.run(p, browseWork, func(*blocking.Proc, call) []byte { return done(0) })
}

func (b *backend) state(role string) sim.State {
	return sim.State{Role: role, Detail: []sim.Field{{Name: "queue", Value: fmt.Sprint(b.queue.Len())}}}
}
