package check_test

import (
	"math/rand/v2"

	"simrun/check"
	"simrun/check/specs"
	"simrun/history"
)

// load makes long linearizable histories for benchmarks: each client always has one
// operation open, and the object executes each operation at a random instant of it.
type load struct {
	rng     *rand.Rand
	events  []history.Event
	clients int
	open    []request
}

type request struct {
	f      string
	input  history.Value
	output history.Value
	done   bool
}

// run executes n operations: next draws a client's request, perform executes it.
func (l *load) run(n int, next func() request, perform func(*request)) []history.Event {
	l.open = make([]request, l.clients)
	l.events = make([]history.Event, 0, 2*n)
	left := n
	for len(l.events) < 2*n {
		c := l.rng.IntN(l.clients)
		r := &l.open[c]
		switch {
		case r.f == "" && left > 0:
			left--
			*r = next()
			l.event(c, history.Invoke, r, r.input)
		case r.f == "":
		case !r.done:
			perform(r)
			r.done = true
		default:
			l.event(c, history.OK, r, r.output)
			*r = request{}
		}
	}
	return l.events
}

func (l *load) event(client int, t history.Type, r *request, v history.Value) {
	i := len(l.events)
	l.events = append(l.events, history.Event{Index: i, Time: history.Time(i), Process: history.Process(client), Type: t, F: r.f, Value: v})
}

// registerLoad is half reads and half writes; each value is written once.
func registerLoad(n, clients int) []history.Event {
	l := &load{rng: rand.New(rand.NewPCG(uint64(n), uint64(clients))), clients: clients}
	written, value := int64(0), history.Null
	return l.run(n, func() request {
		if l.rng.IntN(2) == 0 {
			return request{f: "read"}
		}
		written++
		return request{f: "write", input: history.Int(written)}
	}, func(r *request) {
		if r.f == "read" {
			r.output = value
		} else {
			value = r.input
		}
	})
}

// casLoad is a third each reads, writes and compare-and-sets of five values, so that
// every value is written many times.
func casLoad(n, clients int) []history.Event {
	l := &load{rng: rand.New(rand.NewPCG(uint64(n), uint64(clients))), clients: clients}
	value := history.Null
	draw := func() history.Value { return history.Int(l.rng.Int64N(5)) }
	return l.run(n, func() request {
		switch l.rng.IntN(3) {
		case 0:
			return request{f: "read"}
		case 1:
			return request{f: "write", input: draw()}
		}
		return request{f: "cas", input: history.List(draw(), draw())}
	}, func(r *request) {
		switch r.f {
		case "read":
			r.output = value
		case "write":
			value = r.input
		default:
			from, to, _ := r.input.AsPair()
			r.output = history.Bool(value == from)
			if value == from {
				value = to
			}
		}
	})
}

// takeLoad adds distinct values to a queue, a stack or a priority queue and takes them; it holds up to 100 values.
func takeLoad(n, clients int, add, take string, pick func(values []int64, rng *rand.Rand) int) []history.Event {
	l := &load{rng: rand.New(rand.NewPCG(uint64(n), uint64(clients))), clients: clients}
	added := int64(0)
	var values []int64
	return l.run(n, func() request {
		if len(values) >= 100 || l.rng.IntN(2) == 0 {
			return request{f: take}
		}
		added++
		return request{f: add, input: history.Int(added)}
	}, func(r *request) {
		if r.f == add {
			v, _ := r.input.AsInt()
			values = append(values, v)
			return
		}
		if len(values) == 0 {
			return
		}
		i := pick(values, l.rng)
		r.output = history.Int(values[i])
		values = append(values[:i], values[i+1:]...)
	})
}

func queueLoad(n, clients int) []history.Event {
	return takeLoad(n, clients, "enqueue", "dequeue", func([]int64, *rand.Rand) int { return 0 })
}

func stackLoad(n, clients int) []history.Event {
	return takeLoad(n, clients, "push", "pop", func(vs []int64, _ *rand.Rand) int { return len(vs) - 1 })
}

func priorityLoad(n, clients int) []history.Event {
	return takeLoad(n, clients, "insert", "poll", func(vs []int64, _ *rand.Rand) int {
		best := 0
		for i := range vs {
			if vs[i] > vs[best] {
				best = i
			}
		}
		return best
	})
}

// setLoad adds distinct values, removes them, and asks whether the set contains them.
func setLoad(n, clients int) []history.Event {
	l := &load{rng: rand.New(rand.NewPCG(uint64(n), uint64(clients))), clients: clients}
	in := make(map[int64]bool)
	added := int64(0)
	return l.run(n, func() request {
		switch k := l.rng.IntN(3); {
		case k == 0 || added == 0:
			added++
			return request{f: "add", input: history.Int(added)}
		case k == 1:
			return request{f: "remove", input: history.Int(1 + l.rng.Int64N(added))}
		}
		return request{f: "contains", input: history.Int(1 + l.rng.Int64N(added))}
	}, func(r *request) {
		v, _ := r.input.AsInt()
		switch r.f {
		case "add":
			in[v], r.output = true, history.Bool(true)
		case "remove":
			r.output = history.Bool(in[v])
			delete(in, v)
		default:
			r.output = history.Bool(in[v])
		}
	})
}

// loads are the objects of the benchmarks.
var loads = []struct {
	spec check.Spec
	make func(n, clients int) []history.Event
}{
	{specs.Register, registerLoad},
	{specs.Queue, queueLoad},
	{specs.Set, setLoad},
	{specs.Stack, stackLoad},
	{specs.PriorityQueue, priorityLoad},
}
