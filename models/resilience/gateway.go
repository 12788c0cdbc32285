package resilience

import (
	"time"

	"simrun/models/resilience/policy"
	"simrun/sim"
	"simrun/sim/blocking"
	"simrun/sim/rng"
)

// gateway takes the calls of clients, and of users, which it makes up itself: users don't wait for each other, so that their calls keep coming at
// the same rate whatever becomes of them. It is the only tier that retries.
type gateway struct {
	budget   policy.Budget
	services []service
	calls    uint64 // numbers the calls, for what is drawn
	attempts uint64 // numbers the attempts
	goodput  goodput
}

// service is a node of the next tier, as a gateway knows it.
type service struct {
	id      sim.NodeID
	outlier policy.Outlier
}

var backoff = policy.Backoff{Base: 10 * time.Millisecond, Cap: 80 * time.Millisecond}

var (
	userName  = rng.Of("user arrives")
	pauseName = rng.Of("retry pause")
)

// runGateway is the code of a gateway.
func runGateway(p *blocking.Proc) {
	g := &gateway{budget: policy.Budget{Percent: budgetPercent, Burst: budgetBurst}}
	for id := sim.NodeID(1); int(id) <= p.Nodes(); id++ {
		if roleOf(id) == roleService {
			g.services = append(g.services, service{id, policy.Outlier{Failures: 5, Base: 300 * time.Millisecond, Longest: time.Second}})
		}
	}
	p.Describe(func() sim.State { return sim.State{Role: roleGateway} })
	p.Expose(&g.goodput)
	p.Go(func(p *blocking.Proc) { g.goodput.measure(p) })
	p.Go(func(p *blocking.Proc) { g.users(p, kindRead, readEvery) })
	p.Go(func(p *blocking.Proc) { g.users(p, kindBrowse, browseEvery) })
	for {
		m, _ := p.Receive(blocking.Forever)
		if c, ok := decodeCall(m.Payload); ok {
			p.Go(func(p *blocking.Proc) {
				if reply := g.answer(p, c); reply != nil {
					p.Reply(m.Caller, reply)
				}
			})
		}
	}
}

// users make calls, one in each interval.
func (g *gateway) users(p *blocking.Proc, kind byte, every time.Duration) {
	for n := uint64(0); ; n++ {
		at := time.Duration(p.Rand(userName, n<<8|uint64(kind)).N(uint64(every)))
		p.Sleep(at)
		p.Go(func(p *blocking.Proc) { g.answer(p, call{Kind: kind, Key: "k1", Rest: patience}) })
		p.Sleep(every - at)
	}
}

// answer does a call and returns the answer, or nil: then the caller has given up.
func (g *gateway) answer(p *blocking.Proc, c call) []byte {
	g.calls++
	g.budget.Called()
	number, end := g.calls, policy.After(now(p), c.Rest)
	for retry := 0; !end.Passed(now(p)); retry++ {
		if reply := g.attempt(p, c, end); reply != nil {
			g.goodput.count(true)
			return reply
		}
		if p.Bug(bugNoBudget) || p.Option(optionRetry) == "unbounded" {
			p.Sleep(time.Millisecond)
			continue
		}
		if p.Option(optionRetry) == "none" || !g.budget.Take() {
			break
		}
		p.Sleep(backoff.Pause(retry, uint64(p.Rand(pauseName, number<<8|uint64(retry)))))
	}
	g.goodput.count(false)
	return nil
}

// attempt asks a service, and with a hedge a second one when the first is slow. It returns nil if none did the call.
func (g *gateway) attempt(p *blocking.Proc, c call, end policy.Deadline) []byte {
	c.Rest = end.Timeout(now(p), attemptPatience)
	hedge := policy.Hedge{Delay: hedgeDelay}
	began, open, answers := now(p), 0, &blocking.Mailbox[[]byte]{}
	send := func() {
		s, q := g.pick(now(p)), c
		q.Rest -= now(p) - began
		open++
		p.Go(func(p *blocking.Proc) { answers.Put(p, g.ask(p, s, q)) })
	}
	for send(); open > 0; {
		elapsed := now(p) - began
		wait, due := hedge.Wait(elapsed, c.Rest-elapsed)
		if !due || p.Option(optionHedge) != "on" {
			wait = blocking.Forever // the task that asks has a timeout
		}
		reply, came := answers.Get(p, wait)
		if !came {
			if hedge.Sent(); g.budget.Take() {
				send()
			}
			continue
		}
		if open--; reply != nil {
			return reply
		}
	}
	return nil
}

// ask sends a call to a service; nil if it was not done.
func (g *gateway) ask(p *blocking.Proc, s *service, c call) []byte {
	reply, _ := p.Call(s.id, c.append(), c.Rest)
	s.outlier.Done(now(p), reply != nil) // one that is busy is there
	if _, ok := decodeDone(reply); !ok {
		return nil
	}
	return reply
}

// pick returns the services in turn, without those that are ejected, unless all are.
func (g *gateway) pick(now time.Duration) *service {
	g.attempts++
	for i := range g.services {
		s := &g.services[(int(g.attempts)+i)%len(g.services)]
		if !s.outlier.Ejected(now) {
			return s
		}
	}
	return &g.services[int(g.attempts)%len(g.services)]
}
