package weaker

import (
	"cmp"
	"fmt"
	"slices"

	"simrun/check"
	"simrun/history"
)

// Age says how stale one read was for certain: what it returned had been replaced before it began.
type Age struct {
	Read     int          // index of its invocation
	Versions int          // writes that came after the one that it returned, and had completed before it began; 0: it was fresh, as far as is known
	Time     history.Time // from when the first of them completed until the read began
}

// Ages tells how stale each completed read of a history of registers was, in the order of their invocations, where [Staleness] has one bound for all. The specification
// must be register, cas-register or kv. A write came after another if it was invoked when that had completed, or when a read of it had. Reads of
// values that several operations wrote are left out. Each age is a lower bound: no read is older than Stale.Time and Stale.Versions allow.
func Ages(spec check.Spec, events []history.Event) ([]Age, error) {
	l, err := languageOf(spec)
	if err != nil || spec.Name() == "multi-register" {
		return nil, fmt.Errorf("expected the specification register, cas-register or kv, got %s: its reads are not of one version each", spec.Name())
	}
	ops, err := check.Explainable(spec, events)
	if err != nil {
		return nil, err
	}
	var ages []Age
	_, parts := byKey(ops)
	for _, part := range parts {
		ages = append(ages, agesOf(part, l)...)
	}
	slices.SortFunc(ages, func(a, b Age) int { return cmp.Compare(a.Read, b.Read) })
	return ages, nil
}

// agesOf tells the ages of the reads of one register.
func agesOf(ops []history.Operation, l language) (ages []Age) {
	written := map[history.Value]history.Time{history.Null: -1} // when the write of a value had certainly taken effect
	unclear := map[history.Value]bool{}
	var reads, writes []*history.Operation
	value := map[int]history.Value{} // of reads, by invocation
	for i := range ops {
		op := &ops[i]
		all, _ := l(op)
		if len(all) == 0 {
			continue
		}
		last := all[len(all)-1]
		switch {
		case !last.write:
			reads, value[op.Invoke] = append(reads, op), last.value
			continue
		case op.Outcome == history.OK:
			writes = append(writes, op)
		}
		_, again := written[last.value]
		unclear[last.value] = unclear[last.value] || again
		if written[last.value] = history.Never; op.Outcome == history.OK {
			written[last.value] = op.Return
		}
	}
	for _, r := range reads {
		if done, known := written[value[r.Invoke]]; known {
			written[value[r.Invoke]] = min(done, r.Return)
		}
	}
	slices.SortFunc(writes, func(a, b *history.Operation) int { return cmp.Compare(a.Return, b.Return) })
	for _, r := range reads {
		since, known := written[value[r.Invoke]]
		if !known || unclear[value[r.Invoke]] {
			continue
		}
		age := Age{Read: r.Invoke}
		before, _ := slices.BinarySearchFunc(writes, r.Call, func(w *history.Operation, t history.Time) int { return cmp.Compare(w.Return, t) })
		for _, w := range slices.Backward(writes[:before]) {
			if w.Return <= since {
				break
			}
			if w.Call > since {
				age.Versions++
				age.Time = r.Call - w.Return
			}
		}
		ages = append(ages, age)
	}
	return ages
}
