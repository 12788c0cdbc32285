package check

import (
	"cmp"
	"math"
	"slices"

	"simrun/check/rules"
	"simrun/history"
)

// dense numbers the values of a history from 0. While a history is read, operations
// hold the positions of notes; [dense.number] replaces these by the numbers of values.
type dense struct {
	ints   []int64         // the noted values, while all are integers or null
	values []history.Value // the noted values, once one is something else
}

// noInt represents null among integers.
const noInt = math.MinInt64

func newDense(capacity int) *dense { return &dense{ints: make([]int64, 0, capacity)} }

// add notes a value and returns the position of its note.
func (d *dense) add(v history.Value) int32 {
	if d.values == nil {
		n, isInt := v.AsInt()
		if isInt && n != noInt {
			d.ints = append(d.ints, n)
			return int32(len(d.ints) - 1)
		}
		if v.IsNull() {
			d.ints = append(d.ints, noInt)
			return int32(len(d.ints) - 1)
		}
		d.widen()
	}
	d.values = append(d.values, v)
	return int32(len(d.values) - 1)
}

// widen changes the notes from integers to values.
func (d *dense) widen() {
	d.values = make([]history.Value, len(d.ints), cap(d.ints)+1)
	for i, n := range d.ints {
		if n != noInt {
			d.values[i] = history.Int(n)
		}
	}
	d.ints = nil
}

// number replaces the notes in a history by the numbers of their values: ascending if
// the rule ranks values, else in any order. It reports false if it can't rank a value.
func (d *dense) number(h *ruled, m *Rule) bool {
	nullIsNone := m.Initial == nil
	var numbers []int32
	ok := false
	if d.values == nil {
		numbers, ok = d.byRange(nullIsNone)
	}
	if !ok {
		if d.values == nil {
			d.widen()
		}
		if numbers, ok = d.byMap(nullIsNone, m.Ranked); !ok {
			return false
		}
	}
	for i := range h.ops {
		o := &h.ops[i]
		o.Value = numbers[o.Value]
		if o.From != rules.None {
			o.From = numbers[o.From]
		}
	}
	if m.Initial != nil {
		h.initial = numbers[h.initial]
	}
	return true
}

// byRange numbers integers within a small range, in ascending order, and null after
// them. It reports false if the range is too large.
func (d *dense) byRange(nullIsNone bool) ([]int32, bool) {
	lo, hi := int64(math.MaxInt64), int64(noInt)
	for _, n := range d.ints {
		if n != noInt {
			lo, hi = min(lo, n), max(hi, n)
		}
	}
	if hi == noInt {
		lo, hi = 0, 0
	}
	if uint64(hi)-uint64(lo) > uint64(4*len(d.ints)) {
		return nil, false
	}
	number := make([]int32, hi-lo+2) // the last is for null
	slot := func(n int64) int64 {
		if n == noInt {
			return hi - lo + 1
		}
		return n - lo
	}
	for _, n := range d.ints {
		number[slot(n)] = 1
	}
	next := int32(0)
	for k := range number {
		if number[k] != 0 {
			number[k] = next
			next++
		}
	}
	if nullIsNone {
		number[slot(noInt)] = rules.None
	}
	numbers := make([]int32, len(d.ints))
	for i, n := range d.ints {
		numbers[i] = number[slot(n)]
	}
	return numbers, true
}

// byMap numbers values of any kind. It reports false if it has to rank one that is not an integer.
func (d *dense) byMap(nullIsNone, ranked bool) ([]int32, bool) {
	number := make(map[history.Value]int32)
	var distinct []history.Value
	for _, v := range d.values {
		if _, seen := number[v]; seen || nullIsNone && v.IsNull() {
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
		numbers[i] = rules.None
		if !nullIsNone || !v.IsNull() {
			numbers[i] = number[v]
		}
	}
	return numbers, true
}
