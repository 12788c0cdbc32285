package history_test

import (
	"fmt"
	"os"
	"strings"

	"simrun/history"
)

// Read detects a Jepsen history, and Write converts it.
func ExampleRead() {
	edn := `{:type :invoke, :f :cas, :value [0 3], :process 0, :time 10, :index 0}
{:type :info, :f :start-partition, :value :majority, :process :nemesis, :time 11, :index 1}
{:type :info, :f :cas, :value [0 3], :process 0, :error :timeout, :time 12, :index 2}`
	events, err := history.Read(strings.NewReader(edn), "history.edn", history.Auto)
	if err != nil {
		fmt.Println(err)
		return
	}
	history.Write(os.Stdout, history.JSONL, events)
	// Output:
	// {"index":0,"time":10,"process":0,"type":"invoke","f":"cas","value":[0,3]}
	// {"index":1,"time":11,"process":"nemesis","type":"info","f":"start-partition","value":"majority"}
	// {"index":2,"time":12,"process":0,"type":"info","f":"cas","value":[0,3],"error":"timeout"}
}

// An error names the line, and says in one sentence what is wrong.
func ExampleRead_damaged() {
	text := `{"index":0,"time":5,"process":3,"type":"invoke","f":"write","value":7}
{"index":1,"time":6,"process":3,"type":"okk","f":"write","value":7}`
	_, err := history.Read(strings.NewReader(text), "run.jsonl", history.Auto)
	fmt.Println(err)
	// Output: run.jsonl:2: type: expected invoke, ok, fail or info, got "okk"; did you mean "ok"?
}

// A table of intervals becomes a history in order of time.
func ExampleRead_intervals() {
	table := `process,f,input,output,call,return
0,write,7,,1000,2000
1,read,,7,1500,2500
`
	events, _ := history.Read(strings.NewReader(table), "table.csv", history.CSV)
	history.Write(os.Stdout, history.EDN, events)
	// Output:
	// {:index 0, :time 1000, :process 0, :type :invoke, :f :write, :value 7}
	// {:index 1, :time 1500, :process 1, :type :invoke, :f :read, :value nil}
	// {:index 2, :time 2000, :process 0, :type :ok, :f :write, :value nil}
	// {:index 3, :time 2500, :process 1, :type :ok, :f :read, :value 7}
}

// Operations say what was asked, what came back, and when.
func ExamplePair() {
	events := []history.Event{
		{Index: 0, Time: 10, Process: 0, Type: history.Invoke, F: "write", Value: history.Int(7)},
		{Index: 1, Time: 15, Process: 1, Type: history.Invoke, F: "read"},
		{Index: 2, Time: 20, Process: 1, Type: history.OK, F: "read", Value: history.Int(7)},
	}
	ops, _ := history.Pair(events)
	for _, op := range ops {
		fmt.Println(op.Process, op.F, op.Input, op.Outcome, op.Output, int64(op.Call), op.Return)
	}
	// Output:
	// 0 write 7 info null 10 never
	// 1 read null ok 7 15 20ns
}

func ExampleValidate() {
	err := history.Validate([]history.Event{
		{Index: 0, Process: 4, Type: history.Invoke, F: "write"},
		{Index: 1, Process: 4, Type: history.Info, F: "write"},
		{Index: 2, Process: 4, Type: history.Invoke, F: "read"},
	})
	fmt.Println(err)
	// Output: event 2: process 4 invokes read, but the info at event 1 ended this process: its write may still be running, so the client must continue as a new process
}

func ExampleWithoutIndeterminate() {
	ops := []history.Operation{
		{F: "read", Outcome: history.Info},
		{F: "write", Outcome: history.Info, Input: history.Int(1)},
		{F: "read", Outcome: history.OK, Output: history.Int(1)},
	}
	for _, op := range history.WithoutIndeterminate(ops, func(f string) bool { return f == "read" }) {
		fmt.Println(op.F, op.Outcome)
	}
	// Output:
	// write info
	// read ok
}

func ExampleSplitKeys() {
	events, err := history.SplitKeys([]history.Event{
		{Index: 0, Process: 0, Type: history.Invoke, F: "write", Value: history.List(history.String("x"), history.Int(7))},
	})
	fmt.Println(events[0].Key, events[0].Value, err)
	// Output: x 7 <nil>
}

func ExampleDetect() {
	fmt.Println(history.Detect([]byte("INFO  jepsen.util - 0\t:invoke\t:read\tnil\n")))
	fmt.Println(history.Detect([]byte(`[{"type":"invoke","f":"txn","process":0}]`)))
	// Output:
	// jepsen-log
	// json
}

func ExampleParseFormat() {
	_, err := history.ParseFormat("jepsen")
	fmt.Println(err)
	// Output: unknown history format "jepsen"; did you mean "jepsen-log"? available: csv, edn, jepsen-log, json, jsonl
}

func ExampleValue_AsPair() {
	from, to, ok := history.Ints(1, 2).AsPair()
	fmt.Println(from, to, ok)
	// Output: 1 2 true
}

func ExampleParseValue() {
	a, _ := history.ParseValue(`{"b": 10e-1, "a": "\u0041"}`)
	b, _ := history.ParseValue(`{"a":"A","b":1.0}`)
	fmt.Println(a, a == b)
	// Output: {"a":"A","b":1} true
}
