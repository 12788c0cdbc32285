package check_test

import (
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"sync/atomic"
	"testing"

	"github.com/anishathalye/porcupine"

	"simrun/check"
	"simrun/history"
	"simrun/internal/soak"
)

// oracle decides a history with porcupine alone, without any of our own code.
func oracle(spec check.Spec, events []history.Event) bool {
	ops, err := history.Pair(events)
	if err != nil {
		panic(err)
	}
	byKey := make(map[string][]history.Operation)
	for _, op := range ops {
		if op.Outcome != history.Fail || check.Observes(spec, op) {
			key := check.PartitionOf(spec, op)
			byKey[key] = append(byKey[key], op)
		}
	}
	for _, ops := range byKey {
		if !oracleOps(spec, ops) {
			return false
		}
	}
	return true
}

// oracleOps decides operations of one object with porcupine.
func oracleOps(spec check.Spec, ops []history.Operation) bool { return orders(spec, ops, nil) }

// orders is oracleOps where the operations with these invocations may take effect at
// any time after them.
func orders(spec check.Spec, ops []history.Operation, late map[int]bool) bool {
	init, step, same := spec.(check.RawSpec).Raw()
	intervals := make([]porcupine.Operation, len(ops))
	for i, op := range ops {
		ret := int64(op.Complete)
		if op.Outcome == history.Info || late[op.Invoke] {
			ret = 1 << 40
		}
		intervals[i] = porcupine.Operation{Input: op, Call: int64(op.Invoke), Return: ret}
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
	return porcupine.CheckOperations(model, intervals)
}

// coreIsMinimal reports whether the core of a violation has no order, each
// member is necessary, and the violation was not inevitable one event earlier.
func coreIsMinimal(spec check.Spec, events []history.Event, v check.Verdict) error {
	all, _ := history.Pair(events)
	var ops []history.Operation
	for _, op := range all {
		switch {
		case slices.Contains(v.Core, op.Invoke):
			if op.Outcome == history.Info || op.Complete > v.Inevitable {
				return fmt.Errorf("the core has operation %d, which had not completed", op.Invoke)
			}
			ops = append(ops, op)
		case slices.Contains(v.Optional, op.Invoke):
			ops = append(ops, relaxed(op))
		}
	}
	if v.About != nil {
		for i := range ops {
			ops[i] = check.Projected(spec, ops[i], v.About)
		}
	}
	for _, w := range v.Weaker {
		for i := range ops {
			if ops[i].Invoke == w.Invoke {
				ops[i] = w
			}
		}
	}
	if oracleOps(spec, ops) {
		return errors.New("the core has an order")
	}
	for i, op := range ops {
		if op.Outcome == history.Info {
			continue
		}
		ops[i] = relaxed(op)
		if v.About != nil {
			ops[i] = check.Projected(spec, ops[i], v.About)
		}
		if !oracleOps(spec, ops) {
			return fmt.Errorf("%d is not necessary", op.Invoke)
		}
		ops[i] = op
	}
	if err := coreIsSound(spec, all, v); err != nil {
		return err
	}
	if oracle(spec, events[:v.Inevitable+1]) || !oracle(spec, events[:v.Inevitable]) {
		return fmt.Errorf("the violation was inevitable before event %d", v.Inevitable)
	}
	return nil
}

// coreIsSound reports whether the core has no order whichever other operations took
// effect as they say, in their time. If the specification knows no contradictions, the
// core doesn't depend on their time either.
func coreIsSound(spec check.Spec, all []history.Operation, v check.Verdict) error {
	var core, others []history.Operation
	for _, op := range all {
		switch {
		case check.PartitionOf(spec, op) != v.Key || op.Invoke > v.Inevitable:
		case op.Outcome == history.Fail && op.Complete <= v.Inevitable && !check.Observes(spec, op):
		case slices.Contains(v.Core, op.Invoke):
			core = append(core, op)
		case slices.Contains(v.Optional, op.Invoke) || op.Complete > v.Inevitable:
			core = append(core, relaxed(op))
		default:
			others = append(others, op)
		}
	}
	for set := range 1 << len(others) {
		ops, late := slices.Clone(core), map[int]bool{}
		for i, op := range others {
			if set>>i&1 != 0 {
				ops = append(ops, op)
				late[op.Invoke] = !check.Contradicts(spec)
			}
		}
		if orders(spec, ops, late) {
			return fmt.Errorf("with %v the core has an order", slices.Sorted(maps.Keys(late)))
		}
	}
	return nil
}

func relaxed(op history.Operation) history.Operation {
	op.Outcome, op.Output = history.Info, history.Null
	return op
}

var fuzzHistories = int64(soak.N(2_000, 300_000))

const (
	fuzzOperations = 7
	fuzzWorkers    = 4
)

// Every engine must agree with porcupine on every history, every witness must
// replay, and every core must be confirmed with each member necessary.
func TestEnginesAgreeWithPorcupine(t *testing.T) {
	for n, a := range slices.Concat(alphabets, distinct) {
		t.Run(a.name(), func(t *testing.T) {
			t.Parallel()
			var violations, pending, failed, ruled atomic.Int64
			t.Run("workers", func(t *testing.T) {
				for w := range fuzzWorkers {
					t.Run(fmt.Sprint(w), func(t *testing.T) {
						t.Parallel()
						m := &maker{rng: rand.New(rand.NewPCG(uint64(n), uint64(w)))}
						for i := range int(fuzzHistories) / fuzzWorkers {
							events := m.history(&a, fuzzOperations)
							valid := oracle(a.spec, events)
							if !valid {
								violations.Add(1)
							}
							count(events, &pending, &failed)
							if compare(t, &a, events, valid, i%24 == 0) == "rule" {
								ruled.Add(1)
							}
							if t.Failed() {
								return
							}
						}
					})
				}
			})
			share := 100 * violations.Load() / fuzzHistories
			t.Logf("%s: %d histories, %d violations (%d %%), %d with open operations, %d with failed ones, %d decided by a rule",
				a.name(), fuzzHistories, violations.Load(), share, pending.Load(), failed.Load(), ruled.Load())
			if share < 15 || pending.Load() < fuzzHistories/10 || failed.Load() < fuzzHistories/10 {
				t.Errorf("too few violations, open or failed operations to mean anything")
			}
			if a.distinct && ruled.Load() < fuzzHistories*9/10 {
				t.Errorf("too few were decided by a rule")
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

// compare runs the engines on a history, and returns the one that auto chose. The
// engine that the alphabet is meant for always runs, the others only if deep.
func compare(t *testing.T, a *alphabet, events []history.Event, valid, deep bool) (chosen string) {
	spec, usual := a.spec, "window"
	if a.distinct {
		usual = "auto"
	}
	if !deep {
		outcome, chosen := check.Hasty(spec, events, usual)
		if valid == (outcome == check.Valid) {
			return chosen
		}
	}
	for _, engine := range []string{"auto", "window", check.PatientEngine, "porcupine"} {
		v, err := check.Linearizable(spec, events, check.Options{Engine: engine, AllowEmpty: true})
		if engine == "auto" {
			chosen = v.Engine
		}
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
		case deep:
			if err := coreIsMinimal(spec, events, v); err != nil {
				t.Errorf("%s: core %v with %v: %v\n%s", engine, v.Core, v.Optional, err, dump(events))
			}
		}
		if t.Failed() {
			break
		}
	}
	return chosen
}

func dump(events []history.Event) string {
	s := ""
	for _, e := range events {
		s += fmt.Sprintf("%3d %d %-6v %s %s %v\n", e.Index, e.Process, e.Type, e.F, e.Key, e.Value)
	}
	return s
}
