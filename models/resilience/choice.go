package resilience

import (
	"time"

	"simrun/models/resilience/policy"
	"simrun/sim"
	"simrun/sim/blocking"
)

// service is a node of the next tier, as a gateway knows it. Two things say whether it should get calls: how the last calls to it ended, and health checks. A
// call that it gets, and then loses, is found out by the first, and that it is back by the second.
type service struct {
	id      sim.NodeID
	outlier policy.Outlier
	health  policy.Health
}

// used reports whether the service gets calls.
func (s *service) used(now time.Duration) bool { return s.health.Up() && !s.outlier.Ejected(now) }

// findServices makes the list of the services, and begins to check each.
func (g *gateway) findServices(p *blocking.Proc) {
	for id := sim.NodeID(1); int(id) <= p.Nodes(); id++ {
		if roleOf(id) == roleService {
			g.services = append(g.services, service{id, policy.Outlier{Failures: 5, Base: 300 * time.Millisecond, Longest: time.Second}, policy.Health{Fall: 3, Rise: 2}})
		}
	}
	for i := range g.services {
		p.Go(func(p *blocking.Proc) { g.services[i].check(p) })
	}
}

// check asks the service again and again whether it is there. It asks one that is down too: else nobody would know when it is back.
func (s *service) check(p *blocking.Proc) {
	for !p.Bug(bugForGood) || s.health.Up() {
		p.Sleep(healthEvery)
		_, err := p.Call(s.id, probe(), healthTimeout)
		if s.health.Checked(err == nil); !s.health.Up() {
			p.Sometimes(markDown)
		}
	}
}

// ask sends a call to a service; nil if it was not done.
func (g *gateway) ask(p *blocking.Proc, s *service, c call) []byte {
	reply, _ := p.Call(s.id, c.append(), c.Rest)
	if s.outlier.Done(now(p), reply != nil); s.outlier.Ejected(now(p)) { // one that is busy is there
		p.Sometimes(markEjected)
	}
	if _, ok := decodeDone(reply); !ok {
		return nil
	}
	return reply
}

// pick returns a service for a call, which may have failed at one before: the services in turn, those that are used before the others, and the one where it
// failed last of all (failover). If all are down or ejected, it may be that it is the gateway who is cut off, or that all are slow: then each is as good as
// any other. Envoy calls that the panic threshold.
func (g *gateway) pick(p *blocking.Proc, failed sim.NodeID) *service {
	g.attempts++
	var best *service
	most := -1
	for i := range g.services {
		s, score := &g.services[(int(g.attempts)+i)%len(g.services)], 0
		if s.used(now(p)) {
			score += 2
		}
		if s.id != failed {
			score++
		}
		if p.Bug(bugNoFailover) && s.id == failed {
			score = 4
		}
		if score > most {
			best, most = s, score
		}
	}
	if failed != 0 {
		p.Report(again{failed, best.id, g.spare(now(p), failed)})
	}
	return best
}

// spare is a service other than the one that is named which gets calls; 0 if there is none.
func (g *gateway) spare(now time.Duration, but sim.NodeID) sim.NodeID {
	for i := range g.services {
		if s := &g.services[i]; s.id != but && s.used(now) {
			return s.id
		}
	}
	return 0
}

// unused is a service that gets no calls; 0 if all do.
func (g *gateway) unused(now time.Duration) sim.NodeID {
	for i := range g.services {
		if !g.services[i].used(now) {
			return g.services[i].id
		}
	}
	return 0
}

// serviceState says to people who gets calls.
func (g *gateway) serviceState(now time.Duration) (list []sim.Field) {
	for i := range g.services {
		s, value := &g.services[i], "used"
		switch {
		case !s.health.Up():
			value = "down"
		case s.outlier.Ejected(now):
			value = "ejected"
		}
		list = append(list, sim.Field{Name: s.id.String(), Value: value})
	}
	return list
}
