package count_test

import (
	"testing"

	"simrun/internal/count"
)

func TestNumbersForPeople(t *testing.T) {
	for got, want := range map[string]string{
		count.Grouped(0):       "0",
		count.Grouped(999):     "999",
		count.Grouped(1000):    "1,000",
		count.Grouped(-123456): "-123,456",
		count.Grouped(1204000): "1,204,000",
		count.Of(1, "seed"):    "1 seed",
		count.Of(0, "seed"):    "0 seeds",
		count.Of(1204, "seed"): "1,204 seeds",
		count.Names(map[string]int{"cut": 1, "crash": 3, "isolate": 1}): "crash 3, cut 1, isolate 1",
		count.Share(0, 10):       "0",
		count.Share(1, 300):      "0.3 %",
		count.Share(99, 1000):    "9.9 %",
		count.Share(1, 8):        "12 %",
		count.Share(8, 8):        "100 %",
		count.Ratio(987, 1000):   "0.987",
		count.Ratio(1, 1000):     "0.001",
		count.Ratio(0, 3):        "0.000",
		count.Ratio(123, 10):     "12.3",
		count.Ratio(120405, 100): "1,204",
	} {
		if got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}
