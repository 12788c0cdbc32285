package invariant_test

import (
	"fmt"
	"testing"

	"simrun/models/invariant"
	"simrun/sim"
)

// said is a fact of a test: a word and two numbers.
type said struct {
	word string
	a, b uint64
}

func (s said) String() string { return fmt.Sprint(s.word, s.a, s.b) }

func of(word string) func(sim.Fact) (uint64, bool) {
	return func(f sim.Fact) (uint64, bool) { return f.(said).a, f.(said).word == word }
}

func names(f sim.Fact) (id, use string, ok bool) {
	s := f.(said)
	return fmt.Sprintf("tag %d", s.a), fmt.Sprintf("value %d", s.b), s.word == "name"
}

// at is a fact of a node; a node below zero boots.
type at struct {
	node sim.NodeID
	f    said
}

// evidence is what each violation contradicts: the number of the fact from 1, its node, and what it shows.
var evidence = map[string]string{
	"n1 and n3 are both leader of term 3":                                  "1 n1 became leader of term 3",
	"n1 applied entry 3 where entry 2 comes next":                          "1 n1 applied entry 1",
	"n1 and n2 applied different entries at index 1":                       "1 n1 applied entry 1",
	"n2 has a snapshot of 1 entries that are not those which n1 applied":   "1 n1 applied entry 1",
	"n2 has a snapshot of 2 entries, of which nobody has applied the last": "1 n1 applied entry 1, the last that anybody has",
	"n1 and n2 have different states after entry 4":                        "1 n1 had state 0000000000000007 after 4",
	"n1 has another state after entry 4 than it had before":                "1 n1 had state 0000000000000007 after 4",
	"n1 acknowledged 5 entries and has 4 after its restart":                "1 n1 acknowledged 5",
	"n2 gave tag 5 to value 2, which has been given to value 1":            "1 n1 gave tag 5 to value 1",
	"the view of n1 went back from 5 to 4":                                 "1 n1 was in view 5",
}

func TestMonitors(t *testing.T) {
	for _, tc := range []struct {
		name    string
		monitor sim.Monitor
		facts   []at
		want    string // of the last fact; all before it are silent
	}{
		{"one leader a term", invariant.OnePerEpoch("m", "leader", "term", of("lead")), []at{{1, said{"lead", 3, 0}}, {2, said{"follow", 3, 0}}, {1, said{"lead", 3, 0}}, {2, said{"lead", 4, 0}}}, ""},
		{"two leaders of a term", invariant.OnePerEpoch("m", "leader", "term", of("lead")), []at{{1, said{"lead", 3, 0}}, {2, said{"lead", 4, 0}}, {3, said{"lead", 3, 0}}}, "n1 and n3 are both leader of term 3"},
		{"equal logs", invariant.EqualPrefix("m", 2, applied), []at{{1, said{"apply", 1, 7}}, {1, said{"apply", 2, 8}}, {2, said{"apply", 1, 7}}, {-1, said{}}, {1, said{"apply", 1, 7}}}, ""},
		{"a gap", invariant.EqualPrefix("m", 2, applied), []at{{1, said{"apply", 1, 7}}, {1, said{"apply", 3, 8}}}, "n1 applied entry 3 where entry 2 comes next"},
		{"different entries", invariant.EqualPrefix("m", 2, applied), []at{{1, said{"apply", 1, 7}}, {2, said{"apply", 1, 8}}}, "n1 and n2 applied different entries at index 1"},
		{"a jump", invariant.EqualPrefixFrom("m", 2, applied, jumped), []at{{1, said{"apply", 1, 7}}, {1, said{"apply", 2, 8}}, {2, said{"jump", 2, 8}}, {2, said{"apply", 3, 9}}}, ""},
		{"a jump elsewhere", invariant.EqualPrefixFrom("m", 2, applied, jumped), []at{{1, said{"apply", 1, 7}}, {2, said{"jump", 1, 8}}}, "n2 has a snapshot of 1 entries that are not those which n1 applied"},
		{"a jump ahead", invariant.EqualPrefixFrom("m", 2, applied, jumped), []at{{1, said{"apply", 1, 7}}, {2, said{"jump", 2, 8}}}, "n2 has a snapshot of 2 entries, of which nobody has applied the last"},
		{"equal states", invariant.Equal("m", applied), []at{{1, said{"apply", 1, 7}}, {2, said{"apply", 5, 9}}, {2, said{"apply", 1, 7}}, {1, said{"apply", 5, 9}}}, ""},
		{"different states", invariant.Equal("m", applied), []at{{1, said{"apply", 4, 7}}, {2, said{"apply", 4, 8}}}, "n1 and n2 have different states after entry 4"},
		{"another state", invariant.Equal("m", applied), []at{{1, said{"apply", 4, 7}}, {1, said{"apply", 4, 8}}}, "n1 has another state after entry 4 than it had before"},
		{"kept", invariant.Durable("m", 2, step), []at{{1, said{"ack", 5, 0}}, {1, said{"cut", 4, 0}}, {1, said{"back", 3, 0}}, {2, said{"back", 0, 0}}}, ""},
		{"forgotten", invariant.Durable("m", 2, step), []at{{1, said{"ack", 5, 0}}, {1, said{"ack", 4, 0}}, {1, said{"back", 4, 0}}}, "n1 acknowledged 5 entries and has 4 after its restart"},
		{"names one thing", invariant.Unique("m", names), []at{{1, said{"name", 5, 1}}, {2, said{"name", 6, 1}}, {3, said{"name", 5, 1}}, {3, said{"other", 5, 2}}}, ""},
		{"names two", invariant.Unique("m", names), []at{{1, said{"name", 5, 1}}, {2, said{"name", 5, 2}}}, "n2 gave tag 5 to value 2, which has been given to value 1"},
		{"grows", invariant.Monotone("m", "view", 2, of("view")), []at{{1, said{"view", 5, 0}}, {2, said{"view", 1, 0}}, {-1, said{}}, {1, said{"view", 5, 0}}}, ""},
		{"goes back", invariant.Monotone("m", "view", 2, of("view")), []at{{1, said{"view", 5, 0}}, {-1, said{}}, {1, said{"view", 4, 0}}}, "the view of n1 went back from 5 to 4"},
	} {
		got := ""
		for i, x := range tc.facts {
			if x.node < 0 {
				if b, ok := tc.monitor.(sim.Booter); ok {
					b.Booted(sim.Sighting{Event: uint64(i + 1), Node: -x.node})
				}
				continue
			}
			b := tc.monitor.Observe(sim.Sighting{Event: uint64(i + 1), Node: x.node}, x.f)
			got = b.String()
			if b != nil {
				if e := b.Evidence[0]; len(b.Evidence) != 1 || fmt.Sprintf("%d %v %s", e.Event, e.Node, e.Shows) != evidence[got] {
					t.Errorf("%s: the evidence is %v, want %s", tc.name, b.Evidence, evidence[got])
				}
			}
			if got != "" && i < len(tc.facts)-1 {
				t.Errorf("%s: fact %d: %s", tc.name, i, got)
			}
		}
		if got != tc.want || tc.monitor.Name() != "m" {
			t.Errorf("%s: got %q, want %q", tc.name, got, tc.want)
		}
	}
}

func applied(f sim.Fact) (index, hash uint64, ok bool) {
	s := f.(said)
	return s.a, s.b, s.word == "apply"
}

func jumped(f sim.Fact) (index, hash uint64, ok bool) {
	s := f.(said)
	return s.a, s.b, s.word == "jump"
}

func step(f sim.Fact) (invariant.Step, uint64) {
	return map[string]invariant.Step{"ack": invariant.Acknowledged, "cut": invariant.Truncated, "back": invariant.Recovered}[f.(said).word], f.(said).a
}

// What a node promised is forgotten with its disk, and what it promises after that counts.
func TestForgottenPromises(t *testing.T) {
	for _, m := range []sim.Monitor{invariant.Durable("m", 1, step), invariant.Monotone("m", "view", 1, of("ack"))} {
		seen := func(event uint64, word string, n uint64) *sim.Breach {
			return m.Observe(sim.Sighting{Event: event, Node: 1}, said{word, n, 0})
		}
		seen(1, "ack", 5)
		m.(sim.Forgetter).Forgot(sim.Sighting{Event: 2, Node: 1})
		for i, word := range []string{"back", "ack"} {
			if b := seen(uint64(3+i), word, uint64(3*i)); b != nil {
				t.Errorf("%T after it forgot: %v", m, b)
			}
		}
		if b1, b2 := seen(5, "back", 2), seen(6, "ack", 2); b1 == nil && b2 == nil {
			t.Errorf("%T: what was promised since is not kept, and it says nothing", m)
		}
	}
}
