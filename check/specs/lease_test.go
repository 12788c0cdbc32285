package specs_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"simrun/check"
	"simrun/check/specs"
	"simrun/history"
)

// leases makes a history of leases from lines: call, return, process, what it did and its result.
func leases(t *testing.T, lines string) []history.Event {
	var events []history.Event
	for line := range strings.Lines(lines) {
		var call, ret, process int
		var f, holder, result string
		if _, err := fmt.Sscan(line, &call, &ret, &process, &f, &holder, &result); err != nil {
			t.Fatalf("%q: %v", line, err)
		}
		in := history.String(holder)
		if f != "release" {
			in = history.Object(map[string]history.Value{"holder": history.String(holder), "lease": history.Int(10)})
		}
		out, err := history.ParseValue(result)
		if err != nil {
			t.Fatal(err)
		}
		e := history.Event{Time: history.Time(call), Process: history.Process(process), Type: history.Invoke, F: f, Value: in}
		events = append(events, e)
		e.Time, e.Type, e.Value = history.Time(ret), history.OK, out
		events = append(events, e)
	}
	// one operation after the other, unless a line begins before the one before it has ended
	for i := 1; i < len(events); i++ {
		for k := i; k > 0 && events[k].Time < events[k-1].Time; k-- {
			events[k], events[k-1] = events[k-1], events[k]
		}
	}
	for i := range events {
		events[i].Index = i
	}
	return events
}

func TestLease(t *testing.T) {
	for _, c := range []struct{ name, lines, want string }{
		{"it expires", "0 1 0 acquire a true\n12 13 1 acquire b true", "valid"},
		{"as early as it can", "0 5 0 acquire a true\n9 10 1 acquire b true", "valid"},
		{"too early", "0 5 0 acquire a true\n6 9 1 acquire b true", `process 1 acquired {"holder":"b","lease":10} → true from 6ns to 9ns, but "a" had got it by 5ns for 10ns, and can't have lost it by 9ns`},
		{"it was renewed", "0 1 0 acquire a true\n8 9 0 renew a true\n12 13 1 acquire b true", `process 1 acquired {"holder":"b","lease":10} → true from 12ns to 13ns, but "a" had got it by 9ns for 10ns, and can't have lost it by 13ns`},
		{"the end of the first lease is not that of the second", "0 1 0 acquire a true\n8 9 0 renew a true\n12 13 1 acquire b false", "valid"},
		{"renewed after the end, when nobody else got it", "0 1 0 acquire a true\n20 21 0 renew a true", "valid"},
		{"renewed after another one got it", "0 1 0 acquire a true\n12 13 1 acquire b true\n14 15 0 renew a true", `process 0 renewed {"holder":"a","lease":10} → true from 14ns to 15ns, but "b" had got it by 13ns for 10ns, and can't have lost it by 15ns`},
		{"it was released", "0 1 0 acquire a true\n2 3 0 release a true\n4 5 1 acquire b true", "valid"},
		{"a release that came too late", "0 1 0 acquire a true\n12 13 0 release a false", "valid"},
		{"a release that says it came too late", "0 1 0 acquire a true\n2 3 0 release a false", "process 0 released"},
		{"tokens grow", "0 1 0 acquire a 7\n12 13 1 acquire b 6", "process 1 acquired"},
		{"refused while nobody can have it", "0 1 0 acquire a false", "process 0 acquired"},
		{"never acquired", "0 1 0 renew a true", `process 0 renewed {"holder":"a","lease":10} → true from 0s to 1ns, but "a" had not acquired the lock`},
	} {
		with, from, err := specs.Leased(leases(t, c.lines))
		if err != nil || len(from) != len(with) {
			t.Fatalf("%s: %v", c.name, err)
		}
		v, err := check.Linearizable(specs.Lease, with, check.Options{Second: check.SecondBudget})
		if err != nil || v.Disagreement() != nil {
			t.Fatalf("%s: %v, %v", c.name, err, v.Disagreement())
		}
		if got := v.Reason; v.Outcome == check.Valid && c.want != "valid" || v.Outcome != check.Valid && !strings.HasPrefix(got, c.want) {
			t.Errorf("%s: %v, %s\nwant %s", c.name, v.Outcome, got, c.want)
		}
	}
}

// A service that keeps leases is valid at any speed of its clients; one that ends them a
// bit too early is found out.
func TestLeaseService(t *testing.T) {
	for _, early := range []history.Time{0, 4} {
		found := 0
		for seed := range uint64(300) {
			with, _, err := specs.Leased(serveLeases(rand.New(rand.NewPCG(seed, 3)), early))
			if err != nil {
				t.Fatal(err)
			}
			v, err := check.Linearizable(specs.Lease, with, check.Options{})
			switch {
			case err != nil:
				t.Fatal(err)
			case v.Outcome == check.Violation && early == 0:
				t.Fatalf("seed %d: %s", seed, v.Reason)
			case v.Outcome == check.Violation:
				found++
			}
		}
		if early > 0 && found < 50 {
			t.Errorf("leases that end %d too early were found in %d of 300 histories", early, found)
		}
	}
}

// serveLeases runs clients against a lock with leases of 10, which it ends early.
func serveLeases(r *rand.Rand, early history.Time) []history.Event {
	var events []history.Event
	holder, until := -1, history.Time(0)
	now := history.Time(0)
	pending := map[int]history.Event{} // by client: a completion that was not delivered yet
	for len(events) < 40 {
		now += history.Time(r.IntN(3))
		if now >= until {
			holder = -1
		}
		c := r.IntN(3)
		if done, open := pending[c]; open {
			done.Time, done.Index = now, len(events)
			events = append(events, done)
			delete(pending, c)
			continue
		}
		f := []string{"acquire", "acquire", "renew", "release"}[r.IntN(4)]
		in := history.Object(map[string]history.Value{"lease": history.Int(10)})
		if f == "release" {
			in = history.Null
		}
		e := history.Event{Index: len(events), Time: now, Process: history.Process(c), Type: history.Invoke, F: f, Value: in}
		events = append(events, e)
		ok := f == "acquire" && holder < 0 || f != "acquire" && holder == c // it takes effect at once
		switch {
		case ok && f == "release":
			holder = -1
		case ok:
			holder, until = c, now+10-early
		}
		e.Type, e.Value = history.OK, history.Bool(ok)
		pending[c] = e
	}
	return events
}
