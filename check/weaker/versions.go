package weaker

import (
	"fmt"
	"slices"

	"simrun/check"
	"simrun/history"
)

// versions is a history of registers in which it is known which write each read saw.
type versions struct {
	ops       []history.Operation
	processes [][]int32  // operations of each process, in its order; processes in order of first invocation
	registers []register // in order of first access
	reads     [][]read   // by operation
	writes    [][]int32  // by operation: registers that it wrote
	told      []bool     // by operation: its accesses are known
	took      []bool     // by operation: it certainly took effect, since it completed or its value was seen
	seer      []int32    // by operation: the operation that saw its value, if only that shows that it took effect; else -1
	unclear   string     // a sentence that says which read saw an unknown version; "" if all versions are known
	place     []int32    // by operation: its position in its process
	process   []int32    // by operation: the position of its process in processes
}

type register struct {
	key    string
	writes []int32 // operations, in order of invocation
	opaque bool    // it has an operation whose accesses are not known
}

// read means that an operation found in a register the value of a write.
type read struct{ register, writer int32 }

// initial represents the write of a register's initial value.
const initial int32 = -1

// version is a value of a register.
type version struct {
	register int32
	value    history.Value
}

// joining is the state of join.
type joining struct {
	*versions
	opts    Options
	spec    check.Spec
	number  map[string]int32  // registers by key
	writers map[version]int32 // ambiguous if there are several
	found   [][]version       // by operation: the versions that it read
}

const ambiguous int32 = -2

// join finds the write that each read saw. ops must be the result of check.Explainable.
func join(spec check.Spec, l language, ops []history.Operation, opts Options) *versions {
	j := &joining{
		versions: &versions{
			ops: ops, reads: make([][]read, len(ops)), writes: make([][]int32, len(ops)),
			told: make([]bool, len(ops)), took: make([]bool, len(ops)), seer: make([]int32, len(ops)),
		},
		spec: spec, opts: opts,
		number: make(map[string]int32), writers: make(map[version]int32), found: make([][]version, len(ops)),
	}
	j.arrange()
	for i := range ops {
		all, ok := l(&ops[i])
		j.told[i] = ok
		if !ok {
			j.hide(&ops[i])
		}
		for _, a := range all {
			j.access(int32(i), a)
		}
	}
	for i := range ops {
		j.seer[i] = -1
	}
	for i := range ops {
		if check.TookEffect(spec, ops[i]) {
			j.see(int32(i))
		}
	}
	return j.versions
}

// arrange sorts the operations by process.
func (v *versions) arrange() {
	number := make(map[history.Process]int32)
	v.place, v.process = make([]int32, len(v.ops)), make([]int32, len(v.ops))
	for i := range v.ops {
		p, ok := number[v.ops[i].Process]
		if !ok {
			p = int32(len(v.processes))
			number[v.ops[i].Process] = p
			v.processes = append(v.processes, nil)
		}
		v.process[i], v.place[i] = p, int32(len(v.processes[p]))
		v.processes[p] = append(v.processes[p], int32(i))
	}
}

func (j *joining) register(key string) int32 {
	r, ok := j.number[key]
	if !ok {
		r = int32(len(j.registers))
		j.number[key] = r
		j.registers = append(j.registers, register{key: key})
	}
	return r
}

// hide marks the register of an operation with unknown accesses as opaque; for a
// transaction, all its registers.
func (j *joining) hide(op *history.Operation) {
	j.unsure("%s has no known version", op)
	if op.F != "txn" {
		j.registers[j.register(op.Key)].opaque = true
		return
	}
	steps, _ := op.Input.AsList()
	for _, step := range steps {
		if parts, _ := step.AsList(); len(parts) == 3 {
			key := parts[1].String()
			if op.Key != "" {
				key = op.Key + "/" + key
			}
			j.registers[j.register(key)].opaque = true
		}
	}
}

func (j *joining) unsure(format string, op *history.Operation) {
	if j.unclear == "" {
		j.unclear = fmt.Sprintf(format, j.opts.says(j.spec, op))
	}
}

func (j *joining) access(i int32, a access) {
	r := j.register(a.key)
	if !a.write {
		j.found[i] = append(j.found[i], version{r, a.value})
		return
	}
	j.registers[r].writes = append(j.registers[r].writes, i)
	j.writes[i] = append(j.writes[i], r)
	at := version{r, a.value}
	if _, again := j.writers[at]; again || a.value.IsNull() {
		i = ambiguous
	}
	j.writers[at] = i
}

// see records that an operation took effect, and so did the writes that it saw.
func (j *joining) see(i int32) {
	for todo := []int32{i}; len(todo) > 0; {
		i, todo = todo[len(todo)-1], todo[:len(todo)-1]
		if j.took[i] {
			continue
		}
		j.took[i] = true
		for _, found := range j.found[i] {
			w, written := j.writers[found]
			switch {
			case j.registers[found.register].opaque:
				continue
			case w == ambiguous && written:
				j.unsure("%s may have seen one of several versions, since values repeat", &j.ops[i])
				continue
			case !written && found.value.IsNull():
				w = initial
			case !written:
				j.unsure("%s saw a value that no operation wrote", &j.ops[i])
				continue
			default:
				if !j.took[w] && !check.TookEffect(j.spec, j.ops[w]) {
					j.seer[w] = i
				}
				todo = append(todo, w)
			}
			j.reads[i] = append(j.reads[i], read{found.register, w})
		}
	}
}

// core returns the invocations of members, and of the operations that show that they
// took effect, ascending.
func (v *versions) core(members []int32) []int {
	var core []int
	for _, i := range members {
		for ; i >= 0; i = v.seer[i] {
			core = append(core, v.ops[i].Invoke)
		}
	}
	slices.Sort(core)
	return slices.Compact(core)
}
