package weaker

import (
	"cmp"
	"slices"

	"simrun/check"
	"simrun/history"
)

// program is a history for which Sequential looks for one order: the operations of each
// process in its order.
type program struct {
	*versions // which write each read saw, if the specification consists of registers
	spec      check.Spec
	opts      Options

	hasVersions bool // the specification consists of registers

	machine *check.Machine
	object  []int32 // by operation
	objects int
	class   []int32 // by operation
	must    []bool  // by operation: an order must hold it

	forced *graph[reason]
	clocks clocks // nil if the history is too large for them

	steps int64
	most  int // operations in the longest order that was tried
}

func newProgram(spec check.Spec, ops []history.Operation, opts Options) *program {
	p := &program{spec: spec, opts: opts, machine: check.NewMachine(spec)}
	if l, err := languageOf(spec); err == nil {
		p.hasVersions = true
		p.versions = join(spec, l, ops, opts)
	} else {
		p.versions = &versions{ops: ops, reads: make([][]read, len(ops)), writes: make([][]int32, len(ops))}
		p.arrange()
	}
	p.object, p.class, p.must = make([]int32, len(ops)), make([]int32, len(ops)), make([]bool, len(ops))
	number := make(map[string]int32)
	for i := range ops {
		key := p.machine.Object(&ops[i])
		o, ok := number[key]
		if !ok {
			o = int32(len(number))
			number[key] = o
		}
		p.object[i], p.class[i] = o, p.machine.Class(&ops[i])
		p.must[i] = check.TookEffect(spec, ops[i]) || p.hasVersions && p.took[i]
	}
	p.objects = len(number)
	p.dropUnseen()
	return p
}

// dropUnseen leaves out operations that never completed, are last in their process, and
// whose value nobody saw: no other operation needs them.
func (p *program) dropUnseen() {
	if !p.hasVersions || p.unclear != "" {
		return
	}
	for q, ops := range p.processes {
		if last := len(ops) - 1; !p.must[ops[last]] {
			p.processes[q] = ops[:last]
		}
	}
}

// merge merges the orders of linearization of all objects, which the witness has one
// after the other, into one order by the earliest instants at which the operations can
// take effect.
func merge(spec check.Spec, ops []history.Operation, witness []int) []int {
	called := make(map[int]*history.Operation, len(ops))
	for i := range ops {
		called[ops[i].Invoke] = &ops[i]
	}
	m := check.NewMachine(spec)
	type moment struct{ after, invoke int }
	moments := make([]moment, 0, len(witness))
	after, object := -1, ""
	for _, invoke := range witness {
		op := called[invoke]
		if key := m.Object(op); key != object || check.TookEffect(spec, *op) && after > op.Complete {
			after, object = -1, key
		}
		after = max(after, invoke)
		moments = append(moments, moment{after, invoke})
	}
	slices.SortStableFunc(moments, func(a, b moment) int { return cmp.Compare(a.after, b.after) })
	order := make([]int, len(moments))
	for i, at := range moments {
		order[i] = at.invoke
	}
	return order
}
