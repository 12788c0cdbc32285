package sim

import "testing"

// A trace of a long run keeps its end, or what is around the first violation.
func TestTraceIsBounded(t *testing.T) {
	for _, c := range []struct {
		name                       string
		trace                      Trace
		violation                  uint64 // the record that says so; 0: none
		first, last, before, after uint64
	}{
		{"short", Trace{most: 1000}, 0, 1, 500, 0, 0},
		{"long", Trace{most: 100}, 0, 301, 500, 300, 0},
		{"a violation late", Trace{most: 100}, 450, 301, 500, 300, 0},
		{"a violation early", Trace{most: 100}, 50, 1, 200, 0, 300},
		{"a violation in the middle", Trace{most: 100}, 250, 101, 300, 100, 200},
		{"a window", Trace{most: 100, window: true, from: 200}, 50, 201, 400, 200, 100},
	} {
		for n := uint64(1); n <= 500; n++ {
			r := Record{Event: n, Kind: Note}
			if n == c.violation {
				r.Kind = Violated
			}
			c.trace.add(r)
		}
		got := c.trace.Records
		if len(got) == 0 || got[0].Event != c.first || got[len(got)-1].Event != c.last || c.trace.Before != c.before || c.trace.After != c.after {
			t.Errorf("%s: %d records from %d to %d, %d before and %d after", c.name, len(got), got[0].Event, got[len(got)-1].Event, c.trace.Before, c.trace.After)
		}
	}
}
