package raft

import (
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// agreedOracle counts for every candidate who reaches it.
func agreedOracle(values []uint64, quorum int) uint64 {
	best := uint64(0)
	for _, candidate := range values {
		n := 0
		for _, v := range values {
			if v >= candidate {
				n++
			}
		}
		if n >= quorum {
			best = max(best, candidate)
		}
	}
	return best
}

func TestAgreedCountsReplicas(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		values := rapid.SliceOfN(rapid.Uint64Range(0, 9), 1, 9).Draw(t, "values")
		quorum := rapid.IntRange(1, len(values)).Draw(t, "quorum")
		want := agreedOracle(values, quorum)
		if got := agreed(slices.Clone(values), quorum); got != want {
			t.Fatalf("agreed(%v, %d) = %d, want %d", values, quorum, got, want)
		}
	})
}

// Any two majorities share a server, and one server fewer would not do.
func TestMajoritiesIntersect(t *testing.T) {
	for n := 1; n <= 64; n++ {
		m := majority(n)
		if 2*m <= n {
			t.Errorf("two majorities of %d servers of %d can be disjoint", m, n)
		}
		if 2*(m-1) > n {
			t.Errorf("%d servers of %d are more than needed", m, n)
		}
	}
}

// §5.4.2: only entries of the current term are committed by counting replicas.
func TestMayCommit(t *testing.T) {
	for _, c := range []struct {
		candidate, committed Index
		term, current        Term
		want                 bool
	}{
		{3, 2, 4, 4, true},
		{3, 2, 2, 4, false}, // Figure 8 (c)
		{2, 2, 4, 4, false},
		{1, 2, 4, 4, false},
	} {
		if got := mayCommit(c.candidate, c.committed, c.term, c.current); got != c.want {
			t.Errorf("mayCommit(%d, %d, t%d, t%d) = %v", c.candidate, c.committed, c.term, c.current, got)
		}
	}
}

// §5.4.1: "If the logs have last entries with different terms, then the log with the later term is more up-to-date. If the logs end
// with the same term, then whichever log is longer is more up-to-date."
func TestUpToDate(t *testing.T) {
	for _, c := range []struct {
		term     Term
		last     Index
		thanTerm Term
		than     Index
		want     bool
	}{
		{0, 0, 0, 0, true}, {2, 1, 1, 9, true}, {1, 9, 2, 1, false}, {2, 3, 2, 3, true}, {2, 2, 2, 3, false}, {2, 4, 2, 3, true},
	} {
		if got := upToDate(c.term, c.last, c.thanTerm, c.than); got != c.want {
			t.Errorf("upToDate(%d@t%d than %d@t%d) = %v", c.last, c.term, c.than, c.thanTerm, got)
		}
	}
}
