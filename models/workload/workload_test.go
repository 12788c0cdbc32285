package workload

import (
	"testing"

	"simrun/history"
	"simrun/models"
	"simrun/sim"
)

// turns calls visit with every turn of a small run.
func turns(kind models.Workload, seed sim.Seed, visit func(t *sim.Turn, op sim.Op)) {
	for ordinal := range 200 {
		for client := 1; client <= 5; client++ {
			t := &sim.Turn{Client: client, Ordinal: ordinal, Clients: 5, Keys: kind.Keys, Mix: kind.Mix, Seed: seed}
			visit(t, kind.Next(t))
		}
	}
}

// written is the value that an operation writes, and the one that it expects.
func written(op sim.Op) (value, expected history.Value, writes bool) {
	switch op.F {
	case "write":
		return op.Value, history.Null, true
	case "cas":
		from, to, _ := op.Value.AsPair()
		return to, from, true
	}
	return history.Null, history.Null, false
}

// In kv and register no two operations write the same value, and a cas expects none or a value that an earlier turn
// writes to the same key.
func TestDistinctValues(t *testing.T) {
	for _, kind := range []models.Workload{KV(), Register()} {
		wrote := map[history.Value]string{}
		counts := map[string]int{}
		turns(kind, 7, func(turn *sim.Turn, op sim.Op) {
			counts[op.F]++
			value, expected, writes := written(op)
			if !writes {
				return
			}
			if _, twice := wrote[value]; twice {
				t.Fatalf("%s: %v is written twice", kind.Name, value)
			}
			wrote[value] = op.Key
			if key, known := wrote[expected]; !expected.IsNull() && (!known || key != op.Key) {
				t.Fatalf("%s: cas of %s expects %v, which was written to %q", kind.Name, op.Key, expected, key)
			}
		})
		for _, w := range kind.Mix {
			if counts[w.F] == 0 {
				t.Errorf("%s: no %s in 1000 turns", kind.Name, w.F)
			}
		}
	}
}

// A turn decides by itself: asking again, or alone, gives the same operation.
func TestTurnsAreIndependent(t *testing.T) {
	for _, kind := range []models.Workload{KV(), Register(), CASRegister(), Counters()} {
		var first []sim.Op
		turns(kind, 7, func(_ *sim.Turn, op sim.Op) { first = append(first, op) })
		i := len(first)
		for ordinal := 199; ordinal >= 0; ordinal-- {
			for client := 5; client >= 1; client-- {
				i--
				turn := &sim.Turn{Client: client, Ordinal: ordinal, Clients: 5, Keys: kind.Keys, Mix: kind.Mix, Seed: 7}
				if op := kind.Next(turn); op != first[i] {
					t.Fatalf("%s: client %d, operation %d: %v, and %v before", kind.Name, client, ordinal, op, first[i])
				}
			}
		}
	}
}

func TestCASRegisterHasFiveValues(t *testing.T) {
	seen := map[history.Value]bool{}
	turns(CASRegister(), 7, func(_ *sim.Turn, op sim.Op) {
		if value, _, writes := written(op); writes {
			seen[value] = true
		}
		if op.Key != "" {
			t.Fatalf("key %q in a workload of one register", op.Key)
		}
	})
	if len(seen) != 5 {
		t.Errorf("%d different values, want 5", len(seen))
	}
}
