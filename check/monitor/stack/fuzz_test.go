package stack_test

import (
	"math/rand/v2"
	"testing"

	"simrun/check/monitor"
	"simrun/check/monitor/monitortest"
	"simrun/check/monitor/stack"
)

// object is a stack, as plain as can be.
type object struct{ values []int32 }

func (o *object) Run(op *monitor.Op) {
	switch {
	case op.Kind == stack.Push:
	case len(o.values) == 0:
		op.Kind, op.Value = stack.Empty, monitor.None
	default:
		op.Value = o.values[len(o.values)-1]
	}
	o.Step(*op)
}

func (o *object) Step(op monitor.Op) bool {
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
func step(state uint64, op monitor.Op) (bool, uint64) {
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

// workload draws operations on a stack: pushes are so many in 100, the rest pops.
func workload(processes, ops, crash, push int) monitortest.Workload {
	next := int32(0)
	return monitortest.Workload{
		Processes: processes, Ops: ops, Crash: crash,
		Invoke: func(rng monitortest.Rand) monitor.Op {
			if rng.IntN(100) < push {
				next++
				return monitor.Op{Kind: stack.Push, Value: next - 1, From: monitor.None}
			}
			return monitor.Op{Kind: stack.Pop, Value: monitor.None, From: monitor.None}
		},
		Forget: forget,
	}
}

// forget takes the result from a pop; one that found nothing becomes a pop
// again, which it may have been.
func forget(op *monitor.Op) {
	if op.Kind != stack.Push {
		op.Kind, op.Value = stack.Pop, monitor.None
	}
}

func result(op monitor.Op) bool { return !op.Pending() && op.Kind == stack.Pop }

func generate(rng monitortest.Rand) []monitor.Op {
	n := 5 + rng.IntN(5)
	crash := []int{0, 0, 150, 400}[rng.IntN(4)]
	ops := monitortest.Simulate(rng, workload(2+rng.IntN(3), n, crash, 50+rng.IntN(15)), &object{})
	switch rng.IntN(4) { // what is spoilt is often still linearizable
	case 0:
		for range 4 {
			monitortest.SwapValues(rng, ops, result)
		}
		monitortest.Move(rng, ops)
	case 1:
		for range 3 + rng.IntN(10) {
			monitortest.Move(rng, ops)
		}
	case 2:
		for range 3 {
			spoil(rng, ops)
		}
	case 3:
		monitortest.Intervals(rng, ops, []int{0, 100, 300}[rng.IntN(3)])
		for i := range ops {
			if ops[i].Pending() {
				forget(&ops[i])
			} else if ops[i].Value == monitor.None && ops[i].Kind != stack.Empty {
				ops[i].Kind = stack.Empty
			}
		}
	}
	if rng.IntN(2) > 0 {
		monitortest.Untangle(ops, stack.Push)
	}
	return ops
}

// spoil changes the result of one operation.
func spoil(rng monitortest.Rand, ops []monitor.Op) {
	op := &ops[rng.IntN(len(ops))]
	other := &ops[rng.IntN(len(ops))]
	switch {
	case op.Pending() || op.Kind == stack.Push:
	case rng.IntN(3) == 0:
		op.Kind, op.Value = stack.Empty, monitor.None
	case rng.IntN(10) == 0:
		op.Kind, op.Value = stack.Pop, int32(len(ops))
	case other.Value != monitor.None:
		op.Kind, op.Value = stack.Pop, other.Value
	}
}

var suite = monitortest.Suite{
	Check:         stack.Check,
	New:           func() monitortest.Object { return &object{} },
	Model:         monitortest.Model(step),
	Generate:      generate,
	Seed:          func(shard uint64) monitortest.Rand { return rand.New(rand.NewPCG(shard, 8)) },
	Histories:     40_000,
	MinViolations: 18,
}

func TestAgainstPorcupine(t *testing.T) {
	count := suite.Run(t)
	for _, p := range []string{
		stack.ThinAir, stack.PoppedTwice, stack.TooEarly, stack.Crossed, stack.NotEmpty, stack.Unexplained,
	} {
		if count.Patterns[p] < 20 {
			t.Errorf("pattern %q was seen %d times only", p, count.Patterns[p])
		}
	}
}
