package trial

import (
	"slices"
	"testing"

	"simrun/models"
	"simrun/sim"
)

// Evidence is of a kind whatever the names, numbers and times in it are.
func TestKindsOfEvidence(t *testing.T) {
	for sentence, want := range map[string][]string{
		"n2 voted for n4 and for n1 in term 5":                                                                                   {"# voted for # and for # in term #"},
		`c3 was told that "a b" is at 17 by 1.204s`:                                                                              {"# was told that # is at # by #"},
		"10s after the faults healed, c1 waits for its read of k3 since 10.2s, asked n3":                                         {"# waits for its answer since #, asked #"},
		"10s after the faults healed, c1 has completed no operation; n1, n2 and n5 differ":                                       {"# differ", "# has completed no operation"},
		"7s after the faults healed, c1 waits for its cas since 9.1s, asked n2; c2 waits for its write of k1 since 9s, asked n4": {"# waits for its answer since #, asked #"},
	} {
		if got := kindsOf(sentence); !slices.Equal(got, want) {
			t.Errorf("%q is of kinds %q, want %q", sentence, got, want)
		}
	}
}

// A run fails for a cause if it shows no other kind of evidence of the same check.
func TestCause(t *testing.T) {
	own := models.Model{Name: "own", Monitors: func(*sim.Case) []sim.Monitor { return nil }}
	violated := func(check, detail string) *sim.Result {
		return &sim.Result{Violations: []sim.Violation{{Check: check, Detail: detail}}}
	}
	votes := Cause{Check: "vote monotone", Kinds: kindsOf("n2 voted for n4 and for n1 in term 5")}
	stuck := Cause{Check: Progress, Kinds: kindsOf("10s after the faults healed, c1 waits for its read of k3 since 10.2s, asked n3, which is down; c2 waits for its read since 9s, asked n1")}
	for _, c := range []struct {
		cause *Cause
		r     *sim.Result
		want  bool
	}{
		{&votes, violated("vote monotone", "n1 voted for n1 and for n3 in term 1"), true},
		{&votes, violated("vote monotone", "n1 forgot its term 7"), false},
		{&votes, violated("election safety", "n2 voted for n4 and for n1 in term 5"), false},
		{&stuck, violated(Progress, "10s after the faults healed, c4 waits for its write of k1 since 3s, asked n2"), true},
		{&stuck, violated(Progress, "10s after the faults healed, c4 waits for its write of k1 since 3s, asked n2; n1 and n2 differ"), false},
		{&stuck, &sim.Result{}, false},
	} {
		if c.cause.In(own, c.r) != c.want {
			t.Errorf("%+v in %+v is not %v", c.cause, c.r.Violations, c.want)
		}
	}
}

// Two failures have the same cause if they share a check and a kind of evidence.
func TestSameCause(t *testing.T) {
	cause := func(check, sentence string) *Cause { return &Cause{Check: check, Kinds: kindsOf(sentence)} }
	waits := cause(Progress, "10s after the faults healed, c1 waits for its read of k3 since 10.2s, asked n3")
	for _, c := range []struct {
		other *Cause
		want  bool
	}{
		{cause(Progress, "10s after the faults healed, c4 has completed no operation; c2 waits for its cas since 9s, asked n1"), true},
		{cause(Progress, "10s after the faults healed, c4 has completed no operation"), false},
		{cause("durability", "10s after the faults healed, c1 waits for its read of k3 since 10.2s, asked n3"), false},
	} {
		if waits.Same(c.other) != c.want || c.other.Same(waits) != c.want {
			t.Errorf("%v and %v are the same: not %v", waits, c.other, c.want)
		}
	}
	if a, b := causeOfError(&DivergenceError{Seed: 1}), (Cause{Check: nondeterminism}); !a.Same(&b) {
		t.Errorf("%v is not %v", &a, &b)
	}
}
