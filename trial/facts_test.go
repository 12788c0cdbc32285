package trial

import (
	"testing"

	"simrun/sim"
	"simrun/sim/fault"
)

// factOf is what is said of a run under a name.
func factOf(t *testing.T, name string, plan []fault.Fault, r Results) string {
	t.Helper()
	for _, f := range RunFacts(&sim.Case{Nodes: 3, Clients: 1, Faults: plan}, &r, nil) {
		if f.Name == name {
			return f.Value
		}
	}
	return ""
}

// What is said of a run counts in the singular and in the plural.
func TestFactsAreSentences(t *testing.T) {
	plan, err := new(fault.Profile).ParsePlan("", "at 1s crash n1\nat 2s crash n2\nat 3s crash n3\nat 4s crash n1")
	if err != nil {
		t.Fatal(err)
	}
	unfired := func(n int) Results {
		r := Results{Exercise: &Exercise{Activity: sim.Activity{Faults: 4, Fired: 4 - n}}}
		for _, f := range plan[:n] {
			r.Unfired = append(r.Unfired, f.String())
		}
		return r
	}
	const within = "the faults stay within what the model claims to survive"
	for _, tc := range []struct {
		name, want string
		r          Results
	}{
		{"faults", "crash 4; all fired", unfired(0)},
		{"faults", "crash 4; 2 of 4 fired, not at 1s crash n1, at 2s crash n2", unfired(2)},
		{"faults", "crash 4; 1 of 4 fired, not at 1s crash n1, at 2s crash n2 and 1 other", unfired(3)},
		{"faults", "crash 4; 0 of 4 fired, not at 1s crash n1, at 2s crash n2 and 2 others", unfired(4)},
		{"claims", within, Results{}},
		{"claims", "with reads=local the model does not keep its guarantee; " + within, Results{Weaker: []string{"reads=local"}}},
		{"claims", "with a=b, c=d the model does not keep its guarantee; beyond what the model claims to survive: x", Results{Weaker: []string{"a=b", "c=d"}, Beyond: []string{"x"}}},
		{"trace", "a part of the run: 1,200 records before or after it were not kept", Results{Untraced: 1200}},
		{"trace", "", Results{}},
	} {
		if got := factOf(t, tc.name, plan, tc.r); got != tc.want {
			t.Errorf("%s: %q, want %q", tc.name, got, tc.want)
		}
	}
}
