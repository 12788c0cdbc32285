package history

import "slices"

// Begin puts operations that completed before a history, for objects that did not begin as
// their specification does. They belong to a process of their own, "init".
func (r *Reading) Begin(before []Operation) {
	events, p := Began(r.Events, before)
	r.name(p, "init")
	r.Events = events
	r.lines = append(make([]int32, 2*len(before)), r.lines...)
}

// Began returns a history with operations before it, which completed, and the process that
// they belong to: the one after those of the history.
func Began(events []Event, before []Operation) ([]Event, Process) {
	p := Process(0)
	for i := range events {
		p = max(p, events[i].Process+1)
	}
	at := Time(0)
	if len(events) > 0 {
		at = events[0].Time
	}
	all := make([]Event, 0, 2*len(before)+len(events))
	for _, op := range before {
		call := Event{Index: len(all), Time: at, Process: p, Type: Invoke, F: op.F, Key: op.Key, Value: op.Input}
		all = append(all, call)
		call.Index, call.Type, call.Value = len(all), OK, op.Output
		all = append(all, call)
	}
	all = append(all, events...)
	for i := range all[2*len(before):] {
		all[2*len(before)+i].Index = 2*len(before) + i
	}
	return slices.Clip(all), p
}
