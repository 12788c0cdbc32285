package set_test

import (
	"math/rand/v2"
	"testing"

	"simrun/check/rules"
	"simrun/check/rules/rulestest"
	"simrun/check/rules/set"
	"simrun/internal/soak"
)

// object is the simplest set.
type object struct{ in map[int32]bool }

func (o *object) Run(op *rules.Op) {
	in := o.in[op.Value]
	switch {
	case op.Kind == set.Insert && in || op.Kind == set.Missing && in:
		op.Kind = set.Contains
	case op.Kind == set.Remove && !in || op.Kind == set.Contains && !in:
		op.Kind = set.Missing
	}
	o.Step(*op)
}

func (o *object) Step(op rules.Op) bool {
	in := o.in[op.Value]
	switch op.Kind {
	case set.Insert:
		o.in[op.Value] = true
		return !in || op.Pending()
	case set.Remove:
		delete(o.in, op.Value)
		return in || op.Pending()
	case set.Contains:
		return in || op.Pending()
	}
	return !in || op.Pending()
}

// step is a set of values below 64, for porcupine.
func step(state uint64, op rules.Op) (bool, uint64) {
	bit := uint64(1) << op.Value
	in := state&bit != 0
	switch op.Kind {
	case set.Insert:
		return !in || op.Pending(), state | bit
	case set.Remove:
		return in || op.Pending(), state &^ bit
	case set.Contains:
		return in || op.Pending(), state
	}
	return !in || op.Pending(), state
}

// workload draws operations on few values at a time; each is inserted once.
func workload(processes, ops, crash int) rulestest.Workload {
	next := int32(0)
	return rulestest.Workload{
		Processes: processes, Ops: ops, Crash: crash,
		Invoke: func(rng rulestest.Rand) rules.Op {
			op := rules.Op{From: rules.None, Value: max(0, next-1-rng.Int32N(3))}
			switch d := rng.IntN(10); {
			case d < 3 || next == 0:
				op.Kind, op.Value = set.Insert, next
				next++
			case d < 5:
				op.Kind = set.Remove
			default:
				op.Kind = set.Contains
			}
			return op
		},
		Forget: func(*rules.Op) {},
	}
}

func generate(rng rulestest.Rand) []rules.Op {
	n := 3 + rng.IntN(7)
	ops := rulestest.Simulate(rng, workload(2+rng.IntN(3), n, rng.IntN(3)*150), &object{in: map[int32]bool{}})
	result := func(op rules.Op) bool { return op.Kind != set.Insert }
	switch 1 + rng.IntN(4) { // a corrupted history is often still linearizable
	case 1:
		for range 2 {
			rulestest.SwapValues(rng, ops, result)
			rulestest.Move(rng, ops)
		}
	case 2:
		for range 2 + rng.IntN(8) {
			rulestest.Move(rng, ops)
		}
	case 3:
		for range 4 {
			spoil(rng, ops)
		}
	case 4:
		for range 3 {
			spoil(rng, ops)
		}
		rulestest.Intervals(rng, ops, rng.IntN(3)*100)
	}
	return ops
}

// spoil changes what one operation saw.
func spoil(rng rulestest.Rand, ops []rules.Op) {
	op := &ops[rng.IntN(len(ops))]
	if op.Kind != set.Insert {
		op.Kind = set.Remove + rules.Kind(rng.IntN(3))
		if rng.IntN(20) == 0 {
			op.Value = int32(len(ops)) // a value that nobody inserts
		}
	}
}

var suite = rulestest.Suite{
	Check:         set.Check,
	New:           func() rulestest.Object { return &object{in: map[int32]bool{}} },
	Model:         rulestest.Model(step),
	Generate:      generate,
	Seed:          func(shard uint64) rulestest.Rand { return rand.New(rand.NewPCG(shard, 5)) },
	Histories:     soak.N(2_500, 40_000),
	MinViolations: 20,
}

func TestAgainstPorcupine(t *testing.T) {
	count := suite.Run(t)
	for _, p := range []string{set.ThinAir, set.TooEarly, set.TooLate, set.RemovedTwice, set.Missed} {
		if count.Patterns[p] < soak.N(1, 20) {
			t.Errorf("pattern %q was seen %d times only", p, count.Patterns[p])
		}
	}
}
