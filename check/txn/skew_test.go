package txn

import (
	"testing"

	"simrun/check"
	"simrun/history"
)

// TestSkewedWithinBudget decides parallel snapshot isolation of a history that breaks it, with both ways to look for cycles with one edge rw. Within no budget is it
// valid.
func TestSkewedWithinBudget(t *testing.T) {
	ops, err := history.Pair(workload{clients: 50, txns: 1_000, skew: 20, seed: 1}.events())
	if err != nil {
		t.Fatal(err)
	}
	h, err := read(ops)
	if err != nil {
		t.Fatal(err)
	}
	for name, skew := range map[string]func(*points, *scheduling, *int64) [][]link{"closure": skewed, "batches": skewedInBatches} {
		outcomes := map[check.Outcome]int{}
		for budget := int64(20_000); budget < 50_000_000; budget *= 2 {
			p := &points{graph: h.known(), n: int32(len(h.txs)), apart: true}
			p.sort()
			z := &puzzle{record: h, members: map[int32]bool{}, settled: map[[2]int32]bool{}, p: p, c: newChoices(h), skew: skew, budget: budget}
			outcome, _ := z.solve()
			if outcomes[outcome]++; outcome == check.Violation {
				break
			}
		}
		if outcomes[check.Valid] > 0 || outcomes[check.Violation] != 1 || outcomes[check.Unknown] == 0 {
			t.Errorf("%s: %v", name, outcomes)
		}
	}
}
