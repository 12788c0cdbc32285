package txn

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"simrun/check"
	"simrun/history"
)

// recorded reads a history of transactions. A line "0 ok [["r","x",null]]" is a transaction of process 0 that is alone; a line "0 begin …" before it
// says that it began there.
func recorded(t testing.TB, text string) []history.Event {
	t.Helper()
	var events []history.Event
	open := map[history.Process]bool{}
	add := func(p history.Process, kind history.Type, v history.Value) {
		events = append(events, history.Event{Index: len(events), Time: history.Time(len(events)), Process: p, Type: kind, F: "txn", Value: v})
	}
	kinds := map[string]history.Type{"ok": history.OK, "fail": history.Fail, "info": history.Info}
	for line := range strings.Lines(text) {
		fields := strings.SplitN(strings.TrimSpace(line), " ", 3)
		if len(fields) < 3 {
			continue
		}
		var p history.Process
		fmt.Sscan(fields[0], &p)
		v, err := history.ParseValue(fields[2])
		if err != nil {
			t.Fatalf("%s: %v", line, err)
		}
		if fields[1] == "begin" {
			open[p] = true
			add(p, history.Invoke, v)
			continue
		}
		if !open[p] {
			add(p, history.Invoke, v)
		}
		open[p] = false
		add(p, kinds[fields[1]], v)
	}
	return events
}

// together makes transactions overlap: all begin before the first is done.
func together(lines ...string) string {
	var begin []string
	for _, l := range lines {
		fields := strings.SplitN(l, " ", 3)
		begin = append(begin, fields[0]+" begin "+fields[2])
	}
	return strings.Join(append(begin, lines...), "\n")
}

// TestAnomalies has an example of each anomaly, with the levels that it leaves and the first words of the sentence that a person reads.
func TestAnomalies(t *testing.T) {
	for _, c := range []struct{ anomaly, history, strongest, weakest, says, edges string }{
		{"G0", together(
			`0 ok [["append","x",1],["append","y",1]]`,
			`1 ok [["append","x",2],["append","y",2]]`,
			`2 ok [["r","x",[1,2]],["r","y",[2,1]]]`), "", "read-uncommitted",
			"T1 appended 1 to x before T2 appended 2, as T3 read [1 2]", ""},
		{"G1a", `
			0 fail [["append","x",1]]
			1 ok [["r","x",[1]]]`, "read-uncommitted", "read-committed",
			"T2 read 1 from x, which T1 had written, and that failed (aborted read)", "wr x"},
		{"G1b", together(
			`0 ok [["append","x",1],["append","x",2]]`,
			`1 ok [["r","x",[1]]]`), "read-uncommitted", "read-committed",
			"T2 read 1 from x, after which T1 wrote it again (intermediate read)", "wr x"},
		{"G1c", together(
			`0 ok [["append","x",1],["r","y",[1]]]`,
			`1 ok [["append","y",1],["r","x",[1]]]`), "read-uncommitted", "read-committed",
			"T2 read x = [1], so it came after T1, which wrote 1", ""},
		{"G-single", together(
			`0 ok [["append","x",1],["append","y",1]]`,
			`1 ok [["r","x",[1]],["r","y",null]]`), "read-committed", "monotonic-atomic-view",
			"T2 read y = nothing, so it came before T1, which appended 1", ""},
		{"long-fork", together(
			`0 ok [["w","x",1]]`,
			`1 ok [["w","y",1]]`,
			`2 ok [["r","x",1],["r","y",null]]`,
			`3 ok [["r","x",null],["r","y",1]]`), "parallel-snapshot-isolation causal", "snapshot-isolation", "", ""},
		{"G2-item", together(
			`0 ok [["r","x",null],["append","y",1]]`,
			`1 ok [["r","y",null],["append","x",1]]`,
			`2 ok [["r","x",[1]],["r","y",[1]]]`), "strong-snapshot-isolation", "repeatable-read",
			"T1 read x = nothing, so it came before T2, which appended 1", "rw x, rw y"},
		{"lost-update", together(
			`0 ok [["r","x",null],["w","x",1]]`,
			`1 ok [["r","x",null],["w","x",2]]`), "causal", "parallel-snapshot-isolation",
			"T1 and T2 both read nothing from x and wrote it, so one of them did not see what the other wrote", "rw x, rw x"},
		{"fractured-read", together(
			`0 ok [["w","x",1],["w","y",1]]`,
			`1 ok [["r","y",null],["r","x",1]]`), "monotonic-atomic-view", "read-atomic", "T2 saw T1, which wrote 1 to y, and read nothing from it, which is older", "wr x, rw y"},
		{"causality", `
			0 ok [["w","x",1]]
			1 ok [["r","x",1],["w","y",1]]
			2 ok [["r","y",1],["r","x",null]]`, "read-atomic", "parallel-snapshot-isolation causal", "", ""},
		{"G-single-process", `
			0 ok [["append","x",1]]
			0 ok [["r","x",null]]`, "serializable", "causal", "T1 came before T2 in process 0", ""},
		{"G-single-realtime", `
			0 ok [["append","x",1]]
			1 ok [["r","x",null]]`, "strong-session-serializable", "strong-snapshot-isolation", "", "rw x, realtime "},
		{"internal", `
			0 ok [["w","x",1],["r","x",null]]`, "", "read-uncommitted", "T1 wrote 1 to x itself and then read nothing from it", ""},
		{"future-read", `
			0 ok [["r","x",[1]],["append","x",1]]`, "", "read-uncommitted", "T1 read 1 from x before it wrote that itself", ""},
		{"garbage-read", `
			0 ok [["r","x",[7]]]`, "", "read-uncommitted", "T1 read from x what nobody had written: 7", ""},
		{"duplicate-elements", `
			0 ok [["append","x",1]]
			1 ok [["r","x",[1,1]]]`, "", "read-uncommitted", "T2 read 1 from x twice in one list, and it was appended once", ""},
		{"incompatible-order", together(
			`0 ok [["append","x",1]]`,
			`1 ok [["append","x",2]]`,
			`2 ok [["r","x",[1,2]]]`,
			`3 ok [["r","x",[2]]]`), "", "read-uncommitted", "T4 read [2] from x and T3 read [1 2], and no one order of appends gives both", ""},
		{"incompatible-order", `
			0 fail [["append","x",3]]
			1 ok [["append","x",1]]
			1 ok [["append","x",2]]
			2 ok [["r","x",[3]]]
			2 ok [["r","x",[1,2]]]
			2 ok [["r","x",[2,3]]]`, "", "read-uncommitted", "", ""},
		{"internal", `
			0 ok [["append","x",1],["append","x",2]]
			1 info [["append","x",3]]
			2 ok [["r","x",[3]]]
			2 ok [["r","x",[2,3,1]]]`, "", "read-uncommitted", "T1 appended 1 to x before it appended 2, and T4 read [2,3,1], where 1 does not come before 2", ""},
		{"dirty-update", `
			0 fail [["append","x",1]]
			1 ok [["append","x",2]]
			2 ok [["r","x",[1,2]]]`, "read-uncommitted", "read-committed", "T2 appended 2 to x behind 1, which T1 had appended before it failed", ""},
		{"conflict", together(
			`0 ok [["w","x",1],["r","y",null]]`,
			`1 ok [["w","x",2],["w","y",2]]`,
			`2 ok [["r","x",1],["r","y",2]]`,
			`3 ok [["r","x",2],["w","z",3]]`,
			`4 ok [["r","z",null],["r","x",1],["w","z",4]]`,
			`5 ok [["r","z",3],["r","x",1]]`), "", "", "", ""},
	} {
		v, err := Check(recorded(t, c.history), Options{})
		if err != nil {
			t.Fatal(err)
		}
		at := slices.IndexFunc(v.Anomalies, func(a *Anomaly) bool { return a.Name == c.anomaly })
		if at < 0 {
			t.Errorf("%s: not found; only %v", c.anomaly, v.Anomalies)
			continue
		}
		if c.says != "" && !slices.ContainsFunc(v.Anomalies[at].Sentences, func(s string) bool { return strings.HasPrefix(s, c.says) }) {
			t.Errorf("%s says %q, expected %q", c.anomaly, v.Anomalies[at].Sentences, c.says)
		}
		if c.edges != "" {
			var edges []string
			for _, e := range v.Anomalies[at].Edges {
				edges = append(edges, e.Kind+" "+e.Key)
			}
			if got := strings.Join(edges, ", "); got != c.edges {
				t.Errorf("%s has the edges %s, expected %s", c.anomaly, got, c.edges)
			}
		}
		if c.weakest == "" && c.strongest == "" {
			continue
		}
		if got := strings.Trim(fmt.Sprint(v.Strongest), "[]"); got != c.strongest {
			t.Errorf("%s: satisfies %s, expected %s", c.anomaly, got, c.strongest)
		}
		if got := strings.Trim(fmt.Sprint(v.Weakest), "[]"); got != c.weakest {
			t.Errorf("%s: breaks %s, expected %s", c.anomaly, got, c.weakest)
		}
	}
}

// TestUndecidable has histories about which nothing can be said, and those that can't be read.
func TestUndecidable(t *testing.T) {
	for _, c := range []struct{ history, says string }{
		{`0 ok [["w","x",1]]
		  1 ok [["w","x",1]]`, "T1 and T2 both write 1 to x, so a read does not say which of them it saw: every value has to be unique for its key"},
		{`0 ok [["w","x",null]]`, "T1 writes null to x, which is also what a read of nothing gives"},
		{`0 info [["w","x",1]]`, "nothing to decide: no transaction committed"},
	} {
		v, err := Check(recorded(t, c.history), Options{})
		if err != nil || v.Outcome() != check.Unknown || v.Reason != c.says {
			t.Errorf("%s: %v %q %v, expected unknown: %s", c.history, v.Outcome(), v.Reason, err, c.says)
		}
	}
	for _, c := range []struct{ history, says string }{
		{`0 ok [["w","x",1],["append","x",2]]`, "event 1: txn: x is appended to here and written elsewhere; expected one of them for each key"},
		{`0 ok [["append","x",1],["r","x",1]]`, "event 1: txn: x is appended to, and was read as 1; expected a list"},
		{`0 ok [["cas","x",1]]`, `event 1: txn: expected a list of ["r", key, null], ["append", key, value] and ["w", key, value], got [["cas","x",1]]`},
		{`0 begin [["w","x",1]]
		  0 ok [["w","x",2]]`, `event 1: txn: the transaction was invoked as [["w","x",1]] and completed as [["w","x",2]]; expected the same micro-operations, but for what its reads saw`},
		{`0 begin [["r","x",null],["r","y",null]]
		  0 ok [["r","x",null]]`, `event 1: txn: the transaction was invoked as [["r","x",null],["r","y",null]] and completed as [["r","x",null]]; expected the same micro-operations, but for what its reads saw`},
		{`0 begin [["r","x",null]]
		  0 ok [["r","x",null],["append","x",1]]`, `event 1: txn: the transaction was invoked as [["r","x",null]] and completed as [["r","x",null],["append","x",1]]; expected the same micro-operations, but for what its reads saw`},
		{`0 begin [["r","x",null]]
		  0 ok [["r","y",null]]`, `event 1: txn: the transaction was invoked as [["r","x",null]] and completed as [["r","y",null]]; expected the same micro-operations, but for what its reads saw`},
		{`0 ok 7`, `event 1: txn: expected a list of ["r", key, null], ["append", key, value] and ["w", key, value], got 7`},
	} {
		if _, err := Check(recorded(t, c.history), Options{}); err == nil || err.Error() != c.says {
			t.Errorf("%s: %v, expected %s", c.history, err, c.says)
		}
	}
}

// TestLevels holds the levels to what they say of each other.
func TestLevels(t *testing.T) {
	for i, l := range Levels() {
		got, err := LevelByName(l.String())
		if err != nil || got != l || l.Summary() == "" || l.Source() == "" {
			t.Errorf("%v: %v, %v", l, got, err)
		}
		for _, weaker := range Levels()[:i] {
			if l.Implies(weaker) {
				t.Errorf("%v implies %v, which comes before it in the list", l, weaker)
			}
		}
	}
	if _, err := LevelByName("serialisable"); err == nil || !strings.Contains(err.Error(), `did you mean "serializable"?`) {
		t.Errorf("the nearest name is missing: %v", err)
	}
}

// TestEachLevelOfRegistersIsDecided has a history of registers in which now and then a read is stale, so that some levels hold and some do not. Each has to
// be decided by itself, within the default budget.
func TestEachLevelOfRegistersIsDecided(t *testing.T) {
	w := workload{clients: 50, txns: 2_000, skew: 500, seed: 1}
	v, err := Check(w.events(), Options{Level: Serializable, Budget: DefaultBudget})
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range Levels() {
		t.Logf("%v: %v in %d steps", l, v.Results[l].Outcome, v.Results[l].Steps)
		if v.Results[l].Outcome == check.Unknown {
			t.Errorf("%v: unknown: %s", l, v.Results[l].Reason)
		}
	}
	if v.Outcome() != check.Violation || v.Results[Causal].Outcome != check.Valid {
		t.Errorf("serializable: %v, causal: %v", v.Outcome(), v.Results[Causal].Outcome)
	}
}

// TestLarge decides histories of a database that is strictly serializable, keeps snapshots, or returns stale values now and then, and replays what is valid.
func TestLarge(t *testing.T) {
	for _, c := range []struct {
		workload
		strongest Level
		holds     bool
	}{
		{workload{clients: 20, lists: true}, StrictSerializable, true},
		{workload{clients: 20}, StrictSerializable, true},
		{workload{clients: 20, lists: true, snapshots: true}, StrongSnapshotIsolation, true},
		{workload{clients: 20, lists: true, snapshots: true}, Serializable, false},
		{workload{clients: 20, lists: true, skew: 100}, StrictSerializable, false},
		{workload{clients: 20, skew: 100}, StrictSerializable, false},
	} {
		c.txns, c.seed = 2_000, 3
		events := c.events()
		v, err := Check(events, Options{Level: c.strongest, Budget: 1_000_000})
		if err != nil {
			t.Fatal(err)
		}
		expected := check.Violation
		if c.holds {
			expected = check.Valid
			if err := Replay(events, v.Results[c.strongest].Schedule, c.strongest); err != nil {
				t.Errorf("%+v: %v", c, err)
			}
		}
		if v.Outcome() != expected {
			t.Errorf("%+v: %v (%s), expected %v", c, v.Outcome(), v.Results[c.strongest].Reason, expected)
		}
	}
}

// What results.json says of levels can be read again.
func TestLevelsHaveNames(t *testing.T) {
	for _, l := range Levels() {
		text, _ := l.MarshalText()
		var again Level
		if err := again.UnmarshalText(text); err != nil || again != l {
			t.Errorf("%s became %s: %v", l, again, err)
		}
	}
	var l Level
	if err := l.UnmarshalText([]byte("serialisable")); err == nil {
		t.Error("a wrong name was read")
	}
}
