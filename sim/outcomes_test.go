package sim_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"simrun/sim"
)

// Two files are written and not synced when n1 crashes, then a third when it crashes again: the
// outcomes are all subsets, at both crashes.
func TestOutcomes(t *testing.T) {
	var boots []string
	s := script{
		boot: func(env *sim.Env) {
			if env.ID() != 1 {
				return
			}
			var held []string
			for _, f := range []string{"a", "b", "c"} {
				if data, _ := env.Read(f); len(data) > 0 {
					held = append(held, f)
				}
			}
			boots = append(boots, strings.Join(held, ""))
			switch env.Boots() {
			case 1:
				env.Append("a", []byte{1})
				env.Append("b", []byte{1})
			case 2:
				env.Append("c", []byte{1})
			}
		},
	}
	sys := s.system()
	c := sim.Case{Nodes: 2, Clients: 1, Faults: plan("at 10ms crash n1 for 10ms", "at 30ms crash n1,n2 for 10ms"), Recovery: sim.Recovery{Skip: true}}
	cases, complete, err := sim.Outcomes(sys, c, 100)
	if err != nil || !complete {
		t.Fatalf("complete %v, %v", complete, err)
	}
	var got []string
	for _, c := range cases {
		boots = nil
		if _, err := sim.Run(sys, c); err != nil {
			t.Fatal(err)
		}
		got = append(got, strings.Join(boots, ">"))
	}
	slices.Sort(got)
	// A file whose creation survived without its content reads as empty, as one that is
	// not there; so each line stands for as many cases as there are ways to get there.
	want := []string{">>", ">>c", ">a>a", ">a>ac", ">ab>ab", ">ab>abc", ">b>b", ">b>bc"}
	if distinct := slices.Compact(slices.Clone(got)); !slices.Equal(distinct, want) {
		t.Errorf("boots %q, want %q", distinct, want)
	}
	seen := map[string]bool{}
	for _, c := range cases {
		key := fmt.Sprint(c.Faults)
		if seen[key] {
			t.Errorf("two cases with the plan %s", key)
		}
		seen[key] = true
	}
	if _, complete, err := sim.Outcomes(sys, c, 5); complete || err != nil {
		t.Errorf("limited to 5: complete %v, %v", complete, err)
	}
}

// The correct toy keeps what it acknowledged, whatever its crashes leave; the planted bug does not.
func TestOutcomesOfTheToy(t *testing.T) {
	lost := func(bugs ...sim.BugName) (n, of int) {
		for seed := range sim.Seed(10) {
			c := quiet(seed)
			c.Bugs, c.Faults = bugs, plan("on 9th ack crash n1 for 100ms")
			cases, complete, err := sim.Outcomes(toySystem, c, 200)
			if err != nil || !complete {
				t.Fatalf("complete %v, %v", complete, err)
			}
			of += len(cases)
			for _, c := range cases {
				r, err := sim.Run(toySystem, c)
				if err != nil {
					t.Fatal(err)
				}
				if vanished(r.History) {
					n++
				}
			}
		}
		return n, of
	}
	if n, of := lost("early-ack"); n == 0 || n == of {
		t.Errorf("with the bug %d of %d outcomes lose writes, want some and not all", n, of)
	}
	if n, of := lost(); n != 0 {
		t.Errorf("without the bug %d of %d outcomes lose writes", n, of)
	}
}
