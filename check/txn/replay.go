package txn

import (
	"fmt"
	"slices"

	"simrun/history"
)

// Replay runs a schedule against plain maps, and returns an error unless each transaction that committed sees what it says that it saw. A transaction
// reads at its start, or at its commit if it has no other start, and writes at its commit; nothing that it writes is written by others in between. The order
// of sessions or of time is kept as the level demands. It knows nothing of graphs.
func Replay(events []history.Event, schedule []Point, l Level) error {
	ops, err := history.Pair(events)
	if err != nil {
		return err
	}
	at := map[int]int{}
	for i := range ops {
		at[ops[i].Invoke] = i
	}
	r := &replay{ops: ops, values: map[string]history.Value{}, changed: map[string]int{}, began: map[int]int{}, seen: map[int]map[string]history.Value{}, done: map[int]bool{}}
	for now, p := range schedule {
		i, ok := at[p.Transaction]
		if !ok {
			return fmt.Errorf("event %d does not begin a transaction", p.Transaction)
		}
		if err := r.point(now, i, p.Start); err != nil {
			return err
		}
	}
	if err := r.complete(); err != nil {
		return err
	}
	return r.keeps(schedule, at, l.order())
}

type replay struct {
	ops     []history.Operation
	values  map[string]history.Value
	changed map[string]int                   // by key: when it was written last
	began   map[int]int                      // by transaction: when it started
	seen    map[int]map[string]history.Value // by transaction: its snapshot
	done    map[int]bool
}

func (r *replay) point(now, i int, start bool) error {
	if _, began := r.began[i]; start || !began {
		r.began[i], r.seen[i] = now, r.snapshot(i)
	}
	if start {
		return nil
	}
	if r.done[i] || r.ops[i].Outcome == history.Fail {
		return fmt.Errorf("%s can't commit", name(int32(i)))
	}
	r.done[i] = true
	return r.commit(now, i)
}

// snapshot returns the values of the keys that a transaction touches.
func (r *replay) snapshot(i int) map[string]history.Value {
	s := map[string]history.Value{}
	for _, m := range r.steps(i) {
		if v, ok := r.values[m.key]; ok {
			s[m.key] = v
		}
	}
	return s
}

type replayStep struct {
	what, key string
	value     history.Value
}

func (r *replay) steps(i int) []replayStep {
	v := r.ops[i].Input
	if r.ops[i].Outcome == history.OK {
		v = r.ops[i].Output
	}
	list, _ := v.AsList()
	var all []replayStep
	for _, e := range list {
		parts, _ := e.AsList()
		what, _ := parts[0].AsString()
		all = append(all, replayStep{what, parts[1].String(), parts[2]})
	}
	return all
}

func (r *replay) commit(now, i int) error {
	values := r.seen[i]
	delete(r.seen, i)
	wrote := map[string]bool{}
	for _, m := range r.steps(i) {
		got, there := values[m.key]
		switch {
		case m.what == "append":
			elements, _ := got.AsList()
			values[m.key] = history.List(append(elements, m.value)...)
		case m.what == "w", m.what == "write":
			values[m.key] = m.value
		case r.ops[i].Outcome != history.OK:
			continue
		case !there && (m.value.IsNull() || m.value == history.List()), there && got == m.value:
			continue
		default:
			return fmt.Errorf("%s read %s = %v where the schedule has %v", name(int32(i)), m.key, m.value, got)
		}
		wrote[m.key] = true
	}
	for _, m := range r.steps(i) {
		if !wrote[m.key] {
			continue
		}
		if at, ok := r.changed[m.key]; ok && at > r.began[i] && at != now {
			return fmt.Errorf("%s writes %s, which another wrote since it started", name(int32(i)), m.key)
		}
		r.values[m.key], r.changed[m.key] = values[m.key], now
	}
	return nil
}

// complete reports a committed transaction that has no place.
func (r *replay) complete() error {
	for i := range r.ops {
		if r.ops[i].Outcome == history.OK && !r.done[i] {
			return fmt.Errorf("%s is not in the schedule", name(int32(i)))
		}
	}
	return nil
}

// keeps reports a transaction that starts before another has committed which came first in its process, or in time.
func (r *replay) keeps(schedule []Point, at map[int]int, o order) error {
	if o == anyOrder {
		return nil
	}
	first := map[history.Process]int{} // by process: the earliest completion among the transactions that commit later
	of := func(i int) history.Process {
		if o == realTime {
			return 0
		}
		return r.ops[i].Process
	}
	for _, p := range slices.Backward(schedule) {
		i := at[p.Transaction]
		if !p.Start && r.ops[i].Complete >= 0 {
			if before, ok := first[of(i)]; !ok || r.ops[i].Complete < before {
				first[of(i)] = r.ops[i].Complete
			}
		}
		if before, ok := first[of(i)]; ok && before < r.ops[i].Invoke {
			return fmt.Errorf("%s starts before what was done at event %d", name(int32(i)), before)
		}
	}
	return nil
}
