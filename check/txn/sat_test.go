package txn

import (
	"math/rand/v2"
	"testing"
)

// TestSatisfy compares the solver with all values of the variables.
func TestSatisfy(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 1))
	count := [2]int{}
	for range 3000 {
		n := 1 + r.IntN(8)
		var clauses [][]literal
		for range r.IntN(6 * n) {
			var c []literal
			for range 1 + r.IntN(3) {
				l := literal(1 + r.IntN(n))
				if r.IntN(2) == 0 {
					l = -l
				}
				c = append(c, l)
			}
			clauses = append(clauses, distinct(c))
		}
		budget := int64(1_000_000)
		values, decided := satisfy(n, clauses, &budget)
		if !decided {
			t.Fatal("the budget did not do")
		}
		possible := false
		for set := range 1 << n {
			possible = possible || holds(clauses, func(v int) bool { return set>>(v-1)&1 == 1 })
		}
		if possible != (values != nil) || values != nil && !holds(clauses, func(v int) bool { return values[v] }) {
			t.Fatalf("%v: %v, expected a solution: %v", clauses, values, possible)
		}
		if possible {
			count[1]++
		} else {
			count[0]++
		}
	}
	if count[0] < 300 || count[1] < 300 {
		t.Errorf("of the formulas %d have no solution and %d have one: too few of one kind", count[0], count[1])
	}
}

func distinct(c []literal) []literal {
	var all []literal
	for _, l := range c {
		keep := true
		for _, m := range all {
			keep = keep && m != l
		}
		if keep {
			all = append(all, l)
		}
	}
	return all
}

func holds(clauses [][]literal, value func(v int) bool) bool {
	for _, c := range clauses {
		one := false
		for _, l := range c {
			one = one || value(l.variable()) == (l > 0)
		}
		if !one {
			return false
		}
	}
	return true
}

// TestReplayRefuses makes sure that a schedule that explains nothing is refused.
func TestReplayRefuses(t *testing.T) {
	events := recorded(t, `
		0 ok [["append","x",1]]
		1 ok [["r","x",[1]],["append","y",1]]
		0 ok [["r","y",[1]],["append","x",2]]`)
	commit := func(txs ...int) []Point {
		var all []Point
		for _, t := range txs {
			all = append(all, Point{Transaction: 2 * t})
		}
		return all
	}
	for _, c := range []struct {
		schedule []Point
		level    Level
		says     string
	}{
		{commit(0, 1, 2), StrictSerializable, ""},
		{commit(1, 0, 2), Serializable, `T2 read "x" = [1] where the schedule has null`},
		{commit(0, 1), Serializable, "T3 is not in the schedule"},
		{commit(0, 1, 1, 2), Serializable, "T2 can't commit"},
		{commit(0, 1, 2)[1:], Serializable, `T2 read "x" = [1] where the schedule has null`},
		{[]Point{{0, false}, {2, true}, {4, true}, {2, false}, {4, false}}, SnapshotIsolation, `T3 read "y" = [1] where the schedule has null`},
		{[]Point{{1, false}}, SnapshotIsolation, "event 1 does not begin a transaction"},
	} {
		got := ""
		if err := Replay(events, c.schedule, c.level); err != nil {
			got = err.Error()
		}
		if got != c.says {
			t.Errorf("%v: %q, expected %q", c.schedule, got, c.says)
		}
	}
	events = recorded(t, `
		0 ok [["append","x",1]]
		0 ok [["append","y",1]]`)
	if err := Replay(events, commit(1, 0), Serializable); err != nil {
		t.Error(err)
	}
	for _, l := range []Level{StrictSerializable, StrongSessionSerializable} {
		if err := Replay(events, commit(1, 0), l); err == nil || err.Error() != "T2 starts before what was done at event 1" {
			t.Errorf("%v: %v", l, err)
		}
	}
	overlap := []Point{{0, true}, {2, true}, {0, false}, {2, false}}
	events = recorded(t, together(`0 ok [["append","x",1]]`, `1 ok [["append","x",2]]`))
	overlap[1].Transaction, overlap[3].Transaction = 1, 1
	if err := Replay(events, overlap, SnapshotIsolation); err == nil || err.Error() != `T2 writes "x", which another wrote since it started` {
		t.Error(err)
	}
}
