package sim_test

import (
	"bytes"
	"os"
	"reflect"
	"strings"
	"testing"
	"time"

	"simrun/sim"
)

func fullCase() sim.Case {
	const ms = sim.Duration(time.Millisecond)
	return sim.Case{
		Version: 1, Model: "toy", Options: map[sim.OptionName]string{"acks": "1"}, Bugs: []sim.BugName{"early-ack"}, Seed: 1<<64 - 1,
		Nodes: 3, Clients: 2, Duration: 500 * ms,
		Workload: sim.Workload{Name: "register", Ops: 10, Rate: 20, Keys: 1, Only: []string{"c1#3", "c2#0"}, Mix: []sim.Weight{{F: "read", Weight: 1}, {F: "write", Weight: 3}}},
		Network: sim.Network{
			Latency: sim.Latency{Dist: sim.Exponential, Min: ms, Max: 20 * ms}, Client: ms,
			Loss: sim.Ratio{Num: 1, Den: 100}, Duplicate: sim.Ratio{Num: 1, Den: 50}, Refuse: true,
			Regions:   []sim.Region{{Name: "eu", Nodes: []sim.NodeID{1, 2}}},
			Routes:    []sim.Route{{Between: [2]string{"eu", "n3"}, Latency: sim.Latency{Dist: sim.Constant, Min: 40 * ms}}},
			Bandwidth: 1_000_000, Queue: 100,
		},
		Disk:      sim.DiskProfile{Sync: sim.Latency{Dist: sim.Uniform, Min: 1, Max: ms}},
		Faults:    plan("at 100ms cut n1 > n2 for 100ms", "on 2nd apply crash n2 for 50ms"),
		Recovery:  sim.Recovery{Within: 3000 * ms},
		Overrides: []sim.Override{{Key: "latency n1>n2 1.204s#0", Value: 5}, {Key: "drop c1#5"}},
		Limits:    sim.Limits{Events: 100_000},
	}
}

func TestCaseGolden(t *testing.T) {
	got, err := sim.FormatCase(fullCase())
	if err != nil {
		t.Fatal(err)
	}
	want, err := os.ReadFile("testdata/case.json")
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("FormatCase wrote\n%s\nwant\n%s", got, want)
	}
	back, err := sim.ParseCase("case.json", want)
	if err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(back, fullCase()) {
		t.Errorf("ParseCase read\n%+v\nwant\n%+v", back, fullCase())
	}
}

// The example in the docs is the golden case, and its table names each field.
func TestCaseDocs(t *testing.T) {
	golden, err := os.ReadFile("testdata/case.json")
	if err != nil {
		t.Fatal(err)
	}
	docs, err := os.ReadFile("../docs/case.md")
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Contains(docs, append([]byte("```json\n"), golden...)) {
		t.Error("the example of docs/case.md is not testdata/case.json")
	}
	for i := range reflect.TypeFor[sim.Case]().NumField() {
		f := reflect.TypeFor[sim.Case]().Field(i)
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		names := []string{name}
		if f.Type.Kind() == reflect.Struct {
			names = names[:0]
			for j := range f.Type.NumField() {
				inner, _, _ := strings.Cut(f.Type.Field(j).Tag.Get("json"), ",")
				names = append(names, name+"."+inner)
			}
		}
		for _, n := range names {
			if !bytes.Contains(docs, []byte("`"+n+"`")) {
				t.Errorf("docs/case.md does not mention %s", n)
			}
		}
	}
}

func TestParseCaseRefuses(t *testing.T) {
	for _, tc := range []struct{ in, want string }{
		{`{"version": 1, "modle": "raft"}`, `c.json:1: unknown field of case "modle"; did you mean "model"?`},
		{"{\"version\": 1,\n\"network\": {\n\"latency\": {\"dist\": \"uniform\", \"mni\": \"1ms\"}}}", `c.json:3: unknown field of latency "mni"; did you mean "min"?`},
		{`{"version": 1, "Seed": 1}`, `unknown field of case "Seed"; did you mean "seed"?`},
		{`{"version": 1, "xyzzyplugh": 1}`, `c.json:1: unknown field of case "xyzzyplugh"; available: buggify, bugs, clients, `},
		{`{"version": 2, "brand_new": 1}`, `c.json: the case has format version 2, and this simrun reads up to version 1: use a newer simrun`},
		{`{"model": "raft"}`, `c.json: there is no "version": a case begins with "version": 1`},
		{"{\"version\": 1,\n\"seed\": \"seven\"}", `c.json:2: seed: expected an integer that is not negative, found "seven"`},
		{"{\"version\": 1,\n\"seed\": -1}", `c.json:2: seed: expected an integer that is not negative, found -1`},
		{`{"version": 1, "nodes": 1.5}`, `nodes: expected an integer, found 1.5`},
		{`{"version": 1, "nodes": null}`, `nodes: expected an integer, found null`},
		{`{"version": 1, "nodes": [5]}`, `nodes: expected an integer, found an array`},
		{`{"version": 1, "duration": 10}`, `duration: expected a string, found 10`},
		{`{"version": 1, "duration": "ten"}`, `duration: "ten" is not a duration: expected one like 10s, 1.5ms or 0s`},
		{`{"version": 1, "network": {"loss": "2/1"}}`, `loss: "2/1" is not a probability: expected one like 1/100, or 0`},
		{"{\"version\": 1,\n\"faults\": [\n\"at 1s crash n1\",\n\"at 1s chrash n1\"]}", `c.json:4: faults: `},
		{`{"version": 1, "nodes": 5, "nodes": 3}`, `field "nodes" of case occurs twice`},
		{`{"version": 1, "recovery": {"skip": "yes"}}`, `skip: expected true or false, found "yes"`},
		{`{"version": 1, "network": {"routes": [{"between": ["a"]}]}}`, `between: expected 2 elements, found 1`},
		{`{"version": 1} {}`, `something follows the case`},
		{"{\"version\": 1,\n", `c.json:2: the case ends too early`},
		{"{\"version\": 1,\n,}", `c.json:2: this is not JSON: `},
		{``, `c.json:1: the case ends too early`},
		{`[]`, `case: expected an object, found an array`},
		{strings.Repeat(" ", 9<<20), `c.json: the case has 9437184 bytes: expected at most 8 MiB`},
		{`{"version": 1, "model": "` + strings.Repeat("x", 1<<20) + `"}`, `c.json:1: model: a text of 1048576 bytes: expected at most 4096`},
		{`{"version": 1, "` + strings.Repeat("x", 1<<20) + `": 1}`, `c.json:1: unknown field of case "xxx`},
		{`{"version": 1, "faults": ["` + strings.Repeat("x", 1<<20) + `"]}`, `c.json:1: faults: `},
		{`{"version": 1, "nodes": "` + strings.Repeat("x", 1<<20) + `"}`, `c.json:1: nodes: expected an integer, found "xxx`},
		{strings.Repeat("[", 1<<20), `c.json:1: case: expected an object, found an array`},
		{`{"version": 1, "nodes": ` + strings.Repeat("[", 1<<20), `c.json:1: nodes: expected an integer, found an array`},
	} {
		_, err := sim.ParseCase("c.json", []byte(tc.in))
		if err == nil || !strings.Contains(err.Error(), tc.want) {
			t.Errorf("%.300s:\n got %v\nwant %s", tc.in, err, tc.want)
		} else if len(err.Error()) > 300 {
			t.Errorf("a message of %d bytes: %.100s…", len(err.Error()), err)
		} else if strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: more than one line: %v", tc.in, err)
		}
	}
}

// Whatever the bytes, ParseCase answers with a case or with one line; and a case that it
// accepts is written and read back the same.
func FuzzParseCase(f *testing.F) {
	full, err := sim.FormatCase(fullCase())
	if err != nil {
		f.Fatal(err)
	}
	f.Add(full)
	f.Add([]byte(`{"version": 1, "seed": 7}`))
	f.Add([]byte(`{"version": 1, "faults": ["at 1s crash leader"], "options": {"a": "b"}}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		c, err := sim.ParseCase("f", data)
		if err != nil {
			if strings.Contains(err.Error(), "\n") || !strings.HasPrefix(err.Error(), "f:") {
				t.Fatalf("error %q", err)
			}
			return
		}
		text, err := sim.FormatCase(c)
		if err != nil {
			t.Fatal(err)
		}
		back, err := sim.ParseCase("f", text)
		if err != nil {
			t.Fatalf("%v in\n%s", err, text)
		}
		again, err := sim.FormatCase(back)
		if err != nil || !bytes.Equal(again, text) {
			t.Fatalf("%v: written\n%s\nand again\n%s", err, text, again)
		}
	})
}
