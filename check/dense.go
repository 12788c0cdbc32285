package check

import (
	"cmp"
	"slices"

	"simrun/check/monitor"
	"simrun/history"
)

// dense numbers the values of a history from 0. While it reads, a value is known
// by its position of first mention, which [dense.number] turns into its number.
type dense struct {
	values []history.Value
}

func newDense(capacity int) *dense { return &dense{values: make([]history.Value, 0, capacity)} }

// add notes a value and returns the position of the note.
func (d *dense) add(v history.Value) int32 {
	d.values = append(d.values, v)
	return int32(len(d.values) - 1)
}

// number replaces the notes in a history by numbers: by size if the monitor
// ranks values, else in any order. It reports false if a value can't be ranked.
func (d *dense) number(h *monitored, m *Monitor) bool {
	isNone := func(v history.Value) bool { return m.Initial == nil && v.IsNull() }
	numbers, ok := d.byRange(isNone)
	if !ok {
		if numbers, ok = d.byMap(isNone, m.Ranked); !ok {
			return false
		}
	}
	for i := range h.ops {
		h.ops[i].Value = numbers[h.ops[i].Value]
		h.ops[i].From = numbers[h.ops[i].From]
	}
	if m.Initial != nil {
		h.initial = numbers[h.initial]
	}
	return true
}

// byRange numbers integers that lie close together, in ascending order, and null after them.
func (d *dense) byRange(isNone func(history.Value) bool) ([]int32, bool) {
	lo, hi, any := int64(0), int64(0), false
	for i := range d.values {
		n, isInt := d.values[i].AsInt()
		switch {
		case isInt && !any:
			lo, hi, any = n, n, true
		case isInt:
			lo, hi = min(lo, n), max(hi, n)
		case !d.values[i].IsNull():
			return nil, false
		}
	}
	if span := uint64(hi) - uint64(lo); span > uint64(4*len(d.values)) {
		return nil, false
	}
	number := make([]int32, hi-lo+2) // the last is null's
	for i := range d.values {
		number[d.slot(i, lo, hi)] = 1
	}
	next := int32(0)
	for k := range number {
		if number[k] != 0 {
			number[k] = next
			next++
		}
	}
	numbers := make([]int32, len(d.values))
	for i := range d.values {
		numbers[i] = number[d.slot(i, lo, hi)]
		if isNone(d.values[i]) {
			numbers[i] = monitor.None
		}
	}
	return numbers, true
}

func (d *dense) slot(i int, lo, hi int64) int64 {
	if n, isInt := d.values[i].AsInt(); isInt {
		return n - lo
	}
	return hi - lo + 1
}

// byMap numbers any values.
func (d *dense) byMap(isNone func(history.Value) bool, ranked bool) ([]int32, bool) {
	number := make(map[history.Value]int32)
	var distinct []history.Value
	for _, v := range d.values {
		if _, seen := number[v]; seen || isNone(v) {
			continue
		}
		if _, isInt := v.AsInt(); ranked && !isInt {
			return nil, false
		}
		number[v] = int32(len(distinct))
		distinct = append(distinct, v)
	}
	if ranked {
		slices.SortFunc(distinct, func(a, b history.Value) int {
			n, _ := a.AsInt()
			m, _ := b.AsInt()
			return cmp.Compare(n, m)
		})
		for i, v := range distinct {
			number[v] = int32(i)
		}
	}
	numbers := make([]int32, len(d.values))
	for i, v := range d.values {
		numbers[i] = monitor.None
		if !isNone(v) {
			numbers[i] = number[v]
		}
	}
	return numbers, true
}
