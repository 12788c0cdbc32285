package specs

import (
	"simrun/check"
	"simrun/history"
)

// projectElements is the projection of an object whose operations name one element each, except for a read of all, which returns a list.
func projectElements(op history.Operation) check.Projection {
	if op.F != "read" {
		return check.Projection{Values: []history.Value{op.Input}}
	}
	seen, _ := op.Output.AsList()
	at := make(map[history.Value][]int, len(seen))
	for i, v := range seen {
		at[v] = append(at[v], i)
	}
	return check.Projection{Values: seen, All: true, To: func(values ...history.Value) history.Operation {
		if op.Outcome != history.OK {
			return op
		}
		var left []history.Value // for two values: their positions merged in order
		if len(values) == 2 {
			a, b := at[values[0]], at[values[1]]
			for len(a) > 0 || len(b) > 0 {
				if len(b) == 0 || len(a) > 0 && a[0] < b[0] {
					left, a = append(left, values[0]), a[1:]
				} else {
					left, b = append(left, values[1]), b[1:]
				}
			}
		} else {
			for _, v := range values {
				for range at[v] {
					left = append(left, v)
				}
			}
		}
		small := op
		small.Output = history.List(left...)
		return small
	}}
}

// projectKeys is the projection of transactions to some of their keys.
func projectKeys(op history.Operation) check.Projection {
	var keys []history.Value
	steps := make(map[history.Value][2][]history.Value) // by key: of the input and of the output
	for side, list := range [2]history.Value{op.Input, op.Output} {
		all, _ := list.AsList()
		for _, step := range all {
			_, key, _, ok := microOperation(step)
			if !ok {
				continue
			}
			k := history.String(key)
			s, known := steps[k]
			if !known {
				keys = append(keys, k)
			}
			s[side] = append(s[side], step)
			steps[k] = s
		}
	}
	return check.Projection{Values: keys, To: func(values ...history.Value) history.Operation {
		small := op
		var in, out []history.Value
		for _, v := range values {
			in, out = append(in, steps[v][0]...), append(out, steps[v][1]...)
		}
		small.Input = history.List(in...)
		if !op.Output.IsNull() {
			small.Output = history.List(out...)
		}
		return small
	}}
}
