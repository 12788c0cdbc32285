package history

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"
)

// jsonl returns the events as text in the project's format, without the index.
func jsonl(events []Event) string {
	var b strings.Builder
	for _, e := range events {
		line := string(e.AppendJSON(nil))
		b.WriteString("{" + line[strings.Index(line, `"time"`):] + "\n")
	}
	return b.String()
}

func TestReadFormats(t *testing.T) {
	for _, c := range []struct {
		name   string
		format Format // as detected
		text   string
		want   string // in JSONL, without the index
	}{
		{"jsonl", JSONL, `{"index":0,"time":1204000000,"process":3,"type":"invoke","f":"write","key":"x","value":7}
{ "f":"write", "index":1, "time":1204000000, "process":3, "type":"ok", "key":"x", "value":{"b":1e0,"a":[]}, "node":"n1" }
{"index":2,"time":1204000001,"process":"nemesis","type":"info","f":"partition","value":["n1","n2"],"error":"none"}
`, `{"time":1204000000,"process":3,"type":"invoke","f":"write","key":"x","value":7}
{"time":1204000000,"process":3,"type":"ok","f":"write","key":"x","value":{"a":[],"b":1},"node":"n1"}
{"time":1204000001,"process":"nemesis","type":"info","f":"partition","value":["n1","n2"],"error":"none"}
`},
		{"jsonl without the last newline", JSONL, `{"index":0,"time":0,"process":3,"type":"invoke","f":"read"}`,
			`{"time":0,"process":3,"type":"invoke","f":"read","value":null}` + "\n"},
		{"jsonl of Windows", JSONL, "\uFEFF" + `{"index":0,"time":0,"process":3,"type":"invoke","f":"read"}` + "\r\n",
			`{"time":0,"process":3,"type":"invoke","f":"read","value":null}` + "\n"},
		{"empty", JSONL, "", ""},

		{"maps of Jepsen", EDN, `{:type :invoke, :f :cas, :value [0 3], :process 0, :time 10, :index 7}
{:type :info, :f :start, :process :nemesis, :value {"n1" #{"n3" "n2"}}, :time 11, :index 8}
{:type :info, :f :cas, :value [0 3], :process 0, :error [:timeout "1 s"] :time 12, :index 9}
`, `{"time":10,"process":0,"type":"invoke","f":"cas","value":[0,3]}
{"time":11,"process":"nemesis","type":"info","f":"start","value":{"n1":["n2","n3"]}}
{"time":12,"process":0,"type":"info","f":"cas","value":[0,3],"error":"[\"timeout\",\"1 s\"]"}
`},
		{"a vector over many lines, comments and discards", EDN, `; comment {
[{:process 0, :type :invoke ; the type
  :f :read, #_ #_ :value {:a 1} :value nil} #_{:damaged}
 #_ignored

 #jepsen.history.Op{:process 0, :type :ok, :f :read, :value "}\"{;", :exception #object[java.Foo 0x1f "foo"]}]
`, `{"time":0,"process":0,"type":"invoke","f":"read","value":null}
{"time":1,"process":0,"type":"ok","f":"read","value":"}\"{;"}
`},
		{"a list, with tags before spaces and namespaces", EDN, `(#knossos.op.Op {:process 0 :type :invoke :f :txn/read :jepsen.x/y 1 :value #{}}
)`, `{"time":0,"process":0,"type":"invoke","f":"txn/read","value":[]}` + "\n"},
		{"transactions of elle without f", EDN, `{:index 1, :type :invoke, :process 2, :value [[:append 4 2] [:r 5 nil]]}` + "\n",
			`{"time":0,"process":2,"type":"invoke","f":"txn","value":[["append",4,2],["r",5,null]]}` + "\n"},
		{"times that workers took out of order", EDN, `{:type :invoke, :f :read, :process 8, :time 10071427287}
{:type :invoke, :f :read, :process 4, :time 10071404999}
`, `{"time":10071427287,"process":8,"type":"invoke","f":"read","value":null}
{"time":10071427287,"process":4,"type":"invoke","f":"read","value":null}
`},
		{"kv log of porcupine", EDN, `{:process 0, :type :invoke, :f :append, :key "0", :value "x 0 0 y"}
{:process 0, :type :ok, :f :append, :key "0", :value "x 0 0 y"}
`, `{"time":0,"process":0,"type":"invoke","f":"append","key":"0","value":"x 0 0 y"}
{"time":1,"process":0,"type":"ok","f":"append","key":"0","value":"x 0 0 y"}
`},
		{"independent keys by tag", EDN, `{:process 0, :type :invoke, :f :write, :value #jepsen.independent.tuple [5 [1 2]]}
{:process 0, :type :ok, :f :write, :value #jepsen.independent.Tuple[5 [1 2]]}
`, `{"time":0,"process":0,"type":"invoke","f":"write","key":"5","value":[1,2]}
{"time":1,"process":0,"type":"ok","f":"write","key":"5","value":[1,2]}
`},
		{"independent keys without tag", EDN, `{:process 0, :type :invoke, :f :write, :value [:x 3]}
{:process 1, :type :invoke, :f :read, :value [:y nil]}
{:process :nemesis, :type :info, :f :start, :value nil}
{:process 1, :type :ok, :f :read, :value [:y 4]}
{:process 0, :type :info, :f :write, :value nil}
`, `{"time":0,"process":0,"type":"invoke","f":"write","key":"x","value":3}
{"time":1,"process":1,"type":"invoke","f":"read","key":"y","value":null}
{"time":2,"process":"nemesis","type":"info","f":"start","value":null}
{"time":3,"process":1,"type":"ok","f":"read","key":"y","value":4}
{"time":4,"process":0,"type":"info","f":"write","value":null}
`},
		{"pairs that are not independent keys", EDN, `{:process 0, :type :invoke, :f :cas, :value [0 3]}
{:process 1, :type :invoke, :f :read, :value nil}
`, `{"time":0,"process":0,"type":"invoke","f":"cas","value":[0,3]}
{"time":1,"process":1,"type":"invoke","f":"read","value":null}
`},
		{"values of all kinds", EDN, `{:process 0 :type :invoke :f "odd name" :value [nil true 1.50M 12345678901234567890N -7 +8 1/2 sym \a \newline \u0041 \( "t\t\u00e9\ud83d\ude00" ##Inf #inst "2020-01-01T00:00:00Z" #foo/bar [1] {1 2, :k (3)} #{2 10 "z"} -0.0 1e2]}`,
			`{"time":0,"process":0,"type":"invoke","f":"odd name","value":[null,true,1.5,12345678901234567890,-7,8,"1/2","sym","a","\n","A","(","t\té😀","Inf","2020-01-01T00:00:00Z",{"#foo/bar":[1]},{"1":2,"k":[3]},[2,10,"z"],0,100]}` + "\n"},

		{"log", JepsenLog, "INFO  jepsen.core - Running test\nINFO  jepsen.util - 0\t:invoke\t:read\tnil\nINFO  jepsen.util - 1   :invoke :cas    [3 0]\n" +
			"WARN  jepsen.core - Process 1 crashed\nINFO  jepsen.util - 0\t:fail\t:read\t:timed-out\nINFO  jepsen.util - 1\t:info\t:cas\t:timed-out\n" +
			"INFO  jepsen.util - :nemesis\t:info\t:start\tCut off {:n1 #{:n2}}\n",
			`{"time":0,"process":0,"type":"invoke","f":"read","value":null}
{"time":1,"process":1,"type":"invoke","f":"cas","value":[3,0]}
{"time":2,"process":0,"type":"fail","f":"read","value":null,"error":"timed-out"}
{"time":3,"process":1,"type":"info","f":"cas","value":null,"error":"timed-out"}
{"time":4,"process":"nemesis","type":"info","f":"start","value":"Cut off {:n1 #{:n2}}"}
`},
		{"newer log", JepsenLog, "2023-02-02 16:14:37,588{GMT}\tINFO\t[jepsen worker 3] jepsen.util: 3\t:invoke\t:write\t5\n" +
			"2023-02-02 16:14:37,590{GMT}\tINFO\t[jepsen worker 3] jepsen.util: 3\t:info\t:write\t5\t:timeout\n",
			`{"time":0,"process":3,"type":"invoke","f":"write","value":5}
{"time":1,"process":3,"type":"info","f":"write","value":5,"error":"timeout"}
`},
		{"history.txt", JepsenLog, "0\t:invoke\t:read\t[1 nil]\n0\t:ok\t:read\t[1 5]\n",
			`{"time":0,"process":0,"type":"invoke","f":"read","key":"1","value":null}
{"time":1,"process":0,"type":"ok","f":"read","key":"1","value":5}
`},

		{"array of elle-cli", JSON, `[{"type":"invoke","f":"txn","value":[["w","x",2]],"process":0,"index":1},
{"type":"ok","f":"txn","value":[["w","x",2]],"process":0,"index":2, "extra": {"a":[{}]}},
{"type":"info","f":"kill","value":null,"process":"nemesis","index":3,"time":null},
{"type":"info","f":"note","process":"logger"}]
`, `{"time":0,"process":0,"type":"invoke","f":"txn","value":[["w","x",2]]}
{"time":1,"process":0,"type":"ok","f":"txn","value":[["w","x",2]]}
{"time":2,"process":"nemesis","type":"info","f":"kill","value":null}
{"time":3,"process":"nemesis","type":"info","f":"note","value":null}
`},
		{"lines of JSON", JSON, `{"type":"invoke","f":"read","process":0}
{"type":"ok","f":"read","value":"a\u00e9","process":0}`,
			`{"time":0,"process":0,"type":"invoke","f":"read","value":null}
{"time":1,"process":0,"type":"ok","f":"read","value":"aé"}
`},
		{"empty array", JSON, "[]", ""},

		{"csv", CSV, `process,f,key,input,output,call,return
1,read,x,,7,5,30
0,write,x,7,,1,10
0,cas,x,"[7,8]",true,10,12
2,write,y,hello,,30,
`, `{"time":1,"process":0,"type":"invoke","f":"write","key":"x","value":7}
{"time":5,"process":1,"type":"invoke","f":"read","key":"x","value":null}
{"time":10,"process":0,"type":"ok","f":"write","key":"x","value":null}
{"time":10,"process":0,"type":"invoke","f":"cas","key":"x","value":[7,8]}
{"time":12,"process":0,"type":"ok","f":"cas","key":"x","value":true}
{"time":30,"process":2,"type":"invoke","f":"write","key":"y","value":"hello"}
{"time":30,"process":1,"type":"ok","f":"read","key":"x","value":7}
`},
		{"csv with few columns in another order", CSV, "call,return,f,process\n0,0,read,1\n0,4,read,1\n0,,read,0\n",
			`{"time":0,"process":0,"type":"invoke","f":"read","value":null}
{"time":0,"process":1,"type":"invoke","f":"read","value":null}
{"time":0,"process":1,"type":"ok","f":"read","value":null}
{"time":0,"process":1,"type":"invoke","f":"read","value":null}
{"time":4,"process":1,"type":"ok","f":"read","value":null}
`},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := Detect([]byte(c.text)); got != c.format {
				t.Errorf("detected as %q, want %q", got, c.format)
			}
			for name, r := range map[string]io.Reader{
				"whole": strings.NewReader(c.text), "bytes": iotest.OneByteReader(strings.NewReader(c.text)),
			} {
				events, err := Read(r, "file", Auto)
				if err != nil {
					t.Fatalf("%s: %v", name, err)
				}
				if got := jsonl(events); got != c.want {
					t.Errorf("%s: got\n%swant\n%s", name, got, c.want)
				}
			}
		})
	}
}

func TestReadRefuses(t *testing.T) {
	const first = `{"index":0,"time":5,"process":3,"type":"invoke","f":"write","value":7}` + "\n"
	const ednFirst = `{:process 0, :type :invoke, :f :read, :value nil}` + "\n"
	for _, c := range []struct {
		name   string
		format Format
		text   string
		want   string
	}{
		{"cut off in the middle of the file", JSONL, first + `{"index":1,"time":6,"proc` + "\n" + first, "file:2: the text ends in the middle of a value"},
		{"empty line", JSONL, first + "\n", "file:2: the line is empty"},
		{"misspelt member", JSONL, strings.Replace(first, "process", "proces", 1), `file:1: unknown member of an event "proces"; did you mean "process"?`},
		{"foreign member", JSONL, strings.Replace(first, "process", "zzz", 1), `file:1: unknown member of an event "zzz"`},
		{"member twice", JSONL, strings.Replace(first, "{", `{"time":4,`, 1), "file:1: time occurs twice"},
		{"missing member", JSONL, strings.Replace(first, `"process":3,`, "", 1), "file:1: process is missing"},
		{"wrong type", JSONL, strings.Replace(first, "invoke", "invok", 1), `file:1: type: expected invoke, ok, fail or info, got "invok"; did you mean "invoke"?`},
		{"time no integer", JSONL, strings.Replace(first, `:5`, `:5.5`, 1), `file:1: time: expected a whole number of nanoseconds, got 5.5`},
		{"process no integer", JSONL, strings.Replace(first, `:3`, `:-3`, 1), `file:1: process: expected a whole number from 0 or "nemesis", got -3`},
		{"process a name", JSONL, strings.Replace(first, `:3`, `:"n1"`, 1), `file:1: process: expected a whole number from 0 or "nemesis", got "n1"`},
		{"key no string", JSONL, strings.Replace(first, `}`, `,"key":5}`, 1), `file:1: key: expected a string, got 5`},
		{"line missing", JSONL, first + strings.Replace(first, `:0`, `:2`, 1), "file:2: index: expected 1, got 2; a line is missing, duplicated or out of order"},
		{"two objects in a line", JSONL, strings.TrimSpace(first) + first, "file:1: expected nothing after the object, got '{'"},
		{"invalid history", JSONL, first + strings.Replace(first, `:0`, `:1`, 1), "file:2: process 3 invokes write while its write at line 1 is still open"},

		{"edn cut off", EDN, ednFirst + `{:process 0, :type :ok`, "file:2: the file ends in the middle of the record that begins here: it is cut off"},
		{"edn cut off in a string", EDN, ednFirst + `{:process 0, :type :ok :value "}`, "file:2: the file ends in the middle of the record that begins here: it is cut off"},
		{"edn vector cut off", EDN, "\n[" + ednFirst, "file:3: the file ends inside the list that began at line 2: it is cut off"},
		{"edn after the vector", EDN, "[" + ednFirst + "]\n" + ednFirst, "file:3: expected nothing after the list that began at line 1, got '{'"},
		{"edn no map", EDN, ednFirst + "foo\n", "file:2: expected an event such as {:process 0, :type :invoke, :f :read, :value nil}, got 'f'"},
		{"edn damaged in its second line", EDN, "{:process 0\n :type :invoke :f\n :read :value [1 2)}\n", "file:3: expected a value, got ')'"},
		{"edn key without value", EDN, "{:process 0 :type}", "file:1: a key has no value"},
		{"edn wrong type", EDN, "{:process 0 :type :invokee :f :read}", `file:1: type: expected invoke, ok, fail or info, got "invokee"; did you mean "invoke"?`},
		{"edn late times", EDN, "{:process 0 :type :invoke :f :read}\n{:process 1 :type :invoke :f :read :time 5}", "file:2: this event has a time, but those before it have none"},
		{"edn keyword and string", EDN, "{:process 0 :type :invoke :f :write :value :a}\n{:process 1 :type :invoke :f :write :value \"a\"}", `file:2: "a" is a string here, but was a keyword before, and JSON cannot tell the two apart`},
		{"edn number and string as names", EDN, "{:process 0 :type :invoke :f :write :value {1 2}}\n{:process 1 :type :invoke :f :write :value {\"1\" 2}}", `file:2: "1" is a string here, but was a key of a map before, and JSON cannot tell the two apart`},
		{"edn keys of two kinds", EDN, "{:process 0 :type :invoke :f :write :key 5}\n{:process 1 :type :invoke :f :write :key \"5\"}", `file:2: key "5" is a string here, but was a number before, and simrun compares keys as text`},
		{"edn twice in a set", EDN, "{:process 0 :type :invoke :f :write :value #{1 1.0}}", `file:1: "1" occurs twice in one set`},
		{"edn ratio", EDN, "{:process 0 :type :invoke :f :write :value 1/0}", `file:1: "1/0" is not a ratio`},
		{"edn octal", EDN, "{:process 0 :type :invoke :f :write :value 010}", `file:1: "010": malformed number`},
		{"edn keyword", EDN, "{:process 0 :type :invoke :f ::x}", `file:1: "::x" is not a keyword`},
		{"edn hexadecimal", EDN, "{:process 0 :type :invoke :f :write :value 0xz}", `file:1: "0xz" is not a hexadecimal number of 64 bits`},
		{"edn character", EDN, `{:process 0 :type :invoke :f :write :value \foo}`, `file:1: "\\foo" is not a character`},
		{"edn escape", EDN, `{:process 0 :type :invoke :f :write :value "\x"}`, `file:1: "\\x" is not an escape in a string`},
		{"edn nothing to discard", EDN, ednFirst + "#_", "file:2: expected a form after #_, got the end of the file"},
		{"edn completion without invocation", EDN, "\n{:process 0 :type :ok :f :read}", "file:2: process 0 completes read without having invoked it"},
		{"edn nested", EDN, "{:process 0 :type :invoke :f :write :value " + strings.Repeat("[", 2000) + strings.Repeat("]", 2000) + "}", "file:1: a value is nested more than 1000 levels deep"},
		{"edn discards of discards", EDN, "{:process 0 :type :invoke :f :write :value " + strings.Repeat("#_ ", 2000) + "}", "file:1: a value is nested more than 1000 levels deep"},
		{"edn tuple of one", EDN, "{:process 0 :type :invoke :f :write :value #jepsen.independent.tuple [1]}", "file:1: a tuple of jepsen.independent must be a vector of a key and a value, or a map with :key and :value"},

		{"log cut off", JepsenLog, "INFO  jepsen.util - 0\t:invoke\t:write\t12", "file:1: the last line does not end in a newline: it may be cut off"},
		{"log damaged in the columns", JepsenLog, "INFO  jepsen.util - 0\t:invoke\t:read\tnil\nINFO  jepsen.util - 0\tok\t:read\tnil\n", `file:2: expected a line like INFO  jepsen.util - 3 :invoke :read nil, got "INFO  jepsen.util - 0\tok\t:read\tnil"`},
		{"log without value", JepsenLog, "INFO  jepsen.util - 0\t:invoke\t:read\n", "file:1: value is missing"},
		{"log with too many columns", JepsenLog, "0\t:invoke\t:read\t1 2 3\n", "file:1: expected nothing after the event, got \"2 3\""},

		{"json cut off", JSON, `[{"type":"invoke","f":"read","process":0}`, "file:1: the file ends inside the list that began at line 1: it is cut off"},
		{"json without comma", JSON, `[{"type":"invoke","f":"read","process":0}` + "\n" + `{"type":"ok","f":"read","process":0}]`, "file:2: expected a comma, got '{'"},
		{"json with two commas", JSON, `[{"type":"invoke","f":"read","process":0},,]`, "file:1: expected an object, got a comma"},
		{"json with a comma at the end", JSON, `[{"type":"invoke","f":"read","process":0},]`, "file:1: expected '{', got ']'"},
		{"json with commas between lines", JSON, `{"type":"invoke","f":"read","process":0},`, "file:1: expected an object, got a comma"},
		{"json no object", JSON, "[\n5]", "file:2: expected '{', got '5'"},
		{"json without type", JSON, `[{"f":"read","process":0}]`, "file:1: type is missing"},

		{"csv column", CSV, "proces,f,call,return\n", `file:1: unknown column "proces"; did you mean "process"? available: call, f, input, key, output, process, return`},
		{"csv column missing", CSV, "process,f,call\n", "file:1: column return is missing"},
		{"csv column twice", CSV, "process,f,f,call\n", "file:1: column f occurs twice"},
		{"csv short row", CSV, "process,f,call,return\n0,read,1,2\n0,read,1\n", "file:3: the number of cells differs from the header"},
		{"csv time", CSV, "process,f,call,return\n0,read,1s,2\n", `file:2: call: expected a whole number of nanoseconds, got "1s"`},
		{"csv backwards", CSV, "process,f,call,return\n0,read,3,2\n", "file:2: the operation returns at 2, before its call at 3"},
		{"csv overlap", CSV, "process,f,call,return\n0,read,3,5\n0,read,1,4\n", "file:2: process 0 calls read at 3, while its read at line 3 runs until 4"},
		{"csv after a pending operation", CSV, "process,f,call,return\n0,read,1,\n0,read,3,4\n", "file:3: process 0 calls read, but its read at line 2 never returned: the client must continue as a new process"},
		{"csv output of a pending operation", CSV, "process,f,output,call,return\n0,read,1,1,\n", "file:2: output: expected an empty cell, since the operation has no return"},
		{"csv value", CSV, "process,f,input,call,return\n0,write,[1,1,2\n", "file:2: input: the text ends in the middle of a value"},
		{"csv no order", CSV, "process,f,call,return\n0,read,1,5\n0,read,5,6\n1,read,2,5\n1,read,5,7\n", "file:4: processes 0 and 1 both return and call again at 5, so their order is unknown: the table needs times of finer resolution"},
		{"csv cut off", CSV, "process,f,call,return\n0,read,1,5", "file:2: the last line does not end in a newline: it may be cut off"},
		{"csv quote", CSV, "process,f,call,return\n0,\"read,1,5\n", `file:2: extraneous or missing " in quoted-field at column 13`},

		{"unknown", Auto, "hello\n", "file:1: not a history in a known format; known formats: jsonl, edn, jepsen-log, json, csv"},
		{"unknown format", "jsn", "hello\n", `file: unknown history format "jsn"; did you mean "json"? available: csv, edn, jepsen-log, json, jsonl`},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := Read(strings.NewReader(c.text), "file", c.format)
			if got := message(err); got != c.want {
				t.Errorf("got  %s\nwant %s", got, c.want)
			}
			var typed *Error
			if err != nil && !errors.As(err, &typed) {
				t.Errorf("error is a %T", err)
			}
		})
	}
}

func TestReadPassesOnWhatTheReaderSays(t *testing.T) {
	for _, f := range []Format{JSONL, EDN, JepsenLog, JSON, CSV} {
		_, err := Read(iotest.ErrReader(errors.New("disk on fire")), "file", f)
		if got := message(err); got != "file:1: cannot read the file: disk on fire" {
			t.Errorf("%s: %s", f, got)
		}
	}
	// The failure comes later than what Read looks at to detect the format.
	for f, line := range map[Format]string{
		JSONL: `{"index":0,"time":5,"process":3,"type":"invoke","f":"write","value":"` + strings.Repeat("a", detectBytes) + "\"}\n",
		EDN:   `{:process 3 :type :invoke :f :write :value "` + strings.Repeat("a", detectBytes) + "\"}\n",
	} {
		r := io.MultiReader(strings.NewReader(line), iotest.ErrReader(errors.New("disk on fire")))
		if got := message(func() error { _, err := Read(r, "file", f); return err }()); !strings.HasSuffix(got, "disk on fire") {
			t.Errorf("%s: %s", f, got)
		}
	}
}

func TestWriteKnowsItsFormats(t *testing.T) {
	for f, want := range map[Format]string{
		CSV: "cannot write histories as csv; available: jsonl, edn", "jsn": `unknown history format "jsn"; did you mean "json"? available: csv, edn, jepsen-log, json, jsonl`,
	} {
		if got := message(Write(&bytes.Buffer{}, f, nil)); got != want {
			t.Errorf("%s: %s", f, got)
		}
	}
}
