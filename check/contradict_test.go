package check_test

import (
	"math/rand/v2"
	"testing"

	"simrun/check"
	"simrun/history"
	"simrun/internal/soak"
)

// The operations of a contradiction have no order, whatever else there was. So in a
// history that has one, those that a specification names must have one too.
func TestContradictionsHoldInNoValidHistory(t *testing.T) {
	for n, a := range alphabets {
		t.Run(a.name(), func(t *testing.T) {
			t.Parallel()
			m := &maker{rng: rand.New(rand.NewPCG(uint64(n), 7))}
			named, contradicted := 0, 0
			for range soak.N(1_500, 150_000) {
				events := m.history(&a, 12)
				ops, err := history.Pair(events)
				if err != nil {
					t.Fatal(err)
				}
				if len(check.PartitionsOf(a.spec, ops)) > 1 {
					continue
				}
				valid := oracle(a.spec, events)
				for _, needed := range check.Contradictions(a.spec, ops) {
					named++
					if oracleOps(a.spec, needed) {
						continue
					}
					if contradicted++; valid {
						t.Fatalf("a valid history has the contradiction %+v\n%s", needed, dump(events))
					}
				}
			}
			t.Logf("%s: %d contradictions, %d without an order", a.name(), named, contradicted)
		})
	}
}
