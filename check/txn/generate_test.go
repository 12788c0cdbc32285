package txn

import (
	"math/rand/v2"

	"simrun/history"
)

// workload draws the history of a database that is serializable in real time, or keeps snapshot isolation alone: clients run transactions of 1 to
// 8 micro-operations on keys that are given up after 100 writes, as Elle's generator does.
type workload struct {
	txns, clients int
	lists         bool
	snapshots     bool // reads come from the moment when a transaction starts; the first that commits a write wins
	skew          int  // one in so many transactions reads what was there before; 0: none
	seed          uint64
}

type client struct {
	process int
	steps   [][3]history.Value
	seen    map[int]history.Value
	began   int
	busy    bool
}

func (w workload) events() []history.Event {
	r := rand.New(rand.NewPCG(w.seed, 7))
	events := make([]history.Event, 0, 2*w.txns)
	add := func(p int, kind history.Type, v history.Value) {
		events = append(events, history.Event{Index: len(events), Time: history.Time(len(events)) * 1000, Process: history.Process(p), Type: kind, F: "txn", Value: v})
	}
	values, writes, changed, oldest := map[int][]history.Value{}, map[int]int{}, map[int]int{}, 0
	last := map[int][]history.Value{}
	clients := make([]client, w.clients)
	next := int64(0)
	read := func(k int, v []history.Value) history.Value {
		switch {
		case w.lists:
			return history.List(v...)
		case len(v) == 0:
			return history.Null
		}
		return v[len(v)-1]
	}
	for done := 0; done < w.txns; {
		c := &clients[r.IntN(w.clients)]
		if !c.busy {
			*c = client{process: c.process, busy: true, began: len(events), seen: map[int]history.Value{}}
			if c.process == 0 {
				c.process = 1 + int(next)%1_000_000 + len(events)
			}
			for range 1 + r.IntN(8) {
				k := oldest + r.IntN(10)
				if r.IntN(2) == 0 {
					c.steps = append(c.steps, [3]history.Value{history.String("r"), history.Int(int64(k)), history.Null})
				} else {
					next++
					what := "w"
					if w.lists {
						what = "append"
					}
					c.steps = append(c.steps, [3]history.Value{history.String(what), history.Int(int64(k)), history.Int(next)})
					if writes[k]++; writes[k] > 100 && k == oldest {
						oldest++
					}
				}
			}
			var input []history.Value
			for _, s := range c.steps {
				input = append(input, history.List(s[:]...))
				if k, _ := s[1].AsInt(); w.snapshots {
					c.seen[int(k)] = history.List(values[int(k)]...)
				}
			}
			add(c.process, history.Invoke, history.List(input...))
			continue
		}
		c.busy = false
		done++
		var output []history.Value
		own := map[int][]history.Value{}
		stale := w.skew > 0 && r.IntN(w.skew) == 0
		conflict := false
		for i, s := range c.steps {
			k64, _ := s[1].AsInt()
			k := int(k64)
			now, ok := own[k]
			if !ok {
				switch {
				case w.snapshots:
					now, _ = c.seen[k].AsList()
				case stale && len(last[k]) > 0:
					now = last[k]
				default:
					now = values[k]
				}
			}
			if what, _ := s[0].AsString(); what == "r" {
				s[2] = read(k, now)
			} else {
				conflict = conflict || w.snapshots && changed[k] > c.began
				own[k] = append(now[:len(now):len(now)], s[2])
			}
			c.steps[i] = s
			output = append(output, history.List(s[:]...))
		}
		if conflict || stale && len(own) > 0 {
			var input []history.Value
			for _, s := range c.steps {
				if what, _ := s[0].AsString(); what == "r" {
					s[2] = history.Null
				}
				input = append(input, history.List(s[:]...))
			}
			add(c.process, history.Fail, history.List(input...))
			continue
		}
		for k, v := range own {
			last[k], values[k], changed[k] = values[k], v, len(events)
		}
		add(c.process, history.OK, history.List(output...))
	}
	return events
}
