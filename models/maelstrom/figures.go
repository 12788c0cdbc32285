package maelstrom

import (
	"cmp"
	"maps"
	"slices"

	"simrun/check"
	"simrun/check/accounts"
	"simrun/check/weaker"
	"simrun/history"
	"simrun/sim"
)

// figures are those that Maelstrom gives of a run: how many operations succeeded, messages for each operation, how long operations took, and of broadcasts and sets how long it took
// until all reads showed an element. As in Maelstrom, what nodes are asked when they start counts among the messages of clients.
func figures(r *sim.Result) []accounts.Figure {
	ops, err := history.Pair(r.History)
	if err != nil || len(ops) == 0 {
		return nil
	}
	took := map[string][]history.Time{}
	succeeded := 0
	for i := range ops {
		if op := &ops[i]; op.Outcome == history.OK {
			succeeded++
			took[op.F] = append(took[op.F], op.Return-op.Call)
		}
	}
	list := []accounts.Figure{
		{Name: "availability", Count: succeeded, Of: len(ops)},
		{Name: "messages between servers, per operation", Count: r.Activity.Messages, Of: len(ops)},
		{Name: "messages per operation", Count: r.Activity.Messages + r.Activity.Asked, Of: len(ops)},
	}
	for _, f := range slices.Sorted(maps.Keys(took)) {
		slices.SortFunc(took[f], cmp.Compare[history.Time])
		latency := weaker.LatencyOf(took[f])
		list = append(list, accounts.Figure{Name: "latency of " + f, Count: len(took[f]), Latency: &latency})
	}
	return append(list, elements(r)...)
}

// elements tells what became of each element that was broadcast or added: stable, stale, lost.
func elements(r *sim.Result) []accounts.Figure {
	if w := r.Case.Workload.Name; w != "broadcast" && w != "g-set" {
		return nil
	}
	events := slices.Clone(r.History)
	for i := range events {
		switch e := &events[i]; e.F {
		case "broadcast":
			e.F = "add"
		case opFinal:
			e.F = "read"
		}
	}
	report, err := accounts.SetFull.Check(events, check.Options{AllowEmpty: true})
	if err != nil {
		return nil
	}
	return slices.DeleteFunc(report.Figures, func(f accounts.Figure) bool { return f.Name == "acknowledged" }) // which the verdict has
}
