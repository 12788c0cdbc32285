package weaker

import (
	"cmp"
	"slices"

	"simrun/check/rules"
	zones "simrun/check/rules/register"
	"simrun/history"
)

// check decides the history as if every read had begun earlier by the given time.
func (h *shifted) check(earlier history.Time) rules.Result {
	type place struct {
		moment
		op  int32
		ret bool
	}
	places := make([]place, 0, 2*len(h.ops))
	for i := range h.ops {
		call := h.calls[i]
		if h.read[i] && earlier > 0 {
			// Before all other events at that time, since it may be concurrent with them.
			call = moment{call.time - earlier, -1}
		}
		places = append(places, place{call, int32(i), false})
		if h.rets[i].time != history.Never {
			places = append(places, place{h.rets[i], int32(i), true})
		}
	}
	slices.SortStableFunc(places, func(a, b place) int {
		return cmp.Or(cmp.Compare(a.time, b.time), cmp.Compare(a.index, b.index))
	})
	ops := slices.Clone(h.ops)
	for i := range ops {
		ops[i].Ret = rules.Never
	}
	for at, p := range places {
		if p.ret {
			ops[p.op].Ret = int32(at)
		} else {
			ops[p.op].Call = int32(at)
		}
	}
	return zones.Check(ops, 0)
}
