package pqueue_test

import (
	"math/rand/v2"
	"slices"
	"testing"

	"simrun/check/rules"
	"simrun/check/rules/pqueue"
	"simrun/check/rules/rulestest"
	"simrun/internal/soak"
)

// object is the simplest priority queue: its values in order.
type object struct{ values []int32 }

func (o *object) Run(op *rules.Op) {
	switch {
	case op.Kind == pqueue.Insert:
	case len(o.values) == 0:
		op.Kind, op.Value = pqueue.Empty, rules.None
	default:
		op.Value = o.values[len(o.values)-1]
	}
	o.Step(*op)
}

func (o *object) Step(op rules.Op) bool {
	if op.Kind == pqueue.Insert {
		k, _ := slices.BinarySearch(o.values, op.Value)
		o.values = slices.Insert(o.values, k, op.Value)
		return true
	}
	if len(o.values) == 0 {
		return op.Kind == pqueue.Empty || op.Pending()
	}
	last := len(o.values) - 1
	greatest := o.values[last]
	if op.Kind == pqueue.Poll {
		o.values = o.values[:last]
	}
	return op.Pending() || op.Kind != pqueue.Empty && greatest == op.Value
}

// step is a priority queue of values below 64, for porcupine.
func step(state uint64, op rules.Op) (bool, uint64) {
	if op.Kind == pqueue.Insert {
		return true, state | 1<<op.Value
	}
	if state == 0 {
		return op.Kind == pqueue.Empty || op.Pending(), 0
	}
	greatest := int32(0)
	for state>>greatest != 1 {
		greatest++
	}
	if op.Kind == pqueue.Poll {
		return op.Pending() || greatest == op.Value, state &^ (1 << greatest)
	}
	return op.Pending() || op.Kind == pqueue.Peek && greatest == op.Value, state
}

// workload draws operations on a priority queue: insert and peek are percentages, and the
// rest are polls. Values are inserted in a random order.
func workload(rng rulestest.Rand, processes, ops, crash, insert, peek int) rulestest.Workload {
	ranks := make([]int32, ops)
	for i := range ranks {
		ranks[i] = int32(i)
	}
	rng.Shuffle(ops, func(a, b int) { ranks[a], ranks[b] = ranks[b], ranks[a] })
	return rulestest.Workload{
		Processes: processes, Ops: ops, Crash: crash,
		Invoke: func(rng rulestest.Rand) rules.Op {
			switch d := rng.IntN(100); {
			case d < insert:
				v := ranks[0]
				ranks = ranks[1:]
				return rules.Op{Kind: pqueue.Insert, Value: v, From: rules.None}
			case d < insert+peek:
				return rules.Op{Kind: pqueue.Peek, Value: rules.None, From: rules.None}
			}
			return rules.Op{Kind: pqueue.Poll, Value: rules.None, From: rules.None}
		},
		Forget: forget,
	}
}

// forget removes the result of a poll or peek; one that found nothing becomes a poll,
// which it may have been.
func forget(op *rules.Op) {
	switch op.Kind {
	case pqueue.Empty:
		op.Kind = pqueue.Poll
	case pqueue.Poll, pqueue.Peek:
		op.Value = rules.None
	}
}

func result(op rules.Op) bool {
	return !op.Pending() && (op.Kind == pqueue.Poll || op.Kind == pqueue.Peek)
}

func generate(rng rulestest.Rand) []rules.Op {
	n := 4 + rng.IntN(6)
	crash := []int{0, 0, 150, 400}[rng.IntN(4)]
	ops := rulestest.Simulate(rng, workload(rng, 2+rng.IntN(3), n, crash, 40+rng.IntN(15), []int{0, 0, 20}[rng.IntN(3)]), &object{})
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
			} else if ops[i].Value == rules.None && ops[i].Kind != pqueue.Empty {
				ops[i].Kind = pqueue.Empty
			}
		}
	}
	if rng.IntN(4) > 0 {
		rulestest.Untangle(ops, pqueue.Insert)
	}
	return ops
}

// spoil changes the result of one operation.
func spoil(rng rulestest.Rand, ops []rules.Op) {
	op := &ops[rng.IntN(len(ops))]
	other := &ops[rng.IntN(len(ops))]
	switch {
	case op.Pending() || op.Kind == pqueue.Insert:
	case rng.IntN(3) == 0:
		op.Kind, op.Value = pqueue.Empty, rules.None
	case rng.IntN(10) == 0:
		op.Kind, op.Value = pqueue.Poll, int32(len(ops))
	case other.Value != rules.None:
		op.Kind, op.Value = pqueue.Poll+rules.Kind(rng.IntN(2)), other.Value
	}
}

var suite = rulestest.Suite{
	Check:         pqueue.Check,
	New:           func() rulestest.Object { return &object{} },
	Model:         rulestest.Model(step),
	Generate:      generate,
	Seed:          func(shard uint64) rulestest.Rand { return rand.New(rand.NewPCG(shard, 7)) },
	Histories:     soak.N(2_500, 40_000),
	MinViolations: 18,
}

func TestAgainstPorcupine(t *testing.T) {
	count := suite.Run(t)
	for _, p := range []string{
		pqueue.ThinAir, pqueue.PolledTwice, pqueue.TooEarly, pqueue.TooLate, pqueue.Surpassed, pqueue.NotEmpty, pqueue.Unexplained,
	} {
		if count.Patterns[p] < soak.N(1, 20) {
			t.Errorf("pattern %q was seen %d times only", p, count.Patterns[p])
		}
	}
}
