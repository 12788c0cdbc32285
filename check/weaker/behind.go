package weaker

import (
	"fmt"

	"simrun/check"
	"simrun/history"
)

// recent are the latest values of a register, the newest first; unused places are null.
type recent struct {
	values [maxVersions]history.Value
	n      int
}

func (r recent) with(v history.Value, k int) recent {
	copy(r.values[1:k], r.values[:k-1])
	r.values[0] = v
	r.n = min(r.n+1, k)
	return r
}

// behind is a register whose reads return one of its k latest values.
func behind(spec check.Spec, l language, k int) check.Spec {
	start := recent{n: 1}
	return check.Define(check.Object[recent]{
		Name: fmt.Sprintf("%s, up to %d versions behind", spec.Name(), k-1),
		Init: start,
		Step: func(r recent, op history.Operation) (recent, bool) {
			all, _ := l(&op)
			for i, a := range all {
				switch {
				case a.write:
					r = r.with(a.value, k)
				case i+1 < len(all): // of a compare-and-set
					if r.values[0] != a.value {
						return r, false
					}
				case !r.has(a.value):
					return r, false
				}
			}
			return r, true
		},
		Observes:          func(op history.Operation) bool { return check.TookEffect(spec, op) },
		DescribeOperation: func(op history.Operation) string { return check.Describe(spec, op) },
	})
}

func (r recent) has(v history.Value) bool {
	for _, old := range r.values[:r.n] {
		if old == v {
			return true
		}
	}
	return false
}

// versionsBehind tries k from one on.
func versionsBehind(spec check.Spec, l language, events []history.Event, ops []history.Operation, budget int64, opts Options) (Bound, error) {
	for i := range ops {
		if _, ok := l(&ops[i]); !ok {
			return Bound{Outcome: check.Unknown, Reason: opts.says(spec, &ops[i]) + " tells no version", Key: ops[i].Key}, nil
		}
	}
	b := Bound{Outcome: check.Unknown, Reason: fmt.Sprintf("more than %d versions", maxVersions)}
	for k := 1; k <= maxVersions; k++ {
		v, err := check.Linearizable(behind(spec, l, k), events, check.Options{Budget: budget, Who: opts.Who})
		switch {
		case err != nil:
			return b, err
		case v.Outcome == check.Valid:
			b.Outcome, b.Least = check.Valid, int64(k)
			if k == 1 {
				b.Reason = ""
			}
			return b, nil
		case v.Outcome == check.Unknown:
			b.Reason = fmt.Sprintf("%d versions or more: %s", k, v.Reason)
			return b, nil
		}
		b.Key, b.Core, b.Reason = v.Key, v.Core, v.Reason
	}
	b.Reason = fmt.Sprintf("more than %d versions: %s", maxVersions, b.Reason)
	return b, nil
}
