package check_test

import (
	"fmt"
	"math/rand/v2"
	"sync/atomic"
	"testing"

	"github.com/anishathalye/porcupine"

	"simrun/check"
	"simrun/history"
)

// oracle asks porcupine itself, without any of our own machinery, about a history.
func oracle(spec check.Spec, events []history.Event) bool {
	init, step, same := spec.(check.RawSpec).Raw()
	ops, err := history.Pair(events)
	if err != nil {
		panic(err)
	}
	byKey := make(map[string][]porcupine.Operation)
	for _, op := range ops {
		if op.Outcome == history.Fail {
			if !check.Observes(spec, op) {
				continue
			}
		}
		ret := int64(op.Complete)
		if op.Outcome == history.Info {
			ret = int64(len(events))
		}
		key := check.PartitionOf(spec, op)
		byKey[key] = append(byKey[key], porcupine.Operation{Input: op, Call: int64(op.Invoke), Return: ret})
	}
	model := porcupine.Model{
		Init: func() any { return init },
		Step: func(state, input, _ any) (bool, any) {
			op := input.(history.Operation)
			next, ok := step(state, op)
			if !ok && op.Outcome == history.Info {
				return true, state // it never took effect
			}
			return ok, next
		},
		Equal: same,
	}
	for _, ops := range byKey {
		if !porcupine.CheckOperations(model, ops) {
			return false
		}
	}
	return true
}

const (
	fuzzHistories  = 40_000
	fuzzOperations = 7
	fuzzWorkers    = 4
)

// Every engine must agree with porcupine on every history, every witness must
// replay, and every core must be confirmed with each member necessary.
func TestEnginesAgreeWithPorcupine(t *testing.T) {
	for n := range alphabets {
		a := &alphabets[n]
		t.Run(a.spec.Name(), func(t *testing.T) {
			t.Parallel()
			var violations, pending, failed atomic.Int64
			t.Run("workers", func(t *testing.T) {
				for w := range fuzzWorkers {
					t.Run(fmt.Sprint(w), func(t *testing.T) {
						t.Parallel()
						m := &maker{rng: rand.New(rand.NewPCG(uint64(n), uint64(w)))}
						for i := range fuzzHistories / fuzzWorkers {
							events := m.history(a, fuzzOperations)
							valid := oracle(a.spec, events)
							if !valid {
								violations.Add(1)
							}
							count(events, &pending, &failed)
							compare(t, a.spec, events, valid, i%8 == 0)
							if t.Failed() {
								return
							}
						}
					})
				}
			})
			share := 100 * violations.Load() / fuzzHistories
			t.Logf("%s: %d histories, %d violations (%d %%), %d with open operations, %d with failed ones",
				a.spec.Name(), fuzzHistories, violations.Load(), share, pending.Load(), failed.Load())
			if share < 15 || pending.Load() < fuzzHistories/10 || failed.Load() < fuzzHistories/10 {
				t.Errorf("too few of a kind to mean anything")
			}
		})
	}
}

func count(events []history.Event, pending, failed *atomic.Int64) {
	open, fails := 0, false
	for i := range events {
		switch events[i].Type {
		case history.Invoke:
			open++
		case history.OK:
			open--
		case history.Fail:
			open--
			fails = true
		}
	}
	if open > 0 {
		pending.Add(1)
	}
	if fails {
		failed.Add(1)
	}
}

// compare runs the engines on a history.
func compare(t *testing.T, spec check.Spec, events []history.Event, valid, deep bool) {
	for _, engine := range []string{"auto", "window", check.PatientEngine, "porcupine"} {
		if engine != "window" && engine != "auto" && !deep {
			continue // porcupine is the oracle's own search: its bookkeeping needs fewer examples
		}
		v, err := check.Linearizable(spec, events, check.Options{Engine: engine})
		switch {
		case err != nil:
			t.Errorf("%s: %v\n%s", engine, err, dump(events))
		case v.Outcome == check.Unknown || (v.Outcome == check.Valid) != valid:
			t.Errorf("%s: %v, but porcupine says linearizable is %v\n%s", engine, v.Outcome, valid, dump(events))
		case valid:
			if err := check.Replay(spec, events, v.Witness); err != nil {
				t.Errorf("%s: witness %v: %v\n%s", engine, v.Witness, err, dump(events))
			}
		case !v.Confirmed:
			t.Errorf("%s: core %v is not confirmed\n%s", engine, v.Core, dump(events))
		}
		if t.Failed() {
			return
		}
	}
}

func dump(events []history.Event) string {
	s := ""
	for _, e := range events {
		s += fmt.Sprintf("%3d %d %-6v %s %s %v\n", e.Index, e.Process, e.Type, e.F, e.Key, e.Value)
	}
	return s
}
