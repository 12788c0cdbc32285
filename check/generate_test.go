package check_test

import (
	"math/rand/v2"

	"simrun/check"
	"simrun/check/specs"
	"simrun/history"
)

// An alphabet is the set of operations for random histories of a specification.
type alphabet struct {
	spec check.Spec
	ops  []template
	keys []string
	// distinct: every value is added once, so that the rules can decide
	distinct bool
}

func (a *alphabet) name() string {
	if a.distinct {
		return a.spec.Name() + " of distinct values"
	}
	return a.spec.Name()
}

// A template is an operation with its possible results. The generator draws one that
// the specification allows, or a wrong one where it corrupts the history.
type template struct {
	f       string
	input   history.Value
	outputs []history.Value
	found   []history.Value // values that it may carry if it fails, besides its outputs
	adds    int             // the value that it adds, if values are added once; else 0
}

var null = history.Null

func ints(ns ...int64) []history.Value {
	vs := make([]history.Value, len(ns))
	for i, n := range ns {
		vs[i] = history.Int(n)
	}
	return vs
}

func texts(ss ...string) []history.Value {
	vs := make([]history.Value, len(ss))
	for i, s := range ss {
		vs[i] = history.String(s)
	}
	return vs
}

// lists are all lists of up to n of the values.
func lists(n int, values ...history.Value) []history.Value {
	level := [][]history.Value{nil}
	all := []history.Value{history.List()}
	for range n {
		var next [][]history.Value
		for _, l := range level {
			for _, v := range values {
				m := append(append([]history.Value{}, l...), v)
				next = append(next, m)
				all = append(all, history.List(m...))
			}
		}
		level = next
	}
	return all
}

func oneOf(vs ...history.Value) []history.Value { return vs }

func with(vs []history.Value, more ...history.Value) []history.Value { return append(vs, more...) }

// of makes a template for each input.
func of(f string, inputs, outputs []history.Value) []template {
	var ts []template
	for _, in := range inputs {
		ts = append(ts, template{f: f, input: in, outputs: outputs})
	}
	return ts
}

func join(parts ...[]template) []template {
	var all []template
	for _, p := range parts {
		all = append(all, p...)
	}
	return all
}

var (
	yes, no  = history.Bool(true), history.Bool(false)
	nothing  = oneOf(null)
	told     = oneOf(null, yes, no)
	oneKey   = []string{""}
	casPairs = oneOf(history.Ints(1, 2), history.Ints(2, 1), history.Ints(2, 3), history.Ints(3, 3), history.List(null, history.Int(1)))
)

var alphabets = []alphabet{
	{specs.Register, join(of("write", ints(1, 2, 3), nothing), repeat(4, of("read", nothing, with(ints(1, 2, 3), null)))), oneKey, false},
	{specs.CASRegister, join(of("write", ints(1, 2, 3), nothing), of("read", nothing, with(ints(1, 2, 3), null)), finds(of("cas", casPairs, told), ints(1, 2, 3))), oneKey, false},
	{specs.KV, join(
		of("put", texts("", "a", "b"), nothing), of("get", nothing, with(texts("", "a", "b", "ab", "ba", "aa"), null)),
		of("append", texts("a", "b"), nothing), of("delete", nothing, nothing),
		finds(of("cas", oneOf(history.List(texts("", "a")...), history.List(texts("a", "b")...), history.List(null, texts("b")[0])), told), texts("", "a", "b"))), []string{"x", "x", "x", "y"}, false},
	{specs.Consensus, of("propose", ints(1, 2, 3), ints(1, 2, 3)), []string{"x", "y"}, false},
	{specs.MultiRegister, transactions(), oneKey, false},
	{specs.MultiList, listTransactions(), oneKey, false},
	{specs.AppendList, join(of("append", ints(1, 2), nothing), of("read", nothing, lists(3, ints(1, 2)...))), oneKey, false},
	{specs.Set, join(of("add", ints(1, 2), told), of("remove", ints(1, 2), told), of("contains", ints(1, 2), oneOf(yes, no)),
		of("read", nothing, oneOf(history.Ints(), history.Ints(1), history.Ints(2), history.Ints(2, 1)))), oneKey, false},
	{specs.Queue, join(of("enqueue", ints(1, 2, 3), nothing), of("dequeue", oneOf(null, null), with(ints(1, 2, 3), null)), of("peek", nothing, with(ints(1, 2, 3), null))), oneKey, false},
	{specs.Stack, join(of("push", ints(1, 2, 3), nothing), of("pop", oneOf(null, null), with(ints(1, 2, 3), null)), of("peek", nothing, with(ints(1, 2, 3), null))), oneKey, false},
	{specs.PriorityQueue, join(of("insert", ints(1, 2, 3), nothing), of("poll", oneOf(null, null), with(ints(1, 2, 3), null)), of("peek", nothing, with(ints(1, 2, 3), null))), oneKey, false},
	{specs.Lock, join(of("acquire", with(texts("a", "b"), null), with(ints(1, 2, 3, 4), null, yes, no)), of("release", with(texts("a", "b"), null), told)), oneKey, false},
	{specs.Mutex, join(of("acquire", nothing, told), of("release", nothing, told)), oneKey, false},
	{specs.Semaphore, join(of("acquire", with(ints(1, 2), null), told), of("release", with(ints(1, 2), null), told)), oneKey, false},
	{specs.Bank, join(of("transfer", oneOf(moves("a", "b", 1), moves("b", "a", 2), moves("b", "a", 0)), told), repeat(3, of("read", nothing, balances()))), oneKey, false},
	{specs.Counter, join(of("add", ints(1, 2, -1), with(ints(-1, 0, 1, 2, 3, 4, 5), null)), of("read", nothing, ints(-1, 0, 1, 2, 3, 4, 5, 6))), oneKey, false},
	{specs.UniqueIDs, of("generate", nothing, ints(1, 2, 3, 4, 5)), oneKey, false},
	{specs.Log, join(of("append", ints(1, 2), with(ints(0, 1, 2, 3), null)), of("read", ints(0, 1, 2), lists(2, ints(1, 2)...))), oneKey, false},
}

// moves is the argument of a transfer.
func moves(from, to string, amount int64) history.Value {
	return history.Object(map[string]history.Value{"from": history.String(from), "to": history.String(to), "amount": history.Int(amount)})
}

// balances are what a read of a bank may see.
func balances() []history.Value {
	var all []history.Value
	for a := int64(-1); a < 4; a++ {
		for b := int64(0); b < 4; b++ {
			all = append(all, history.Object(map[string]history.Value{"a": history.Int(a), "b": history.Int(b)}))
		}
		all = append(all, history.Object(map[string]history.Value{"a": history.Int(a)}))
	}
	return all
}

// adding makes templates that add the values 1 to n, each once in a history.
func adding(f string, n int64, outputs []history.Value) []template {
	var ts []template
	for v := int64(1); v <= n; v++ {
		ts = append(ts, template{f: f, input: history.Int(v), outputs: outputs, adds: int(v)})
	}
	return ts
}

// finds sets the values that failed operations may have found.
func finds(ts []template, found []history.Value) []template {
	for i := range ts {
		ts[i].found = found
	}
	return ts
}

// repeat makes operations that add nothing as frequent as those that do.
func repeat(n int, ts []template) []template {
	var all []template
	for range n {
		all = append(all, ts...)
	}
	return all
}

var (
	some     = ints(1, 2, 3, 4, 5)
	maybe    = with(ints(1, 2, 3, 4, 5), null)
	distinct = []alphabet{
		{specs.Register, join(adding("write", 5, nothing), repeat(4, of("read", nothing, maybe))), oneKey, true},
		{specs.CASRegister, join(adding("write", 5, nothing), repeat(4, of("read", nothing, maybe)), swaps()), oneKey, true},
		{specs.KV, join(adding("put", 5, nothing), repeat(4, of("get", nothing, maybe)), swaps()), []string{"x", "y"}, true},
		{specs.Set, join(adding("add", 5, told), of("remove", some, oneOf(yes, no)), of("contains", some, oneOf(yes, no))), oneKey, true},
		{specs.Queue, join(adding("enqueue", 5, nothing), repeat(4, of("dequeue", nothing, maybe)), of("peek", nothing, maybe)), oneKey, true},
		{specs.Stack, join(adding("push", 5, nothing), repeat(4, of("pop", nothing, maybe))), oneKey, true},
		{specs.PriorityQueue, join(adding("insert", 5, nothing), repeat(4, of("poll", nothing, maybe)), of("peek", nothing, maybe)), oneKey, true},
	}
)

// swaps are compare-and-sets to the values 1 to 5 from each other value.
func swaps() []template {
	var ts []template
	for to := int64(1); to <= 5; to++ {
		for _, from := range with(ints(1, 2, 3), null) {
			if from != history.Int(to) {
				ts = append(ts, template{f: "cas", input: history.List(from, history.Int(to)), outputs: oneOf(null, yes), found: some, adds: int(to)})
			}
		}
	}
	return ts
}

// listTransactions are transactions over the lists x and y.
func listTransactions() []template {
	step := func(f, key string, v history.Value) history.Value {
		return history.List(history.String(f), history.String(key), v)
	}
	read := func(key string) []history.Value {
		return oneOf(step("r", key, null), step("r", key, history.Ints(1)), step("r", key, history.Ints(2)), step("r", key, history.Ints(1, 2)), step("r", key, history.Ints(2, 1)))
	}
	var ts []template
	add := func(as, bs []history.Value) {
		var out []history.Value
		for _, a := range as {
			for _, b := range bs {
				out = append(out, history.List(a, b))
			}
		}
		ts = append(ts, template{f: "txn", input: out[0], outputs: out})
	}
	for _, n := range ints(1, 2) {
		add(oneOf(step("append", "x", n)), oneOf(step("append", "y", n)))
		add(oneOf(step("append", "x", n)), read("y"))
		add(read("x"), oneOf(step("append", "y", n)))
		add(oneOf(step("append", "x", n)), read("x"))
	}
	add(read("x"), read("y"))
	return ts
}

// transactions returns transactions over two registers.
func transactions() []template {
	step := func(f, key string, v history.Value) history.Value {
		return history.List(history.String(f), history.String(key), v)
	}
	read := func(key string) []history.Value {
		return oneOf(step("r", key, null), step("r", key, history.Int(1)), step("r", key, history.Int(2)))
	}
	pairs := func(as, bs []history.Value) []history.Value {
		var all []history.Value
		for _, a := range as {
			for _, b := range bs {
				all = append(all, history.List(a, b))
			}
		}
		return all
	}
	var ts []template
	add := func(as, bs []history.Value) {
		out := pairs(as, bs)
		ts = append(ts, template{f: "txn", input: out[0], outputs: out})
	}
	for _, n := range ints(1, 2) {
		add(oneOf(step("w", "x", n)), oneOf(step("w", "y", n)))
		add(oneOf(step("w", "x", n)), read("y"))
		add(read("x"), oneOf(step("w", "y", n)))
		add(oneOf(step("w", "x", n)), read("x"))
	}
	add(read("x"), read("y"))
	add(read("y"), read("y"))
	return ts
}

// maker makes random histories: a correct execution of a few processes on one
// object, with some results replaced by wrong ones.
type maker struct {
	rng    *rand.Rand
	events []history.Event
	open   []opened
	added  [8]bool
	time   history.Time
	next   history.Process
}

type opened struct {
	process  history.Process
	key      int
	t        *template
	output   history.Value
	happened bool
}

// history makes a history of up to the given number of operations.
func (m *maker) history(a *alphabet, operations int) []history.Event {
	m.events, m.open, m.time, m.added = m.events[:0], m.open[:0], 0, [8]bool{}
	r := m.rng
	init, step, _ := a.spec.(check.RawSpec).Raw()
	states := make([]any, len(a.keys))
	for i := range states {
		states[i] = init
	}
	n := 2 + r.IntN(operations-1)
	spoil := 0
	if r.IntN(5) > 0 {
		spoil = 1 + r.IntN(6) // of ten results
	}
	processes := 1 + r.IntN(3)
	m.next = history.Process(processes)
	idle := make([]history.Process, processes, 16)
	for i := range idle {
		idle[i] = history.Process(i)
	}
	for n > 0 || len(m.open) > 0 {
		switch k := r.IntN(4); {
		case k == 0 && n > 0 && len(idle) > 0:
			n--
			i := r.IntN(len(idle))
			o := opened{process: idle[i], key: r.IntN(len(a.keys)), t: &a.ops[r.IntN(len(a.ops))]}
			for o.t.adds > 0 && m.added[o.t.adds] {
				o.t = &a.ops[r.IntN(len(a.ops))]
			}
			m.added[o.t.adds] = o.t.adds > 0
			idle = append(idle[:i], idle[i+1:]...)
			m.open = append(m.open, o)
			m.event(a, &o, history.Invoke, o.t.input)
		case k == 1 && len(m.open) > 0:
			o := &m.open[r.IntN(len(m.open))]
			if o.happened {
				continue
			}
			op := history.Operation{Process: o.process, F: o.t.f, Input: o.t.input, Outcome: history.OK}
			if key := a.keys[o.key]; key != "" {
				op.Key = key
			}
			start := r.IntN(len(o.t.outputs))
			for j := range o.t.outputs {
				op.Output = o.t.outputs[(start+j)%len(o.t.outputs)]
				if next, ok := step(states[o.key], op); ok {
					states[o.key], o.output, o.happened = next, op.Output, true
					break
				}
			}
			if r.IntN(10) < spoil {
				o.output, o.happened = o.t.outputs[r.IntN(len(o.t.outputs))], true
			}
		case k >= 2 && len(m.open) > 0:
			i := r.IntN(len(m.open))
			o := m.open[i]
			switch p := r.IntN(20); {
			case o.happened && p < 18:
				m.event(a, &o, history.OK, o.output)
				idle = append(idle, o.process)
			case o.happened && p < 19 || !o.happened && p == 0:
				if r.IntN(2) == 0 { // or it never completes
					m.event(a, &o, history.Info, null)
				}
				idle = append(idle, m.next)
				m.next++
			case !o.happened && p < 5:
				out := null
				if r.IntN(2) == 0 {
					out = m.failure(&o, states[o.key])
				}
				m.event(a, &o, history.Fail, out)
				idle = append(idle, o.process)
			default:
				continue
			}
			m.open = append(m.open[:i], m.open[i+1:]...)
		}
	}
	return m.events
}

// failure returns the value of a failed operation: for a compare-and-set mostly the value
// that it found, where the empty string may mean that it found none.
func (m *maker) failure(o *opened, state any) history.Value {
	found, isValue := state.(history.Value)
	if o.t.f != "cas" || !isValue {
		return o.t.outputs[m.rng.IntN(len(o.t.outputs))]
	}
	if m.rng.IntN(4) == 0 {
		from, to, _ := o.t.input.AsPair()
		found = []history.Value{from, to, null}[m.rng.IntN(3)]
	}
	if found == null && o.key < 2 && m.rng.IntN(2) == 0 {
		found = history.String("")
	}
	return found
}

func (m *maker) event(a *alphabet, o *opened, t history.Type, v history.Value) {
	if m.rng.IntN(2) == 0 {
		m.time++
	}
	m.events = append(m.events, history.Event{
		Index: len(m.events), Time: m.time, Process: o.process, Type: t, F: o.t.f, Key: a.keys[o.key], Value: v,
	})
}
