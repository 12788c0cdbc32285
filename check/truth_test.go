package check_test

import (
	"math/rand/v2"
	"regexp"
	"testing"

	"simrun/check"
	"simrun/check/specs"
	"simrun/history"
	"simrun/internal/soak"
)

var (
	saysReplaced = regexp.MustCompile(`but (\S+) had replaced (\S+) by event (\d+)`)
	saysSeen     = regexp.MustCompile(`but process (\d+) had seen (\S+) instead by event (\d+)`)
	saysNobody   = regexp.MustCompile(`to (\d+), but nobody had written (\S+?)(?: by then|: |$)`)
)

// What a sentence about a register says happened, happened in the history that it is about.
func TestSentencesOfRegistersAreTrue(t *testing.T) {
	said := map[string]int{}
	for n, a := range append(alphabets, distinct...) {
		if a.spec != specs.Register && a.spec != specs.CASRegister && a.spec != specs.KV {
			continue
		}
		m := &maker{rng: rand.New(rand.NewPCG(81, uint64(n)))}
		for range soak.N(5_000, 200_000) {
			events := m.history(&a, 10)
			for i := range events {
				events[i].Time = history.Time(i) // "by event 3" is its index
			}
			v, err := check.Linearizable(a.spec, events, check.Options{AllowEmpty: true, Untimed: true})
			if err != nil {
				t.Fatal(err)
			}
			if v.Outcome == check.Violation {
				if kind, lie := verify(v, events); lie != "" {
					t.Fatalf("%s: %s; but %s\n%s", a.name(), v.Reason, lie, dump(events))
				} else if kind != "" {
					said[kind]++
				}
			}
		}
	}
	t.Logf("%v", said)
	for _, kind := range []string{"replaced", "seen", "nobody"} {
		if said[kind] < soak.N(50, 100) {
			t.Errorf("only %d sentences of the kind %q", said[kind], kind)
		}
	}
}

// verify returns what a sentence says, and why it is not true.
func verify(v check.Verdict, events []history.Event) (kind, lie string) {
	ops, err := history.Pair(events)
	if err != nil {
		return "", err.Error()
	}
	if said := saysReplaced.FindStringSubmatch(v.Reason); said != nil {
		for _, op := range ops {
			if text, ok := putBy(op); ok && op.Outcome == history.OK && op.Key == v.Key && text == said[1] && op.Complete == atoi(said[3]) {
				return "replaced", ""
			}
		}
		return "replaced", "nobody wrote that by then"
	}
	if said := saysSeen.FindStringSubmatch(v.Reason); said != nil {
		for _, op := range ops {
			if op.Process == history.Process(atoi(said[1])) && op.Complete == atoi(said[3]) && op.Key == v.Key {
				return "seen", ""
			}
		}
		return "seen", "it had not"
	}
	if said := saysNobody.FindStringSubmatch(v.Reason); said != nil {
		for _, op := range ops {
			if text, ok := putBy(op); ok && op.Outcome != history.Fail && op.Key == v.Key && text == said[2] && op.Invoke < atoi(said[1]) && op.Complete != atoi(said[1]) {
				return "nobody", "somebody had"
			}
		}
		return "nobody", ""
	}
	return "", ""
}

// putBy is the value that an operation writes, as a text.
func putBy(op history.Operation) (string, bool) {
	switch op.F {
	case "write":
		return op.Input.String(), true
	case "put":
		if op.Input == history.String("") {
			return "null", true // no value
		}
		return op.Input.String(), true
	case "cas":
		_, to, _ := op.Input.AsPair()
		return to.String(), op.Output != no
	case "delete":
		return "null", true
	}
	return "", false
}

func atoi(s string) int {
	n := 0
	for _, c := range s {
		n = 10*n + int(c-'0')
	}
	return n
}
