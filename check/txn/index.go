package txn

import "slices"

// index finds the write of a value of one key. Most clients count their values up, so that these come in their order and need no map.
type index struct {
	values []int64 // ascending
	writes []int32 // of each
	others map[int64]int32
}

func (x *index) find(value int64) (write int32, ok bool) {
	if at, found := slices.BinarySearch(x.values, value); found {
		return x.writes[at], true
	}
	write, ok = x.others[value]
	return write, ok
}

// put makes a write the one of its value, also if another was before.
func (x *index) put(value int64, write int32) {
	switch n := len(x.values); {
	case n == 0 || x.values[n-1] < value:
		x.values, x.writes = append(x.values, value), append(x.writes, write)
		return
	default:
		if at, found := slices.BinarySearch(x.values, value); found {
			x.writes[at] = write
			return
		}
	}
	if x.others == nil {
		x.others = map[int64]int32{}
	}
	x.others[value] = write
}
