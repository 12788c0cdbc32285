package maelstrom

import (
	"strings"
	"testing"

	"simrun/check"
	"simrun/internal/soak"
	"simrun/sim"
	"simrun/trial"
)

// try runs a guest under the default search.
func try(t *testing.T, g guest, workload, nemesis string, seed sim.Seed, options map[sim.OptionName]string) *trial.Run {
	t.Helper()
	s := trial.Setup{Model: Model(g), Nemesis: nemesis, Base: sim.Case{Workload: sim.Workload{Name: workload}, Options: options}}
	if err := s.Check(); err != nil {
		t.Fatal(err)
	}
	r, err := s.Run(seed, false)
	if err != nil {
		t.Fatalf("%s, seed %d: %v", workload, seed, err)
	}
	return r
}

// A node that is right for its workload is silent, whatever the nemesis does.
func TestRightNodes(t *testing.T) {
	for _, c := range []struct {
		workload string
		guest    guest
	}{
		{"echo", echoGuest("")}, {"unique-ids", idGuest("")}, {"broadcast", setGuest("")}, {"g-set", setGuest("")},
		{"g-counter", counterGuest("")}, {"pn-counter", counterGuest("")}, {"g-counter", seqCounterGuest("")},
		{"lin-kv", proxyGuest("lin-kv", "")}, {"kafka", kafkaGuest("")}, {"txn-list-append", txnGuest("")}, {"txn-rw-register", txnGuest("")},
	} {
		little, seeds := 0, soak.N(2, 300)
		for seed := sim.Seed(1); seed <= sim.Seed(seeds); seed++ {
			r := try(t, c.guest, c.workload, "swarm", seed, nil)
			if r.Outcome != check.Valid || len(r.Beyond) > 0 {
				t.Errorf("%s, seed %d: %v %s, %v", c.workload, seed, r.Outcome, r.Summary, r.Beyond)
			}
			if r.Exercise.Little() != "" {
				little++
			}
		}
		if little > max(1, seeds/4) {
			t.Errorf("%s: %d runs did little", c.workload, little)
		}
	}
}

// A node that is wrong is found, by the check that is about it.
func TestWrongNodes(t *testing.T) {
	right := echoGuest("")
	for _, c := range []struct {
		name, workload string
		guest          guest
		check, says    string
	}{
		{"an echo that changes", "echo", echoGuest("changes"), "echo", "what?"},
		{"numbers from memory", "unique-ids", idGuest("memory"), "linearizability", ""},
		{"a broadcast without retry", "broadcast", setGuest("once"), "broadcast", "missing"},
		{"a set in memory", "g-set", setGuest("memory"), "g-set", "missing"},
		{"a counter that adds what it hears", "g-counter", counterGuest("adds"), "g-counter", ""},
		{"a counter on seq-kv without retry", "g-counter", seqCounterGuest("no-retry"), "g-counter", ""},
		{"a counter on seq-kv that reads the past", "pn-counter", seqCounterGuest("stale"), "pn-counter", ""},
		{"reads from memory", "lin-kv", proxyGuest("lin-kv", "local"), "linearizability", ""},
		{"a store on seq-kv", "lin-kv", proxyGuest("seq-kv", ""), "linearizability", ""},
		{"a store on lww-kv", "lin-kv", proxyGuest("lww-kv", ""), "linearizability", ""},
		{"logs that lose", "kafka", kafkaGuest("blind"), "kafka", ""},
		{"logs that skip", "kafka", kafkaGuest("skips"), "kafka", "left out"},
		{"logs that go back", "kafka", kafkaGuest("rewinds"), "kafka", "had polled offset"},
		{"lost updates of lists", "txn-list-append", txnGuest("lost-update"), "linearizability", ""},
		{"lost updates of registers", "txn-rw-register", txnGuest("lost-update"), "linearizability", ""},
		{"garbage", "echo", faulty(right, "echo", 5, func(l *life) { l.out.Line([]byte("listening on :8080")) }), "protocol", `printed "listening on :8080", which is not JSON`},
		{"no destination", "echo", faulty(right, "echo", 5, func(l *life) { l.out.Line([]byte(`{"src":"n0","body":{}}`)) }), "protocol", `lacks "dest"`},
		{"nobody", "echo", faulty(right, "echo", 5, func(l *life) { l.send("n9", bodyOf("hi")) }), "protocol", `there are n0 to n4`},
		{"an answer without its member", "echo", guest{"mute", func(l *life) { l.on["echo"] = func(m ask) { l.reply(m, "echo_ok") } }}, "protocol", `it lacks "echo"`},
		{"no answer to init", "echo", guest{"silent", func(l *life) { l.on["init"] = func(ask) {} }}, "init", "has not answered init within 10s"},
		{"an exit at once", "echo", guest{"dead", func(l *life) { l.out.Log([]byte("no such flag")); l.exit(2) }}, "exit", `exited with code 2; the last line of its log is "no such flag"`},
		{"an exit later", "echo", faulty(right, "echo", 5, func(l *life) { l.exit(0) }), "exit", "exited with code 0"},
	} {
		found := false
		for seed := sim.Seed(1); seed <= 60 && !found; seed++ {
			for _, failed := range try(t, c.guest, c.workload, "swarm", seed, nil).Failed() {
				if failed.Outcome == check.Violation && failed.Name == c.check && strings.Contains(failed.Reason, c.says) {
					t.Logf("%s: seed %d: %s: %s", c.name, seed, failed.Name, failed.Reason)
					found = true
				}
			}
		}
		if !found {
			t.Errorf("%s: not found by %s with %q", c.name, c.check, c.says)
		}
	}
}
