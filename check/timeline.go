package check

import "slices"

// A moment is the call or the return of an operation.
type moment struct {
	at  int   // event index
	op  int32 // position in the problem's operations
	ret bool
}

// timeline returns the calls and returns of a problem in order of time. Open
// operations have no return.
func (p *problem) timeline() []moment {
	rets := make([]moment, 0, len(p.ops))
	for i := range p.ops {
		if o := &p.ops[i]; !o.open() {
			rets = append(rets, moment{o.ret, int32(i), true})
		}
	}
	slices.SortFunc(rets, func(a, b moment) int { return a.at - b.at })
	all := make([]moment, 0, len(p.ops)+len(rets))
	for i := range p.ops {
		for len(rets) > 0 && rets[0].at < p.ops[i].call {
			all = append(all, rets[0])
			rets = rets[1:]
		}
		all = append(all, moment{p.ops[i].call, int32(i), false})
	}
	return append(all, rets...)
}
