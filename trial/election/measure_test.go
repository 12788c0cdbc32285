package election

import (
	"testing"
	"time"
)

func TestQuantiles(t *testing.T) {
	r := Row{Trials: 10, Never: 2}
	for i := 1; i <= 8; i++ {
		r.Times = append(r.Times, time.Duration(i)*time.Second)
	}
	for percent, want := range map[int]time.Duration{0: time.Second, 10: time.Second, 50: 5 * time.Second, 80: 8 * time.Second, 81: Limit, 100: Limit} {
		if got := r.Quantile(percent); got != want {
			t.Errorf("%d %%: %v, want %v", percent, got, want)
		}
	}
	if got, want := r.Mean(), (36*time.Second+2*Limit)/10; got != want {
		t.Errorf("mean %v, want %v", got, want)
	}
}
