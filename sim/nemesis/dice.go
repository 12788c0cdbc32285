package nemesis

import (
	"time"

	"simrun/sim/fault"
	"simrun/sim/rng"
)

// dice is a stream of decisions.
type dice struct{ v rng.Value }

// n draws an integer in [0, n).
func (d *dice) n(n int) int {
	d.v = d.v.Next()
	return int(d.v.N(uint64(n)))
}

// between draws an integer in [lo, hi].
func (d *dice) between(lo, hi int) int { return lo + d.n(hi-lo+1) }

// percent is true so often.
func (d *dice) percent(p uint64) bool {
	d.v = d.v.Next()
	return d.v.Chance(p, 100)
}

// time draws a duration in [lo, hi], in steps of a millisecond if lo is at least
// that long, so that a person can read the plan.
func (d *dice) time(lo, hi time.Duration) time.Duration {
	unit := time.Millisecond
	if lo < unit {
		unit = 10 * time.Microsecond
	}
	return (lo + time.Duration(d.n(int(max(0, hi-lo)/unit)+1))*unit).Truncate(unit)
}

// pick draws one of a list.
func pick[T any](d *dice, list ...T) T { return list[d.n(len(list))] }

// shuffled returns n1 to nN in an order that is drawn.
func (d *dice) shuffled(n int) []fault.Node {
	list := fault.All(n).List()
	for i := len(list) - 1; i > 0; i-- {
		j := d.n(i + 1)
		list[i], list[j] = list[j], list[i]
	}
	return list
}
