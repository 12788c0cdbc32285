package resilience

import (
	"time"

	"simrun/models/resilience/policy"
	"simrun/sim/blocking"
	"simrun/sim/rng"
)

// tenant is a caller of a gateway, with the rate that it is allowed: one that asks for too much must not take what the others need. The users are many, and
// have no tenant.
type tenant struct {
	id    uint64
	limit policy.Limit
}

// crawlerID is the tenant who looks up everything as fast as possible. Clients have smaller numbers.
const crawlerID = 1 << 32

const (
	tenantEvery = 20 * time.Millisecond // between calls, on average
	tenantBurst = 10

	crawlPause = 3 * time.Second // between floods of the crawler
	crawlCalls = 500             // in one, which takes a second
)

var crawlName = rng.Of("crawler begins")

// admit reports whether a caller may make one more call.
func (g *gateway) admit(p *blocking.Proc, id uint64) bool {
	t := g.tenant(id)
	if !t.limit.Allow(now(p)) && !p.Bug(bugNoLimit) {
		p.Sometimes(markLimited)
		return false
	}
	p.Report(admitted{id, now(p)})
	return true
}

// tenant returns what is known of a caller.
func (g *gateway) tenant(id uint64) *tenant {
	for i := range g.tenants {
		if g.tenants[i].id == id {
			return &g.tenants[i]
		}
	}
	g.tenants = append(g.tenants, tenant{id, policy.Limit{Every: tenantEvery, Burst: tenantBurst}})
	return &g.tenants[len(g.tenants)-1]
}

// crawler floods the gateway with lookups for a second, from time to time.
func (g *gateway) crawler(p *blocking.Proc) {
	p.Sleep(time.Duration(p.Rand(crawlName, 0).N(uint64(crawlPause))))
	for {
		for range crawlCalls {
			p.Sleep(time.Second / crawlCalls)
			if g.admit(p, crawlerID) {
				p.Go(func(p *blocking.Proc) { g.answer(p, call{Kind: kindBrowse, Client: crawlerID, Rest: patience}) })
			}
		}
		p.Sleep(crawlPause)
	}
}
