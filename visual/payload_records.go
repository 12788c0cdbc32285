package visual

import (
	"slices"
	"strings"

	"simrun/sim"
)

// records writes the columns of the trace, in its order.
func (e *encoder) records() {
	if e.page.Trace == nil {
		return
	}
	records := e.page.Trace.Records
	kinds := map[sim.RecordKind]uint64{}
	var time, event, kind, node, peer, text, cause, role, epoch, detail, op column
	var lastTime, lastEvent int64
	for i, parent := range sim.Causes(records) {
		r := &records[i]
		if _, ok := kinds[r.Kind]; !ok {
			kinds[r.Kind] = uint64(len(e.kinds))
			e.kinds = append(e.kinds, string(r.Kind))
		}
		time.signed(int64(r.Time) - lastTime)
		event.signed(int64(r.Event) - lastEvent)
		kind.put(kinds[r.Kind])
		node.put(e.nodes.number[r.Node])
		peer.put(e.nodes.number[r.Peer])
		text.put(e.texts.of(r.Text))
		if parent >= 0 {
			cause.put(uint64(i - parent))
		} else {
			cause.put(0)
		}
		switch r.Kind {
		case sim.StateIs:
			var s sim.State
			if r.State != nil {
				s = *r.State
			}
			role.put(e.texts.of(s.Role))
			epoch.put(s.Epoch)
			detail.put(e.texts.of(detailText(s.Detail)))
		case sim.Called, sim.Returned:
			if n, ok := e.opAt[int(r.Message)]; ok {
				op.put(uint64(n) + 1)
			} else {
				op.put(0)
			}
		}
		lastTime, lastEvent = int64(r.Time), int64(r.Event)
		e.end = max(e.end, lastTime)
	}
	e.flush(time, event, kind, node, peer, text, cause, role, epoch, detail, op)
	e.faults = traceFaults(records, e.nodes.servers)
}

// detailText puts the fields of a state on lines of name, tab, value.
func detailText(fields []sim.Field) string {
	var b strings.Builder
	for i, f := range fields {
		if i > 0 {
			b.WriteByte('\n')
		}
		b.WriteString(f.Name + "\t" + f.Value)
	}
	return b.String()
}

// participants numbers all who take part in a trace: servers, then clients.
// Number 0 is nobody.
type participants struct {
	names   []string
	number  map[sim.NodeID]uint64
	servers int // highest number of a server: n1 to nN
}

func newParticipants(t *sim.Trace) *participants {
	p := &participants{names: []string{""}, number: map[sim.NodeID]uint64{0: 0}}
	if t == nil {
		return p
	}
	var ids []sim.NodeID
	seen := map[sim.NodeID]bool{0: true}
	for i := range t.Records {
		for _, id := range [...]sim.NodeID{t.Records[i].Node, t.Records[i].Peer} {
			if !seen[id] {
				seen[id] = true
				ids = append(ids, id)
			}
		}
	}
	slices.SortFunc(ids, func(a, b sim.NodeID) int {
		if (a > 0) != (b > 0) { // servers first
			return int(b>>31) - int(a>>31)
		}
		return max(int(a), -int(a)) - max(int(b), -int(b))
	})
	for _, id := range ids {
		p.servers = max(p.servers, int(id))
		p.number[id] = uint64(len(p.names))
		p.names = append(p.names, id.String())
	}
	return p
}

// violationRecord finds the record that says that a violation was seen, or -1.
func violationRecord(t *sim.Trace, s *sim.Sighting) int {
	if t == nil {
		return -1
	}
	from, _ := slices.BinarySearchFunc(t.Records, s.Time, func(r sim.Record, at sim.Time) int { return int(max(min(r.Time-at, 1), -1)) })
	for i := from; i < len(t.Records) && t.Records[i].Time == s.Time; i++ {
		r := &t.Records[i]
		if r.Kind == sim.Violated && r.Event == s.Event && r.Node == s.Node {
			return i
		}
	}
	return -1
}
