package weaker_test

import (
	"fmt"
	"strings"

	"simrun/check/specs"
	"simrun/check/weaker"
	"simrun/history"
)

// backwards is a history in which process 1 reads 2, and then 1 again.
const backwards = `
{"index":0,"time":0,"process":0,"type":"invoke","f":"write","value":1}
{"index":1,"time":10000000,"process":0,"type":"ok","f":"write","value":1}
{"index":2,"time":20000000,"process":0,"type":"invoke","f":"write","value":2}
{"index":3,"time":30000000,"process":0,"type":"ok","f":"write","value":2}
{"index":4,"time":40000000,"process":1,"type":"invoke","f":"read"}
{"index":5,"time":50000000,"process":1,"type":"ok","f":"read","value":2}
{"index":6,"time":60000000,"process":1,"type":"invoke","f":"read"}
{"index":7,"time":70000000,"process":1,"type":"ok","f":"read","value":1}`

func example(text string) []history.Event {
	events, err := history.Read(strings.NewReader(strings.TrimSpace(text)), "example", history.JSONL)
	if err != nil {
		panic(err)
	}
	return events
}

func ExampleSequential() {
	v, err := weaker.Sequential(specs.Register, example(backwards), weaker.Options{})
	fmt.Println(v.Outcome, v.Core, err)
	// Output: violation [0 2 4 6] <nil>
}

func ExampleReplaySequential() {
	events := example(backwards)[:6]
	v, _ := weaker.Sequential(specs.Register, events, weaker.Options{})
	fmt.Println(v.Witness, weaker.ReplaySequential(specs.Register, events, v.Witness))
	fmt.Println(weaker.ReplaySequential(specs.Register, events, []int{4, 0, 2}))
	fmt.Println(weaker.ReplaySequential(specs.Register, events, []int{2, 0, 4}))
	fmt.Println(weaker.ReplaySequential(specs.Register, events, []int{0, 2}))
	// Output:
	// [0 2 4] <nil>
	// the specification does not allow read of event 4 at its place in the order
	// event 2 comes before event 0, which its process called earlier
	// 1 operations took effect, but are not in the order
}

func ExampleSessions() {
	all, err := weaker.Sessions(specs.Register, example(backwards), weaker.Options{})
	for _, g := range all {
		fmt.Println(g.Name+":", g.Verdict.Outcome)
	}
	fmt.Println(all[2].Verdict.Reason, err)
	// Output:
	// read your writes: valid
	// monotonic reads: violation
	// monotonic writes: violation
	// writes follow reads: valid
	// process 1 read 2 (40ms to 50ms), then process 1 read 1 (60ms to 70ms), though process 0 write 1 (0s to 10ms), then process 0 write 2 (20ms to 30ms) <nil>
}

func ExampleStaleness() {
	s, err := weaker.Staleness(specs.Register, example(backwards), weaker.Options{})
	fmt.Println("reads were up to", history.Time(s.Time.Least), "old and", s.Versions.Least-1, "version behind", err)
	// Output: reads were up to 30ms old and 1 version behind <nil>
}

func ExamplePhases() {
	phases, err := weaker.Phases(example(backwards))
	for _, p := range phases {
		fmt.Println(p.Name(), p.Lasted, p.Answered(), "of", p.Operations(), p.Latency.P50, p.Latency.Max)
	}
	fmt.Println(err)
	// Output:
	// quiet 70ms 4 of 4 10ms 10ms
	// <nil>
}
