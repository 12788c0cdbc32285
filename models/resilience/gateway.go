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
	budgets  [2]policy.Budget // for each dependency: else the retries of one that hangs leave none for the other
	services []service
	tenants  []tenant
	page     policy.Fallback[int64]
	sums     []entry[string] // what counters had last: only a bug looks at it
	calls    uint64          // numbers the calls, for what is drawn
	attempts uint64          // numbers the attempts
	goodput  goodput
}

var backoff = policy.Backoff{Base: 10 * time.Millisecond, Cap: 80 * time.Millisecond}

var (
	userName  = rng.Of("user arrives")
	pauseName = rng.Of("retry pause")
)

// runGateway is the code of a gateway.
func runGateway(p *blocking.Proc) {
	g := &gateway{page: policy.Fallback[int64]{MaxAge: pageAge}}
	for i := range g.budgets {
		g.budgets[i] = policy.Budget{Percent: budgetPercent, Burst: budgetBurst}
	}
	if p.Bug(bugStalePage) {
		g.page.MaxAge = time.Hour
	}
	g.findServices(p)
	p.Describe(func() sim.State { return g.state(now(p)) })
	p.Expose(&g.goodput)
	p.Go(func(p *blocking.Proc) { g.measure(p) })
	p.Go(func(p *blocking.Proc) { g.users(p, kindRead, readEvery) })
	p.Go(func(p *blocking.Proc) { g.users(p, kindBrowse, browseEvery) })
	p.Go(func(p *blocking.Proc) { g.crawler(p) })
	for {
		m, _ := p.Receive(blocking.Forever)
		c, ok := decodeCall(m.Payload)
		switch {
		case !ok:
		case !g.admit(p, c.Client):
			p.Reply(m.Caller, busy())
		default:
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

// answer does a call and returns the answer, or nil: then the caller has given up. Who browses always gets a page.
func (g *gateway) answer(p *blocking.Proc, c call) []byte {
	began := now(p)
	reply := g.try(p, c)
	if c.Client != crawlerID {
		g.goodput.count(c.Kind, reply != nil)
	}
	p.Report(ended{c.Kind, c.Client == crawlerID, reply != nil, now(p) - began})
	return g.degrade(p, c, reply)
}

// try asks services until one has done the call, the caller has given up, or no more retries are allowed. It returns nil if the call was not done.
func (g *gateway) try(p *blocking.Proc, c call) []byte {
	g.calls++
	g.budget(c).Called()
	number, end := g.calls, policy.After(now(p), c.Rest)
	var failed sim.NodeID // where the call was last
	for retry := 0; !end.Passed(now(p)); retry++ {
		reply, at := g.attempt(p, c, end, failed)
		if reply != nil {
			return reply
		}
		failed = at
		if p.Bug(bugNoBudget) || p.Option(optionRetry) == "unbounded" {
			p.Sleep(time.Millisecond)
			continue
		}
		if p.Option(optionRetry) == "none" || !g.budget(c).Take() {
			break
		}
		p.Sleep(backoff.Pause(retry, uint64(p.Rand(pauseName, number<<8|uint64(retry)))))
	}
	return nil
}

// attempt asks a service, and with a hedge a second one when the first is slow; not the one where the call has failed, if there is another. It returns nil if
// none did the call, and where it was last.
func (g *gateway) attempt(p *blocking.Proc, c call, end policy.Deadline, failed sim.NodeID) (reply []byte, last sim.NodeID) {
	c.Rest = end.Timeout(now(p), attemptTimeout(p))
	hedge := policy.Hedge{Delay: hedgeDelay}
	began, open, answers := now(p), 0, &blocking.Mailbox[[]byte]{}
	send := func() {
		s, q := g.pick(p, failed), c
		q.Rest -= now(p) - began
		last, failed = s.id, s.id
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
			if hedge.Sent(); g.budget(c).Take() {
				send()
			}
			continue
		}
		if open--; reply != nil {
			return reply, last
		}
	}
	return nil, last
}

// attemptTimeout is how long a gateway waits for one attempt at most.
func attemptTimeout(p *blocking.Proc) time.Duration {
	if p.Option(optionTimeout) == "250ms" {
		return 250 * time.Millisecond
	}
	return 80 * time.Millisecond
}

// budget is what the retries and hedges of a call are taken from.
func (g *gateway) budget(c call) *policy.Budget {
	if c.dependency() == catalogNode {
		return &g.budgets[1]
	}
	return &g.budgets[0]
}

// state describes the gateway to people.
func (g *gateway) state(now time.Duration) sim.State {
	sum := g.goodput.total()
	return sim.State{Role: roleGateway, Detail: append(g.serviceState(now), sim.Field{Name: "goodput", Value: sum.String()})}
}
