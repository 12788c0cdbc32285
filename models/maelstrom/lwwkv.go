package maelstrom

import (
	"maps"
	"slices"

	"simrun/history"
	"simrun/sim/rng"
)

// lww is lww-kv: replicas of which each answers alone. With each request one tells another what it has, and of two values of a key the one
// with the greater timestamp wins, whatever was written first.
type lww struct{ replicas [5]replica }

// replica is one copy, with a Lamport clock.
type replica struct {
	clock  int64
	values map[history.Value]stamped
}

// stamped is a value with its timestamp; of two with the same time, that of the replica with the greater number wins.
type stamped struct {
	time    int64
	replica int
	value   history.Value
}

func (a stamped) before(b stamped) bool {
	return a.time < b.time || a.time == b.time && a.replica < b.replica
}

func (l *lww) handle(_ string, request history.Value, draw rng.Value) []byte {
	c, answer := commandOf(request)
	if answer != nil {
		return answer
	}
	n := uint64(len(l.replicas))
	from, to := draw.N(n), draw.Next().N(n)
	l.replicas[to].merge(&l.replicas[from])
	at := int(draw.Next().Next().N(n))
	r := &l.replicas[at]
	held, there := r.values[c.key]
	written, writes, answer := c.apply(held.value, there)
	if writes {
		r.clock++
		r.put(c.key, stamped{r.clock, at, written})
	}
	return answer
}

// merge takes over what another replica has, where it is newer.
func (r *replica) merge(other *replica) {
	r.clock = max(r.clock, other.clock)
	for _, key := range slices.SortedFunc(maps.Keys(other.values), history.Value.Compare) {
		theirs := other.values[key]
		if mine, there := r.values[key]; !there || mine.before(theirs) {
			r.put(key, theirs)
		}
	}
}

func (r *replica) put(key history.Value, v stamped) {
	if r.values == nil {
		r.values = map[history.Value]stamped{}
	}
	r.values[key] = v
}

func (l *lww) String() string {
	most := 0
	for i := range l.replicas {
		most = max(most, len(l.replicas[i].values))
	}
	return keys(most)
}
