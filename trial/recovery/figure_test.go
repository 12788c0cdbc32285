package recovery

import (
	"math"
	"testing"
	"time"

	"simrun/history"
	"simrun/sim"
)

// The quantiles of lists whose quantiles are known: a time that never came is greater than all others.
func TestQuantiles(t *testing.T) {
	never := math.Inf(1)
	list := func(n, nevers int) (l []float64) {
		for i := range n {
			l = append(l, float64((i*7)%n)) // 0 to n-1, in another order
		}
		for i := range nevers {
			l[(n-1-i)*3%n] = never
		}
		return l
	}
	for _, c := range []struct {
		name          string
		list          []float64
		p50, p95, max float64
	}{
		{"one", []float64{3}, 3, 3, 3},
		{"101 numbers", list(101, 0), 50, 95, 100},
		{"all never", []float64{never, never, never}, never, never, never},
		{"most never", []float64{never, 1, never, 2, never}, never, never, never},
		{"one of three never", []float64{never, 1, 2}, 2, never, never},
	} {
		if q := quantiles(c.list); float64(q.P50) != c.p50 || float64(q.P95) != c.p95 || float64(q.Max) != c.max {
			t.Errorf("%s: %v", c.name, q)
		}
	}
}

// A run that got no answer in a second before the fault has nothing to come back to, and says so.
func TestSilentBeforeTheFault(t *testing.T) {
	var late []history.Event
	for at := Onset; at < end; at += Bucket {
		late = append(late, history.Event{Time: at, Process: 1, Type: history.Invoke, F: "read"}, history.Event{Time: at + sim.Time(time.Millisecond), Process: 1, Type: history.OK, F: "read"})
	}
	c := CourseOf(late)
	if !c.Silent || c.Back != Never || c.Before != 0 || c.First != sim.Time(time.Millisecond) {
		t.Errorf("%+v", c)
	}
	r := Row{Seeds: 1}
	if r.count(&seen{fired: true, course: c}) || r.Fired != 1 || r.Silent != 1 {
		t.Errorf("the course counts: %+v", r)
	}
}
