package queue_test

import (
	"math/rand/v2"
	"testing"

	"simrun/check/rules"
	"simrun/check/rules/queue"
	"simrun/check/rules/rulestest"
	"simrun/internal/soak"
)

// object is the simplest queue.
type object struct{ values []int32 }

func (o *object) Run(op *rules.Op) {
	switch {
	case op.Kind == queue.Enqueue:
	case len(o.values) == 0:
		op.Kind, op.Value = queue.Empty, rules.None
	default:
		op.Value = o.values[0]
	}
	o.Step(*op)
}

func (o *object) Step(op rules.Op) bool {
	if op.Kind == queue.Enqueue {
		o.values = append(o.values, op.Value)
		return true
	}
	if len(o.values) == 0 {
		return op.Kind == queue.Empty || op.Pending()
	}
	front := o.values[0]
	if op.Kind == queue.Dequeue {
		o.values = o.values[1:]
	}
	return op.Pending() || op.Kind != queue.Empty && front == op.Value
}

// step is a queue for porcupine: its values, each plus one, are the digits of
// the state in base 16, the front the lowest.
func step(state uint64, op rules.Op) (bool, uint64) {
	if op.Kind == queue.Enqueue {
		shift := 0
		for state>>shift != 0 {
			shift += 4
		}
		return true, state | uint64(op.Value+1)<<shift
	}
	if state == 0 {
		return op.Kind == queue.Empty || op.Pending(), 0
	}
	front := int32(state&15) - 1
	if op.Kind == queue.Dequeue {
		return op.Pending() || front == op.Value, state >> 4
	}
	return op.Pending() || op.Kind == queue.Peek && front == op.Value, state
}

// workload draws operations on a queue: enqueue and peek are percentages, and the rest
// are dequeues.
func workload(processes, ops, crash, enqueue, peek int) rulestest.Workload {
	next := int32(0)
	return rulestest.Workload{
		Processes: processes, Ops: ops, Crash: crash,
		Invoke: func(rng rulestest.Rand) rules.Op {
			switch d := rng.IntN(100); {
			case d < enqueue:
				next++
				return rules.Op{Kind: queue.Enqueue, Value: next - 1, From: rules.None}
			case d < enqueue+peek:
				return rules.Op{Kind: queue.Peek, Value: rules.None, From: rules.None}
			}
			return rules.Op{Kind: queue.Dequeue, Value: rules.None, From: rules.None}
		},
		Forget: forget,
	}
}

// forget removes the result of a dequeue or peek; one that found nothing becomes a
// dequeue, which it may have been.
func forget(op *rules.Op) {
	switch op.Kind {
	case queue.Empty:
		op.Kind = queue.Dequeue
	case queue.Dequeue, queue.Peek:
		op.Value = rules.None
	}
}

func result(op rules.Op) bool {
	return !op.Pending() && (op.Kind == queue.Dequeue || op.Kind == queue.Peek)
}

func generate(rng rulestest.Rand) []rules.Op {
	n := 4 + rng.IntN(6)
	crash := []int{0, 0, 150, 400}[rng.IntN(4)]
	ops := rulestest.Simulate(rng, workload(2+rng.IntN(3), n, crash, 40+rng.IntN(15), []int{0, 0, 20}[rng.IntN(3)]), &object{})
	switch rng.IntN(4) { // a corrupted history is often still linearizable
	case 0:
		for range 3 {
			rulestest.SwapValues(rng, ops, result)
			rulestest.Move(rng, ops)
		}
	case 1:
		for range 2 + rng.IntN(8) {
			rulestest.Move(rng, ops)
		}
	case 2:
		for range 2 {
			spoil(rng, ops)
		}
	case 3:
		rulestest.Intervals(rng, ops, []int{0, 100, 300}[rng.IntN(3)])
		for i := range ops {
			if ops[i].Pending() {
				forget(&ops[i])
			} else if ops[i].Value == rules.None && ops[i].Kind != queue.Empty {
				ops[i].Kind = queue.Empty
			}
		}
	}
	if rng.IntN(4) > 0 {
		rulestest.Untangle(ops, queue.Enqueue)
	}
	return ops
}

// spoil changes the result of one operation.
func spoil(rng rulestest.Rand, ops []rules.Op) {
	op := &ops[rng.IntN(len(ops))]
	other := &ops[rng.IntN(len(ops))]
	switch {
	case op.Pending() || op.Kind == queue.Enqueue:
	case rng.IntN(3) == 0:
		op.Kind, op.Value = queue.Empty, rules.None
	case rng.IntN(10) == 0:
		op.Kind, op.Value = queue.Dequeue, int32(len(ops))
	case other.Value != rules.None:
		op.Kind, op.Value = queue.Dequeue+rules.Kind(rng.IntN(2)), other.Value
	}
}

var suite = rulestest.Suite{
	Check:         queue.Check,
	New:           func() rulestest.Object { return &object{} },
	Model:         rulestest.Model(step),
	Generate:      generate,
	Seed:          func(shard uint64) rulestest.Rand { return rand.New(rand.NewPCG(shard, 6)) },
	Histories:     soak.N(2_500, 40_000),
	MinViolations: 18,
	MaxUndecided:  10,
}

func TestAgainstPorcupine(t *testing.T) {
	count := suite.Run(t)
	for _, p := range []string{
		queue.ThinAir, queue.DequeuedTwice, queue.TooEarly, queue.TooLate, queue.Overtaken, queue.Interleaved, queue.NotEmpty,
	} {
		if count.Patterns[p] < soak.N(1, 20) {
			t.Errorf("pattern %q was seen %d times only", p, count.Patterns[p])
		}
	}
}
