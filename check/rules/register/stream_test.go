package register_test

import (
	"math/rand/v2"
	"testing"

	"simrun/check/rules"
	"simrun/check/rules/register"
	"simrun/internal/soak"
)

// The stream finds a violation at the event at which an exhaustive search of every prefix does, whether or not values are
// written again.
func TestStreamAgreesWithSearch(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	outcomes := map[string]int{}
	for range soak.N(60_000, 1_500_000) {
		h := drawStreamed(rng)
		want := h.firstViolation()
		got, followed := follow(h, nil)
		switch {
		case !followed:
			outcomes["ambiguous"]++
			continue
		case want < 0:
			outcomes["linearizable"]++
		default:
			outcomes["violation"]++
		}
		if got != want {
			t.Fatalf("the stream finds a violation at event %d, the search at %d:\n%v", got, want, h)
		}
	}
	t.Logf("%d linearizable, %d violations, %d ambiguous histories", outcomes["linearizable"], outcomes["violation"], outcomes["ambiguous"])
	if outcomes["linearizable"] < 5000 || outcomes["violation"] < 5000 || outcomes["ambiguous"] > outcomes["linearizable"]+outcomes["violation"] {
		t.Errorf("the histories are of one kind: %v", outcomes)
	}
}

// Long histories, which the rule for whole histories decides: with slow reads, crashed clients and one wrong read.
func TestStreamAgreesWithCheck(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	violations := 0
	for range soak.N(2000, 50_000) {
		h := long(rng, 50+rng.IntN(200), 1+rng.IntN(8))
		if rng.IntN(3) > 0 {
			h.spoil(rng)
		}
		r := register.Check(h.whole(len(h)), 0)
		if got, followed := follow(h, nil); !followed || (got >= 0) != (r.Answer == rules.Violation) {
			t.Fatalf("the stream finds a violation at event %d (followed %v), the rule says %v:\n%v", got, followed, r.Answer, h)
		}
		if r.Answer == rules.Violation {
			violations++
		}
	}
	if violations < 200 {
		t.Errorf("%d violations", violations)
	}
}

// The memory of a stream depends on how many operations overlap.
func TestStreamHoldsLittle(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 6))
	most := 0
	follow(long(rng, 100_000, 10), func(s *register.Stream[int32]) { most = max(most, s.Held()) })
	if most > 1000 { // writes that crashed, one in two hundred, may still be seen
		t.Errorf("it held %d values", most)
	}
}

// moment is one event of a history: op begins, or ends.
type moment struct {
	op   int
	ends bool
	how  how
	kind rules.Kind
	v    int32
}

type how uint8

const (
	ok how = iota
	failed
	lost
)

type moments []moment

// drawStreamed draws a small history of which nothing is certain.
func drawStreamed(rng *rand.Rand) moments {
	var h moments
	type open struct {
		op   int
		kind rules.Kind
		v    int32
	}
	var under []open
	ops, most, values := 0, 2+rng.IntN(6), int32(1+rng.IntN(5))
	unique := rng.IntN(2) == 0
	last := []int32{0}
	for ops < most || len(under) > 0 {
		if ops < most && (len(under) == 0 || rng.IntN(2) == 0) {
			m := moment{op: ops}
			if rng.IntN(2) == 0 {
				m.kind, m.v = register.Write, 1+rng.Int32N(values)
				if unique {
					m.v = int32(1 + ops)
				}
				last = append(last, m.v)
			}
			h = append(h, m)
			under = append(under, open{ops, m.kind, m.v})
			ops++
			continue
		}
		i := rng.IntN(len(under))
		u := under[i]
		under = append(under[:i], under[i+1:]...)
		if rng.IntN(12) == 0 {
			continue // it never ends
		}
		m := moment{op: u.op, ends: true, kind: u.kind, v: u.v}
		switch n := rng.IntN(10); {
		case n == 0:
			m.how = failed
		case n == 1:
			m.how = lost
		case u.kind == register.Read:
			m.v = last[max(0, len(last)-1-rng.IntN(3))]
		}
		h = append(h, m)
	}
	return h
}

// long simulates a register; operations take effect at one instant.
func long(rng *rand.Rand, n, clients int) moments {
	var h moments
	type client struct {
		op, state int
		kind      rules.Kind
		v         int32
	}
	all := make([]client, clients)
	value, ops := int32(0), 0
	for ops < n {
		c := &all[rng.IntN(clients)]
		switch c.state {
		case 0:
			*c = client{op: ops, state: 1}
			if rng.IntN(2) == 0 {
				c.kind, c.v = register.Write, int32(ops+1)
			}
			h = append(h, moment{op: ops, kind: c.kind, v: c.v})
			ops++
		case 1:
			if c.kind == register.Write {
				value = c.v
			}
			c.v, c.state = value, 2
		default:
			m := moment{op: c.op, ends: true, kind: c.kind, v: c.v}
			if rng.IntN(100) == 0 {
				m.how = lost
			}
			h = append(h, m)
			c.state = 0
		}
	}
	return h
}

// spoil lets one read return another value.
func (h moments) spoil(rng *rand.Rand) {
	for range 100 {
		m := &h[rng.IntN(len(h))]
		if m.ends && m.kind == register.Read && m.how == ok {
			m.v = max(0, m.v-rng.Int32N(4))
			return
		}
	}
}

// follow gives a history to a stream, and returns the event of the violation, or -1; false if it is ambiguous.
func follow(h moments, each func(*register.Stream[int32])) (int, bool) {
	s := register.NewStream(int32(0))
	open := map[int]*register.Pending[int32]{}
	for i, m := range h {
		switch {
		case !m.ends && m.kind == register.Write:
			p := s.Write(i, m.v)
			if p == nil {
				return -1, false
			}
			open[m.op] = p
		case !m.ends:
			open[m.op] = s.Read(i)
		case m.how == lost:
			s.Lost(open[m.op])
		case m.how == failed:
			if !s.Failed(open[m.op], i) {
				return i, true
			}
		default:
			if !s.Returned(open[m.op], i, m.v) {
				return i, true
			}
		}
		if each != nil {
			each(s)
		}
	}
	return -1, true
}

// whole is a prefix of a history in the terms of the rules: operations that failed later are pending.
func (h moments) whole(end int) []rules.Op {
	at := map[int]int{}
	var ops []rules.Op
	gone := map[int]bool{}
	for _, m := range h[:end] {
		gone[m.op] = gone[m.op] || m.ends && m.how == failed
	}
	pos := int32(0)
	for _, m := range h[:end] {
		switch {
		case gone[m.op]:
			continue
		case !m.ends:
			at[m.op] = len(ops)
			ops = append(ops, rules.Op{Call: pos, Ret: never, Kind: m.kind, Value: m.v, From: none})
			if m.kind == register.Read {
				ops[len(ops)-1].Value = 0
			}
		case m.how == lost:
			continue
		default:
			op := &ops[at[m.op]]
			op.Ret, op.Value = pos, m.v
		}
		pos++
	}
	return ops
}

// firstViolation searches every prefix for an order, and returns the last event of the first without one; -1 if there is none.
func (h moments) firstViolation() int {
	for end := 1; end <= len(h); end++ {
		if ops := h.whole(end); !ordered(ops, 0, 0) {
			return end - 1
		}
	}
	return -1
}

// ordered reports whether the operations that are not done have an order from a value on.
func ordered(ops []rules.Op, done uint, value int32) bool {
	first, all := never, true
	for i := range ops {
		if done>>i&1 == 0 && ops[i].Ret != never {
			first, all = min(first, ops[i].Ret), false
		}
	}
	if all {
		return true
	}
	for i, op := range ops {
		if done>>i&1 != 0 || op.Call > first || op.Kind == register.Read && (op.Ret == never || op.Value != value) {
			continue
		}
		next := value
		if op.Kind == register.Write {
			next = op.Value
		}
		if ordered(ops, done|1<<i, next) {
			return true
		}
	}
	return false
}

// A stream takes operations as fast as the rule for whole histories.
func BenchmarkStream(b *testing.B) {
	h := long(rand.New(rand.NewPCG(7, 8)), 100_000, 10)
	b.ReportAllocs()
	for b.Loop() {
		s := register.NewStream(int32(0))
		open := make([]*register.Pending[int32], len(h))
		for i, m := range h {
			switch {
			case !m.ends && m.kind == register.Write:
				open[m.op] = s.Write(i, m.v)
			case !m.ends:
				open[m.op] = s.Read(i)
			case m.how == lost:
				s.Lost(open[m.op])
			default:
				s.Returned(open[m.op], i, m.v)
			}
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/100_000, "ns/operation")
}
