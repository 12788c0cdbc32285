package redlock

import (
	"fmt"
	"maps"
	"slices"

	"simrun/models/wire"
	"simrun/sim"
	"simrun/sim/blocking"
)

// resource is what the locks guard. It tells nobody what is not on its disk.
type resource struct{ counters table[counter] }

// counter is a value, and the tokens under which it was used. Both are 0 if holders have no tokens.
type counter struct {
	Value  int64
	Seen   uint64 // the greatest
	Stored uint64 // that of the last store
}

// guard is the code of the resource.
func guard(p *blocking.Proc) {
	r := &resource{}
	p.Describe(r.state)
	if !r.counters.open(p) {
		return
	}
	for {
		m, _ := p.Receive(blocking.Forever)
		p.Go(func(p *blocking.Proc) { r.serve(p, m) })
	}
}

func (r *resource) serve(p *blocking.Proc, m blocking.Message) {
	kind := wire.Kind(m.Payload)
	q, ok := decode(m.Payload, kind)
	if !ok {
		return
	}
	c := r.counters.Rows[q.Key]
	answer := byte(kindValue)
	switch kind {
	case kindRead:
	case kindLoad, kindStore:
		if q.Token < c.Seen {
			p.Report(refused{q.Key, q.Token, c.Seen})
			p.Sometimes(markFenced)
			answer = kindFenced
			break
		}
		c = r.accept(p, kind, q)
	default:
		return
	}
	r.counters.settle(p) // a refusal holds as well: whoever is told of it may rely on no copy of the store being taken later
	p.Reply(m.Caller, message{Key: q.Key, Token: c.Stored, Value: c.Value}.append(answer))
}

// accept notes the token of a load or a store, does a store, and returns what the counter is now.
func (r *resource) accept(p *blocking.Proc, kind byte, q message) counter {
	before := r.counters.Rows[q.Key]
	c := before
	if kind == kindStore {
		c = counter{Value: q.Value, Seen: q.Token, Stored: q.Token}
	} else if !p.Bug(bugLoadsUnseen) {
		c.Seen = q.Token
	}
	p.Report(accepted{q.Key, q.Token, kind == kindStore})
	if c != before {
		r.counters.set(p, q.Key, c)
	}
	return c
}

// state describes the resource to people.
func (r *resource) state() sim.State {
	state := sim.State{Role: roleResource}
	for _, key := range slices.Sorted(maps.Keys(r.counters.Rows)) {
		c := r.counters.Rows[key]
		state.Detail = append(state.Detail, sim.Field{Name: key, Value: fmt.Sprintf("%d, token %d", c.Value, c.Seen)})
	}
	return state
}
