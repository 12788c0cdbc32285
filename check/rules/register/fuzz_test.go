package register_test

import (
	"math/rand/v2"
	"testing"

	"simrun/check/rules"
	"simrun/check/rules/register"
	"simrun/check/rules/rulestest"
	"simrun/internal/soak"
)

// object is the simplest register. Its initial value is 0.
type object struct{ value int32 }

func (o *object) Run(op *rules.Op) {
	switch op.Kind {
	case register.Read:
		op.Value = o.value
	case register.Write:
		o.value = op.Value
	case register.CAS: // one that does not match becomes a failed one
		if o.value != op.From {
			op.Kind, op.Value = register.FailedCAS, o.value
			return
		}
		o.value = op.Value
	}
}

func (o *object) Step(op rules.Op) bool {
	ok, v := apply(o.value, op)
	o.value = v
	return ok
}

func step(state uint64, op rules.Op) (bool, uint64) {
	ok, v := apply(int32(state), op)
	return ok, uint64(v)
}

func apply(value int32, op rules.Op) (bool, int32) {
	switch op.Kind {
	case register.Read:
		return op.Pending() || value == op.Value, value
	case register.Write:
		return true, op.Value
	case register.CAS:
		if value == op.From {
			return true, op.Value
		}
		return op.Pending(), value
	}
	return op.Pending() || value == op.Value && value != op.From, value
}

// workload draws operations on a register; cas is the percentage of compare-and-sets,
// which expect one of the latest values.
func workload(processes, ops, crash, cas int) rulestest.Workload {
	next := int32(0)
	return rulestest.Workload{
		Processes: processes, Ops: ops, Crash: crash,
		Invoke: func(rng rulestest.Rand) rules.Op {
			switch d := rng.IntN(100); {
			case d < cas:
				next++
				from := max(0, next-1-int32(rng.IntN(3)))
				return rules.Op{Kind: register.CAS, Value: next, From: from}
			case d < cas+(100-cas)/2:
				next++
				return rules.Op{Kind: register.Write, Value: next, From: rules.None}
			}
			return rules.Op{Kind: register.Read, Value: rules.None, From: rules.None}
		},
		Forget: func(op *rules.Op) {
			if op.Kind == register.Read || op.Kind == register.FailedCAS {
				op.Kind, op.Value, op.From = register.Read, rules.None, rules.None
			}
		},
	}
}

func completedReader(op rules.Op) bool {
	return !op.Pending() && (op.Kind == register.Read || op.Kind == register.FailedCAS)
}

func generate(rng rulestest.Rand) []rules.Op {
	n := 3 + rng.IntN(7)
	w := workload(2+rng.IntN(3), n, rng.IntN(3)*150, []int{0, 30, 70}[rng.IntN(3)])
	ops := rulestest.Simulate(rng, w, &object{})
	switch rng.IntN(5) {
	case 0:
	case 1:
		rulestest.SwapValues(rng, ops, completedReader)
		rulestest.SwapValues(rng, ops, completedReader)
		rulestest.Move(rng, ops)
	case 2:
		for range 1 + rng.IntN(6) {
			rulestest.Move(rng, ops)
		}
	case 3:
		spoil(rng, ops)
		spoil(rng, ops)
	case 4:
		spoil(rng, ops)
		rulestest.Intervals(rng, ops, rng.IntN(3)*100)
		for i := range ops {
			if ops[i].Pending() {
				w.Forget(&ops[i])
			} else if ops[i].Value == rules.None {
				ops[i].Value = rng.Int32N(int32(n + 1))
			}
		}
	}
	return ops
}

// spoil changes one result to another value.
func spoil(rng rulestest.Rand, ops []rules.Op) {
	i := rng.IntN(len(ops))
	v := rng.Int32N(int32(len(ops)) + 1)
	if rng.IntN(4) > 0 { // mostly one that was written
		v = ops[rng.IntN(len(ops))].Value
	}
	if v == rules.None {
		v = 0
	}
	switch op := &ops[i]; {
	case completedReader(*op):
		op.Value = v
	case op.Kind == register.CAS:
		op.From = v
	}
}

var suite = rulestest.Suite{
	Check:    func(ops []rules.Op) rules.Result { return register.Check(ops, 0) },
	New:      func() rulestest.Object { return &object{} },
	Model:    rulestest.Model(step),
	Generate: generate,
	Seed:     func(shard uint64) rulestest.Rand { return rand.New(rand.NewPCG(shard, 4)) },
	Relax: func(op rules.Op) rules.Op {
		op.Kind = register.Write
		return op
	},
	Histories:     soak.N(2_500, 40_000),
	MinViolations: 25,
}

func TestAgainstPorcupine(t *testing.T) {
	count := suite.Run(t)
	for _, p := range []string{
		register.ThinAir, register.RefusedMatch, register.DoubleCAS, register.Circle,
		register.Reversed, register.Overlap, register.Enclosed,
	} {
		if count.Patterns[p] < soak.N(1, 20) {
			t.Errorf("pattern %q was seen %d times only", p, count.Patterns[p])
		}
	}
}
