package resilience

import (
	"time"

	"simrun/sim"
)

// limited is the invariant that no gateway lets more calls of one tenant through than the rate and the burst allow, in any stretch of the gateway's time. It counts
// tokens, which the limit itself does not.
type limited struct {
	tenants [][]quota // by gateway
}

// quota is what a tenant may still do.
type quota struct {
	id     uint64
	tokens time.Duration // each call takes one of tenantEvery
	at     time.Duration
}

func (*limited) Name() string { return checkLimit }

// Booted forgets what a gateway forgot.
func (m *limited) Booted(at sim.Sighting) { m.tenants[at.Node] = m.tenants[at.Node][:0] }

func (m *limited) Observe(at sim.Sighting, f sim.Fact) *sim.Breach {
	a, ok := f.(admitted)
	if !ok {
		return nil
	}
	q := m.quota(at.Node, a.tenant, a.at)
	q.tokens = min(q.tokens+a.at-q.at, tenantBurst*tenantEvery)
	q.at = a.at
	if q.tokens < tenantEvery {
		return sim.Breachf("%v lets more than %d calls a second of %s through", at.Node, time.Second/tenantEvery, tenantName(a.tenant))
	}
	q.tokens -= tenantEvery
	return nil
}

func (m *limited) quota(node sim.NodeID, id uint64, at time.Duration) *quota {
	for i := range m.tenants[node] {
		if q := &m.tenants[node][i]; q.id == id {
			return q
		}
	}
	m.tenants[node] = append(m.tenants[node], quota{id, tenantBurst * tenantEvery, at})
	return &m.tenants[node][len(m.tenants[node])-1]
}
