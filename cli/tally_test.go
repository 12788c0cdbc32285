package cli

import (
	"reflect"
	"testing"

	"simrun/check"
	"simrun/trial"
)

func TestTallyCountsByCheck(t *testing.T) {
	judgement := func(summary string, failed ...string) trial.Judgement {
		j := trial.Judgement{Outcome: check.Violation, Summary: summary}
		for _, name := range []string{"linearizability", "election safety", "progress"} {
			c := trial.Check{Name: name, Outcome: check.Valid}
			for _, f := range failed {
				if f == name {
					c.Outcome = check.Violation
				}
			}
			j.Checks = append(j.Checks, c)
		}
		return j
	}
	n := &tally{}
	n.add(7, judgement("two leaders", "election safety"))
	n.add(9, judgement("a stale read", "election safety", "linearizability"))
	extra := judgement("something else")
	extra.Checks = append(extra.Checks, trial.Check{Name: "told late", Outcome: check.Violation})
	n.add(11, extra)
	want := &tally{violations: 3, first: 7, reason: "two leaders", checks: []checkCount{{"linearizability", 1}, {"election safety", 2}, {"progress", 0}, {"told late", 1}}}
	if !reflect.DeepEqual(n, want) {
		t.Errorf("got %+v, want %+v", n, want)
	}
}

func TestShare(t *testing.T) {
	for _, c := range []struct {
		part, whole uint64
		want        string
	}{{0, 100, "0"}, {1, 1000, "0.1 %"}, {1, 100_000, "0.0 %"}, {2, 30, "6.6 %"}, {1, 10, "10 %"}, {999, 1000, "99 %"}, {7, 7, "100 %"}} {
		if got := share(c.part, c.whole); got != c.want {
			t.Errorf("%d of %d: %q, want %q", c.part, c.whole, got, c.want)
		}
	}
}
