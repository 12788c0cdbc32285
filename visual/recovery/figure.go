// Package recovery draws how systems come back from faults: the goodput over time, of many seeds, and the figures of it.
package recovery

import (
	"fmt"
	"time"

	"simrun/internal/count"
	"simrun/trial/recovery"
)

// Time says a time to people: its median, and the 95th percentile behind it.
func Time(q recovery.Quantiles) string {
	if seconds(q.P50) == seconds(q.P95) {
		return seconds(q.P50)
	}
	return fmt.Sprintf("%s (95 %%: %s)", seconds(q.P50), seconds(q.P95))
}

// Number says a number of operations to people: its median, and the 95th percentile behind it.
func Number(q recovery.Quantiles) string {
	if whole(q.P50) == whole(q.P95) {
		return whole(q.P50)
	}
	return fmt.Sprintf("%s (95 %%: %s)", whole(q.P50), whole(q.P95))
}

func seconds(f recovery.Figure) string {
	switch d := time.Duration(f); {
	case f.Never():
		return "never"
	case d == 0:
		return "0"
	case d < time.Second:
		return fmt.Sprintf("%d ms", (d + time.Millisecond/2).Milliseconds())
	default:
		return fmt.Sprintf("%.1f s", d.Seconds())
	}
}

func whole(f recovery.Figure) string { return count.Grouped(int64(f + 0.5)) }
