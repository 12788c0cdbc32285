package stack_test

import (
	"math/rand/v2"
	"testing"

	"simrun/check/rules"
	"simrun/check/rules/rulestest"
	"simrun/check/rules/stack"
	"simrun/internal/soak"
)

// object is the simplest stack.
type object struct{ values []int32 }

func (o *object) Run(op *rules.Op) {
	switch {
	case op.Kind == stack.Push:
	case len(o.values) == 0:
		op.Kind, op.Value = stack.Empty, rules.None
	default:
		op.Value = o.values[len(o.values)-1]
	}
	o.Step(*op)
}

func (o *object) Step(op rules.Op) bool {
	if op.Kind == stack.Push {
		o.values = append(o.values, op.Value)
		return true
	}
	if len(o.values) == 0 {
		return op.Kind == stack.Empty || op.Pending()
	}
	if op.Kind == stack.Empty {
		return op.Pending()
	}
	top := len(o.values) - 1
	v := o.values[top]
	o.values = o.values[:top]
	return op.Pending() || v == op.Value
}

// step is a stack for porcupine: its values, each plus one, are the digits of
// the state in base 16, the top the lowest.
func step(state uint64, op rules.Op) (bool, uint64) {
	if op.Kind == stack.Push {
		return true, state<<4 | uint64(op.Value+1)
	}
	if state == 0 {
		return op.Kind == stack.Empty || op.Pending(), 0
	}
	if op.Kind == stack.Empty {
		return op.Pending(), state
	}
	return op.Pending() || int32(state&15)-1 == op.Value, state >> 4
}

// workload draws operations on a stack: push is the percentage of pushes, and the rest are pops.
func workload(processes, ops, crash, push int) rulestest.Workload {
	next := int32(0)
	return rulestest.Workload{
		Processes: processes, Ops: ops, Crash: crash,
		Invoke: func(rng rulestest.Rand) rules.Op {
			if rng.IntN(100) < push {
				next++
				return rules.Op{Kind: stack.Push, Value: next - 1, From: rules.None}
			}
			return rules.Op{Kind: stack.Pop, Value: rules.None, From: rules.None}
		},
		Forget: forget,
	}
}

// forget removes the result of a pop; one that found nothing becomes an ordinary pop,
// which it may have been.
func forget(op *rules.Op) {
	if op.Kind != stack.Push {
		op.Kind, op.Value = stack.Pop, rules.None
	}
}

func result(op rules.Op) bool { return !op.Pending() && op.Kind == stack.Pop }

func generate(rng rulestest.Rand) []rules.Op {
	n := 5 + rng.IntN(5)
	crash := []int{0, 0, 150, 400}[rng.IntN(4)]
	ops := rulestest.Simulate(rng, workload(2+rng.IntN(3), n, crash, 50+rng.IntN(15)), &object{})
	switch rng.IntN(4) { // a corrupted history is often still linearizable
	case 0:
		for range 4 {
			rulestest.SwapValues(rng, ops, result)
		}
		rulestest.Move(rng, ops)
	case 1:
		for range 3 + rng.IntN(10) {
			rulestest.Move(rng, ops)
		}
	case 2:
		for range 3 {
			spoil(rng, ops)
		}
	case 3:
		rulestest.Intervals(rng, ops, []int{0, 100, 300}[rng.IntN(3)])
		for i := range ops {
			if ops[i].Pending() {
				forget(&ops[i])
			} else if ops[i].Value == rules.None && ops[i].Kind != stack.Empty {
				ops[i].Kind = stack.Empty
			}
		}
	}
	if rng.IntN(2) > 0 {
		rulestest.Untangle(ops, stack.Push)
	}
	return ops
}

// spoil changes the result of one operation.
func spoil(rng rulestest.Rand, ops []rules.Op) {
	op := &ops[rng.IntN(len(ops))]
	other := &ops[rng.IntN(len(ops))]
	switch {
	case op.Pending() || op.Kind == stack.Push:
	case rng.IntN(3) == 0:
		op.Kind, op.Value = stack.Empty, rules.None
	case rng.IntN(10) == 0:
		op.Kind, op.Value = stack.Pop, int32(len(ops))
	case other.Value != rules.None:
		op.Kind, op.Value = stack.Pop, other.Value
	}
}

var suite = rulestest.Suite{
	Check:         stack.Check,
	New:           func() rulestest.Object { return &object{} },
	Model:         rulestest.Model(step),
	Generate:      generate,
	Seed:          func(shard uint64) rulestest.Rand { return rand.New(rand.NewPCG(shard, 8)) },
	Histories:     soak.N(2_500, 40_000),
	MinViolations: 18,
}

func TestAgainstPorcupine(t *testing.T) {
	count := suite.Run(t)
	for _, p := range []string{
		stack.ThinAir, stack.PoppedTwice, stack.TooEarly, stack.Crossed, stack.NotEmpty, stack.Unexplained,
	} {
		if count.Patterns[p] < soak.N(1, 20) {
			t.Errorf("pattern %q was seen %d times only", p, count.Patterns[p])
		}
	}
}
