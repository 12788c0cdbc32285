package weaker_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"simrun/check"
	"simrun/check/specs"
	"simrun/check/weaker"
	"simrun/history"
	"simrun/internal/soak"
)

// seen is an access of a process to a register, for the oracle: it read a version
// or wrote one. Versions are values; 0 is the initial one.
type seen struct {
	write   bool
	version int64
	op      int
}

// oracleSessions decides the guarantees by trying every order of the versions of
// every register. known is false if some read saw what nobody wrote.
func oracleSessions(ops []history.Operation) (holds map[string]bool, known bool) {
	holds = map[string]bool{weaker.ReadYourWrites: true, weaker.MonotonicReads: true, weaker.MonotonicWrites: true, weaker.WritesFollowReads: true}
	known = true
	keys := map[string]bool{}
	for _, op := range ops {
		keys[op.Key] = true
	}
	for key := range keys {
		sessions, versions, ok := sessionsOf(ops, key)
		known = known && ok
		for name := range holds {
			found := false
			permute(versions, func(order []int64) bool {
				found = orderKeeps(name, order, sessions)
				return found
			})
			holds[name] = holds[name] && found
		}
	}
	return holds, known
}

// sessionsOf splits the history of a register by process. Writes that nobody saw
// and that never completed are left out.
func sessionsOf(ops []history.Operation, key string) (all map[history.Process][]seen, versions []int64, known bool) {
	writer := map[int64]int{}
	reads := map[int][]int64{}
	writes := map[int]int64{}
	for i, op := range ops {
		if op.Key != key {
			continue
		}
		switch op.F {
		case "write":
			n, _ := op.Input.AsInt()
			writer[n], writes[i] = i, n
		case "cas":
			from, to, _ := op.Input.AsPair()
			n, _ := to.AsInt()
			f, _ := from.AsInt()
			writer[n], writes[i], reads[i] = i, n, []int64{f}
		case "read":
			n, _ := op.Output.AsInt()
			reads[i] = []int64{n}
		}
	}
	took := map[int]bool{}
	var take func(i int)
	known = true
	take = func(i int) {
		if took[i] {
			return
		}
		took[i] = true
		for _, n := range reads[i] {
			if w, ok := writer[n]; ok {
				take(w)
			} else if n != 0 {
				known = false
			}
		}
	}
	for i, op := range ops {
		if op.Key == key && op.Outcome == history.OK {
			take(i)
		}
	}
	all = map[history.Process][]seen{}
	for i, op := range ops {
		if !took[i] {
			continue
		}
		for _, n := range reads[i] {
			if _, ok := writer[n]; ok || n == 0 {
				all[op.Process] = append(all[op.Process], seen{false, n, i})
			}
		}
		if n, ok := writes[i]; ok {
			all[op.Process] = append(all[op.Process], seen{true, n, i})
			versions = append(versions, n)
		}
	}
	return all, versions, known
}

// permute calls f with every order of the versions until it returns true.
func permute(versions []int64, f func([]int64) bool) bool {
	var from func(k int) bool
	from = func(k int) bool {
		if k == len(versions) {
			return f(versions)
		}
		for i := k; i < len(versions); i++ {
			versions[k], versions[i] = versions[i], versions[k]
			done := from(k + 1)
			versions[k], versions[i] = versions[i], versions[k]
			if done {
				return true
			}
		}
		return false
	}
	return from(0)
}

// orderKeeps applies the definitions literally to every pair of accesses of a process.
func orderKeeps(name string, order []int64, sessions map[history.Process][]seen) bool {
	place := map[int64]int{0: -1}
	for i, v := range order {
		place[v] = i
	}
	wroteBefore := func(a, b int64) bool { // one process wrote a, then b
		for _, s := range sessions {
			i := slices.IndexFunc(s, func(x seen) bool { return x.write && x.version == a })
			j := slices.IndexFunc(s, func(x seen) bool { return x.write && x.version == b })
			if i >= 0 && j > i {
				return true
			}
		}
		return false
	}
	for _, s := range sessions {
		for j, b := range s {
			for _, a := range s[:j] {
				switch {
				case a.write && b.write && place[a.version] > place[b.version]:
					return false
				case !a.write && b.write && a.op == b.op && place[a.version] >= place[b.version]:
					return false
				case name == weaker.ReadYourWrites && a.write && !b.write && place[b.version] < place[a.version]:
					return false
				case name == weaker.MonotonicReads && !a.write && !b.write && place[b.version] < place[a.version]:
					return false
				case name == weaker.WritesFollowReads && !a.write && b.write && place[b.version] <= place[a.version]:
					return false
				case name == weaker.MonotonicWrites && !a.write && !b.write && wroteBefore(b.version, a.version):
					return false
				}
			}
		}
	}
	return true
}

func TestSessionsAgreeWithEveryOrderOfVersions(t *testing.T) {
	histories := soak.N(8_000, 120_000)
	broken := map[string]int{}
	casSeen, any := 0, 0
	for i := range histories {
		m := &maker{rng: rand.New(rand.NewPCG(1, uint64(i))), keys: []string{"x", "y"}[:1+i%2], cas: i%3 == 0, future: i%2 == 0}
		events := m.history(4+i%5, 2+i%2)
		spec := specs.CASRegister
		ops := kept(t, spec, events)
		want, known := oracleSessions(ops)
		got, err := weaker.Sessions(spec, events, weaker.Options{})
		if err != nil {
			t.Fatal(err)
		}
		if slices.ContainsFunc(got, func(g weaker.Guarantee) bool { return !want[g.Name] }) {
			any++
		}
		for _, g := range got {
			outcome := check.Valid
			if !want[g.Name] {
				outcome = check.Violation
				broken[g.Name]++
			} else if !known {
				outcome = check.Unknown
			}
			// A cycle of compare-and-sets leaves no order at all, so no guarantee holds.
			if g.Verdict.Outcome != outcome && !(g.Name == weaker.MonotonicWrites && noOrder(ops)) {
				reports(t, events, "%s: %v (%s), want %v", g.Name, g.Verdict.Outcome, g.Verdict.Reason, outcome)
			}
			if g.Verdict.Outcome == check.Violation && !coreBreaks(g, ops) {
				reports(t, events, "%s: core %v alone doesn't break it: %s", g.Name, g.Verdict.Core, g.Verdict.Reason)
			}
		}
		if slices.ContainsFunc(ops, func(op history.Operation) bool { return op.F == "cas" }) {
			casSeen++
		}
	}
	enough(t, "a guarantee is broken", any, histories)
	for _, name := range []string{weaker.ReadYourWrites, weaker.MonotonicReads, weaker.MonotonicWrites, weaker.WritesFollowReads} {
		t.Logf("%s is broken in %d", name, broken[name])
		if broken[name] < histories/100 {
			t.Errorf("too few to mean anything: %s is broken", name)
		}
	}
	enough(t, "with a compare-and-set", casSeen, histories)
}

// noOrder reports whether no order of versions keeps even what all guarantees share.
func noOrder(ops []history.Operation) bool {
	holds := true
	for _, key := range []string{"x", "y"} {
		sessions, versions, _ := sessionsOf(ops, key)
		holds = holds && permute(versions, func(order []int64) bool { return orderKeeps("", order, sessions) })
	}
	return !holds
}

// coreBreaks reports whether the core alone breaks the guarantee, by the oracle. It
// leaves out other operations of a process, and what the core's compare-and-sets found.
func coreBreaks(g weaker.Guarantee, ops []history.Operation) bool {
	var core []history.Operation
	for _, op := range ops {
		if slices.Contains(g.Verdict.Core, op.Invoke) {
			core = append(core, op)
		}
	}
	holds, _ := oracleSessions(core)
	return !holds[g.Name]
}

// The versions of each register have an order of their own: two transactions may be in
// one order in x and in the other order in y.
func TestSessionsOfTransactionsJudgeEachRegister(t *testing.T) {
	history := func(reads ...string) []history.Event {
		lines := []string{
			`{"index":0,"process":0,"type":"invoke","f":"txn","value":[["w","x",1],["w","y",1]]}`,
			`{"index":1,"process":0,"type":"ok","f":"txn","value":[["w","x",1],["w","y",1]]}`,
			`{"index":2,"process":1,"type":"invoke","f":"txn","value":[["w","x",2],["w","y",2]]}`,
			`{"index":3,"process":1,"type":"ok","f":"txn","value":[["w","x",2],["w","y",2]]}`,
		}
		for _, r := range reads {
			lines = append(lines,
				fmt.Sprintf(`{"index":%d,"process":2,"type":"invoke","f":"txn","value":[["r","%s",null]]}`, len(lines), r[:1]),
				fmt.Sprintf(`{"index":%d,"process":2,"type":"ok","f":"txn","value":[["r","%s",%s]]}`, len(lines)+1, r[:1], r[1:]))
		}
		for i := range lines {
			lines[i] = strings.Replace(lines[i], `"process"`, `"time":0,"process"`, 1)
		}
		return parse(t, strings.Join(lines, "\n"))
	}
	for _, c := range []struct {
		reads []string
		want  check.Outcome
	}{
		{[]string{"x1", "x2", "y2", "y1"}, check.Valid},
		{[]string{"x1", "x2", "x1"}, check.Violation},
		{[]string{"x1", "x3"}, check.Unknown},
	} {
		all, err := weaker.Sessions(specs.MultiRegister, history(c.reads...), weaker.Options{})
		if err != nil {
			t.Fatal(err)
		}
		if v := all[1].Verdict; v.Outcome != c.want {
			t.Errorf("reads %v: %v (%s), want %v", c.reads, v.Outcome, v.Reason, c.want)
		}
	}
}
