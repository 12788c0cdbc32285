package search

import (
	"context"
	"math/bits"

	"simrun/sim"
	"simrun/sim/rng"
	"simrun/sim/sweep"
	"simrun/trial"
)

// worth is what new features pay: each time twice as many, one more.
func worth(novel uint64) uint64 { return uint64(bits.Len64(novel)) }

// verifyEarly is how many of the first runs are all run twice, verifyOneIn the share of those after many. What differs between two runs of a case
// differs wherever the code that does it is reached, and that is mostly early, or in a run that reached much that is new.
const (
	verifyEarly    = 4
	verifyOneIn    = 50
	verifyNewOneIn = 4
	muchIsNew      = 24
)

// verified decides whether a run is run twice: the first few are, then fewer and fewer (one in n/4 of the runs around the n-th), but not less than
// one in [verifyOneIn]; of those that reached much that is new, one in [verifyNewOneIn].
func (s *Search) verified(r *Report) bool {
	if !s.Verify || r.Err != nil || s.Live() {
		return false
	}
	oneIn := min(verifyOneIn, max(1, r.Run/verifyEarly))
	if r.Novel >= muchIsNew {
		oneIn = min(oneIn, verifyNewOneIn)
	}
	return rng.Draw(uint64(s.Seed), verifyDraw, r.Run, 0).N(oneIn) == 0
}

// verify runs the chosen runs of a generation once more, side by side, and compares.
func (st *state) verify(ctx context.Context, reports []*Report) {
	var again []*Report
	for _, r := range reports {
		if st.verified(r) {
			again = append(again, r)
		}
	}
	if len(again) == 0 {
		return
	}
	sweep.Sweep(ctx, sweep.Plan[error]{
		First: 0, Last: sim.Seed(len(again) - 1), Workers: st.Workers,
		Run: func(i sim.Seed) error {
			err := trial.Verify(st.Model, again[i].Case)
			again[i].Verified = true
			if err != nil {
				again[i].failed(err)
			}
			return err
		},
		Panicked: func(_ sim.Seed, x any) error { panic(x) },
	})
}
