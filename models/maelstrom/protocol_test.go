package maelstrom

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"simrun/check"
	"simrun/history"
	"simrun/sim"
	"simrun/sim/program"
	"simrun/trial"
)

// watched runs a guest under a plan of faults, and returns the run with its trace.
func watched(t *testing.T, g guest, workload, plan string, options map[sim.OptionName]string) *trial.Run {
	t.Helper()
	m := Model(g)
	faults, err := m.Profile.ParsePlan("plan", plan)
	if err != nil {
		t.Fatal(err)
	}
	c := sim.Case{Seed: 1, Nodes: 3, Clients: 2, Duration: sim.Duration(3 * time.Second), Workload: sim.Workload{Name: workload}, Faults: faults, Options: options}
	r, err := trial.Simulate(m, c, true, nil, check.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// says reports whether the trace has a record of a kind with a text.
func says(r *trial.Run, kind sim.RecordKind, text string) bool {
	return slices.ContainsFunc(r.Trace.Records, func(x sim.Record) bool { return x.Kind == kind && strings.Contains(x.Text, text) })
}

// listening notes each line that a guest gets, by node.
func listening(g guest, heard map[string][]string) guest {
	return guest{g.name, func(l *life) {
		g.set(l)
		name := l.env.ID().String()
		l.heard = func(line string) { heard[name] = append(heard[name], line) }
	}}
}

// Each life of a node begins with init, and topology in the workload broadcast, by the names of the option; no client asks before that is answered.
func TestLivesBeginWithInit(t *testing.T) {
	slow := func(g guest) guest { // it needs a second to start
		return guest{g.name, func(l *life) {
			g.set(l)
			l.on["init"] = func(m ask) {
				tick, every := l.tick, l.every
				l.every, l.tick = time.Second, func() { l.every, l.tick = every, tick; l.reply(m, "init_ok") }
				l.env.SetTimer(0, l.every)
			}
		}}
	}
	for names, want := range map[string][2]string{
		"maelstrom": {`{"src":"c0","dest":"n1","body":{"msg_id":1,"type":"init","node_id":"n1","node_ids":["n0","n1","n2"]}}`, `{"src":"c0","dest":"n1","body":{"msg_id":2,"type":"topology","topology":{"n0":["n1"],"n1":["n0","n2"],"n2":["n1"]}}}`},
		"simrun":    {`{"src":"c0","dest":"n2","body":{"msg_id":1,"type":"init","node_id":"n2","node_ids":["n1","n2","n3"]}}`, `{"src":"c0","dest":"n2","body":{"msg_id":2,"type":"topology","topology":{"n1":["n2"],"n2":["n1","n3"],"n3":["n2"]}}}`},
	} {
		heard := map[string][]string{}
		r := watched(t, slow(listening(setGuest(""), heard)), "broadcast", "at 2s crash n2 for 100ms", map[sim.OptionName]string{optionNames: names, optionTopology: "line"})
		if r.Outcome != check.Valid {
			t.Errorf("%s: %s", names, r.Summary)
		}
		var starts []int
		for i, line := range heard["n2"] {
			if line == want[0] {
				starts = append(starts, i)
			}
		}
		if len(starts) != 2 || starts[0] != 0 || heard["n2"][1] != want[1] {
			t.Errorf("%s: init came at %v; the first lines are %q", names, starts, heard["n2"][:2])
			continue
		}
		for _, line := range heard["n2"][starts[1]:] {
			if strings.Contains(line, `"topology"`) {
				break
			}
			if strings.HasPrefix(line, `{"src":"c1"`) || strings.HasPrefix(line, `{"src":"c2"`) {
				t.Errorf("%s: a client asked before init was answered: %s", names, line)
			}
		}
		if first := r.History[0].Time; first < sim.Time(time.Second) {
			t.Errorf("%s: the first operation began at %v, before all nodes had started", names, first)
		}
	}
}

// A program that is paused, or whose disk keeps it waiting, is not blamed for its silence.
func TestInitMayWaitForFaults(t *testing.T) {
	saving := idGuest("")
	for _, c := range []struct {
		plan string
		late bool
	}{
		{"at 0s pause n1 for 14s", false}, {"at 1s crash n1 for 10ms\nat 1s stall-sync n1 for 14s", false}, {"at 0s skew n1 +9s for 14s", false},
	} {
		m := Model(saving)
		faults, err := m.Profile.ParsePlan("plan", c.plan)
		if err != nil {
			t.Fatal(err)
		}
		r, err := trial.Simulate(m, sim.Case{Seed: 1, Nodes: 3, Clients: 2, Duration: sim.Duration(15 * time.Second), Workload: sim.Workload{Name: "unique-ids"}, Faults: faults}, false, nil, check.Options{})
		if err != nil || r.Outcome != check.Valid {
			t.Errorf("%s: %v %v", c.plan, r.Summary, err)
		}
	}
}

// A program may exit if its disk failed; else, and if it was stopped, its end is a finding. It starts again after a second.
func TestExits(t *testing.T) {
	brave := guest{"brave", func(l *life) {
		l.on["echo"] = func(m ask) {
			if err := l.env.Append("log", []byte("x")); err != nil {
				l.out.Log([]byte(err.Error()))
				l.exit(1)
				return
			}
			l.reply(m, "echo_ok", field{"echo", m.get("echo")})
		}
	}}
	r := watched(t, brave, "echo", "at 1s io-error n1 1/1 for 200ms", nil)
	if r.Outcome != check.Valid || !says(r, sim.Note, "its disk had answered 1 errors") || !says(r, sim.Crash, "exited with code 1") || !says(r, sim.Note, "log: disk: input/output error") {
		t.Errorf("%s", r.Summary)
	}
	if r.Activity.Restarts == 0 {
		t.Error("it did not start again")
	}
	trapped := guest{"trapped", func(l *life) {
		l.on["echo"] = func(m ask) {
			if l.env.Append("log", []byte("x")) != nil {
				l.over = true
				l.out.Exit(program.Exit{Code: -1, Reason: "trapped", Finding: true})
				return
			}
			l.reply(m, "echo_ok", field{"echo", m.get("echo")})
		}
	}}
	if r := watched(t, trapped, "echo", "at 1s io-error n1 1/1 for 200ms", nil); len(r.Failed()) == 0 || r.Failed()[0].Name != checkExit || !strings.HasSuffix(r.Failed()[0].Reason, "s n0 trapped") {
		t.Errorf("%s", r.Summary)
	}
}

// A node may pass on what a client asked, under the client's name, to another node or to a service, which answers the client.
func TestRequestsThatArePassedOn(t *testing.T) {
	for to, guest := range map[string]guest{
		"lin-kv": {"to a service", func(l *life) {
			for _, kind := range []string{"read", "write", "cas"} {
				l.on[kind] = func(m ask) { l.out.Line(lineOf(m.src, "lin-kv", []byte(m.body.String()))) }
			}
		}},
		"n0": {"to a node", func(l *life) {
			kv := &linear{}
			for _, kind := range []string{"read", "write", "cas"} {
				l.on[kind] = func(m ask) {
					if l.id != "n0" {
						l.out.Line(lineOf(m.src, "n0", []byte(m.body.String())))
						return
					}
					id, _ := m.get("msg_id").AsInt()
					l.send(m.src, numbered("in_reply_to", uint64(id), kv.handle("", m.body, 0)))
				}
			}
		}},
	} {
		if r := watched(t, guest, "lin-kv", "", nil); r.Outcome != check.Valid || r.Exercise.Answered < 50 {
			t.Errorf("by %s: %s, %d answered", to, r.Summary, r.Exercise.Answered)
		}
	}
	lying := guest{"lying", func(l *life) {
		l.on["echo"] = func(m ask) {
			if l.id != "n0" {
				l.out.Line(lineOf(m.src, "n0", []byte(m.body.String())))
				return
			}
			l.reply(m, "pong")
		}
	}}
	if r := watched(t, lying, "echo", "", nil); len(r.Failed()) == 0 || r.Failed()[0].Name != checkProtocol {
		t.Errorf("%s", r.Summary)
	}
}

// Errors are definite or not, as in Maelstrom's list: with a definite one an operation did not happen.
func TestErrorCodes(t *testing.T) {
	for code, want := range map[int64]history.Type{
		0: history.Info, 1: history.Fail, 10: history.Fail, 11: history.Fail, 12: history.Fail, 13: history.Info, 14: history.Fail, 20: history.Fail,
		21: history.Fail, 22: history.Fail, 30: history.Fail, 1000: history.Info, 99: history.Info,
	} {
		refuses := guest{"refuses", func(l *life) {
			l.on["add"] = func(m ask) { l.fail(m, code) }
			l.on["read"] = l.on["add"]
		}}
		adds := 0
		r := watched(t, refuses, "g-set", "", nil)
		for _, e := range r.History {
			switch {
			case e.F == "add" && e.Type != history.Invoke:
				if adds++; e.Type != want {
					t.Errorf("code %d: an add ended with %v, want %v", code, e.Type, want)
				}
			case e.F == "read" && e.Type != history.Invoke && e.Type != history.Fail:
				t.Errorf("code %d: a read ended with %v", code, e.Type)
			}
		}
		if adds < 5 || r.Exercise.Little() == "" || r.Outcome == check.Valid {
			t.Errorf("code %d: %d adds, %v, little: %q", code, adds, r.Outcome, r.Exercise.Little())
		}
	}
}

// An answer of a wrong form is a finding, whatever the request, and the history can be judged all the same.
func TestAnswersOfWrongForm(t *testing.T) {
	wrong := []string{`{"type":"x_ok"}`, `{"type":"error"}`, `{}`, `{"type":7}`, `{"type":"KIND"}`, `{"type":"KIND","value":null,"messages":{},"id":null,"offset":"1","msgs":{"k1":[[1]]},"offsets":[],"txn":[]}`,
		`{"type":"KIND","value":"x","messages":7,"offset":1.5,"msgs":{"k1":[["0",1]]},"offsets":{"k1":"0"},"txn":[["r",1,2],["w"]]}`}
	for _, w := range workloads {
		for i, form := range wrong {
			g := guest{"wrong", func(l *life) {
				for kind, a := range w.answers {
					l.on[kind] = func(m ask) {
						id, _ := m.get("msg_id").AsInt()
						body := strings.ReplaceAll(form, "KIND", a.kind)
						l.send(m.src, []byte(strings.TrimSuffix(fmt.Sprintf(`{"in_reply_to":%d,%s`, id, body[1:]), ",}")+map[bool]string{true: "}"}[form == "{}"]))
					}
				}
			}}
			r := watched(t, g, w.Name, "", nil)
			named := slices.ContainsFunc(r.Failed(), func(c trial.Check) bool { return c.Name == checkProtocol })
			if anyValue := w.Name == "lin-kv" && i >= 5; !named && !anyValue {
				t.Errorf("%s: %s is not found: %s", w.Name, form, r.Summary)
			}
		}
	}
}

// The figures are Maelstrom's.
func TestFigures(t *testing.T) {
	r := watched(t, setGuest("once"), "broadcast", "at 500ms isolate n1 for 1s", nil)
	res, err := r.Results()
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, f := range trial.RunFacts(&r.Case, &res, r.History) {
		names = append(names, f.Name)
	}
	for _, want := range []string{"availability", "messages between servers, per operation", "messages per operation", "latency of broadcast", "latency of read", "stable", "lost", "stale", "stable after"} {
		if !slices.Contains(names, want) {
			t.Errorf("%q lacks %q", names, want)
		}
	}
	for _, f := range r.Figures {
		switch f.Name {
		case "availability":
			if f.Of == 0 || f.Count > f.Of || f.Count < f.Of/2 {
				t.Errorf("%+v", f)
			}
		case "messages between servers, per operation":
			if f.Count != r.Activity.Messages || f.Count == 0 {
				t.Errorf("%+v", f)
			}
		case "lost":
			if f.Count == 0 {
				t.Error("nothing was lost, without retry")
			}
		}
	}
}

// Messages are told in a few words.
func TestDescribe(t *testing.T) {
	for payload, want := range map[string]string{
		`{"key":1,"type":"read","msg_id":3}`:                                                      `read key=1`,
		`{"src":"n0","dest":"n1","body":{"type":"read_ok","value":3,"in_reply_to":1}}`:            `read_ok value=3`,
		`{"src":"n0","dest":"lin-kv","body":{"type":"read","key":"x"}}`:                           `lin-kv read key="x"`,
		`{"src":"seq-kv","dest":"n0","body":{"type":"error","code":20,"text":"there is no key"}}`: `seq-kv error 20: there is no key`,
		askReady: askReady,
		"\x00{":  "\x00{",
	} {
		if got := describe([]byte(payload)); got != want {
			t.Errorf("%s: %q, want %q", payload, got, want)
		}
	}
}

// Two runs of a case are equal, with faults and services.
func TestRunsAreEqual(t *testing.T) {
	for workload, g := range map[string]guest{"kafka": kafkaGuest(""), "g-counter": seqCounterGuest(""), "broadcast": setGuest("")} {
		m := Model(g)
		c, err := trial.Draw(m, sim.Case{Seed: 3, Nodes: 3, Duration: sim.Duration(3 * time.Second), Workload: sim.Workload{Name: workload}}, "swarm", false)
		if err != nil {
			t.Fatal(err)
		}
		if err := trial.Verify(m, c); err != nil {
			t.Errorf("%s: %v", workload, err)
		}
	}
}

// The model is complete, and its default nemesis neither damages messages nor delivers them twice.
func TestModel(t *testing.T) {
	m := Model(echoGuest(""))
	if err := m.Check(); err != nil {
		t.Error(err)
	}
	var names []string
	for _, w := range m.Workloads {
		names = append(names, w.Name)
	}
	if got := strings.Join(names, " "); got != "echo unique-ids broadcast g-set g-counter pn-counter lin-kv txn-list-append txn-rw-register kafka" {
		t.Errorf("workloads: %s", got)
	}
	for seed := sim.Seed(1); seed <= 200; seed++ {
		c, err := trial.Draw(m, sim.Case{Seed: seed}, "swarm", false)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range c.Faults {
			if k := f.Kind.String(); k == "duplicate" || k == "corrupt" || k == "rot" || k == "io-error" {
				t.Errorf("seed %d: %v", seed, f)
			}
		}
	}
}

// Topologies are those of Maelstrom.
func TestTopologies(t *testing.T) {
	for topology, want := range map[string]string{
		"grid":  "[3 1] [4 0 2] [5 1] [0 6 4] [1 3 5] [2 4] [3]",
		"line":  "[1] [0 2] [1 3] [2 4] [3 5] [4 6] [5]",
		"tree2": "[1 2] [0 3 4] [0 5 6] [1] [1] [2] [2]",
		"tree3": "[1 2 3] [0 4 5 6] [0] [0] [1] [1] [1]",
		"tree4": "[1 2 3 4] [0 5 6] [0] [0] [0] [1] [1]",
		"total": "[1 2 3 4 5 6] [0 2 3 4 5 6] [0 1 3 4 5 6] [0 1 2 4 5 6] [0 1 2 3 5 6] [0 1 2 3 4 6] [0 1 2 3 4 5]",
	} {
		var got []string
		for i := range 7 {
			got = append(got, fmt.Sprint(neighbors(topology, i, 7)))
			for _, j := range neighbors(topology, i, 7) {
				if !slices.Contains(neighbors(topology, j, 7), i) {
					t.Errorf("%s: %d has the neighbor %d, and not the other way", topology, i, j)
				}
			}
		}
		if s := strings.Join(got, " "); s != want {
			t.Errorf("%s: %s, want %s", topology, s, want)
		}
	}
}
