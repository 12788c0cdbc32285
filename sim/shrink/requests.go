package shrink

import (
	"slices"

	"simrun/sim"
)

// requestsCount is what the trouble that requests of clients have counts for, in faults.
func requestsCount(c *sim.Case) (n int) {
	for _, chance := range []sim.Ratio{c.Network.Requests.Late, c.Network.Requests.Twice} {
		if chance.Num > 0 {
			n++
		}
	}
	return n
}

// requests takes away that requests are late or come twice, or leaves the few that must, as overrides.
func (r *reduction) requests() (helped bool) {
	if requestsCount(&r.best.c) == 0 {
		return false
	}
	for _, change := range []func(*sim.Requests){
		func(q *sim.Requests) { *q = sim.Requests{} },
		func(q *sim.Requests) { q.Late = sim.Ratio{} },
		func(q *sim.Requests) { q.Twice = sim.Ratio{} },
	} {
		c := r.best.c
		if change(&c.Network.Requests); requestsCount(&c) == 0 {
			c.Network.Requests = sim.Requests{}
		}
		helped = requestsCount(&c) < requestsCount(&r.best.c) && r.try(c) || helped
	}
	return requestsCount(&r.best.c) > 0 && r.byRequest() || helped
}

// byRequest puts an override for each request that was late or came twice in place of the chances. A copy comes at the time that its
// key says, so that the longest delay stays.
func (r *reduction) byRequest() bool {
	c := r.best.c
	usual := sim.Time(c.Network.Client)
	list := slices.Clone(c.Overrides)
	sends := map[uint64]*sim.Record{}
	records := r.best.run.Trace.Records
	for i := range records {
		rec := &records[i]
		if rec.Kind == sim.Send && rec.Node < 0 {
			sends[rec.Message] = rec
			if i+1 < len(records) {
				if next := &records[i+1]; rec.Key != "" && next.Kind == sim.Send && next.Key == "" && next.Node == rec.Node && next.Event == rec.Event {
					list = append(list, sim.Override{Key: "twice " + rec.Key, Value: 1})
				}
			}
			continue
		}
		if s := sends[rec.Message]; s != nil && s.Key != "" && (rec.Kind == sim.Deliver || rec.Kind == sim.Drop) && rec.Time > s.Time+usual {
			list = append(list, sim.Override{Key: "late " + s.Key, Value: int64(rec.Time - s.Time - usual)})
		}
	}
	c.Overrides = list
	c.Network.Requests.Late, c.Network.Requests.Twice = sim.Ratio{}, sim.Ratio{}
	return len(list) <= mostOverrides && r.excursion([]sim.Case{c}, r.dropFaults)
}

// phases takes away that the mix of operations changes.
func (r *reduction) phases() (helped bool) {
	for i := len(r.best.c.Workload.Phases) - 1; i >= 0; i-- {
		c := r.best.c
		c.Workload.Phases = slices.Delete(slices.Clone(c.Workload.Phases), i, i+1)
		helped = r.try(c) || helped
	}
	return helped
}
