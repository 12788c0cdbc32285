package history

import (
	"bytes"
	"fmt"
	"io"
	"testing"
)

// sample returns a history of n operations by 10 clients: reads, writes and cas of 5 values on one key,
// with a completion for each.
func sample(n int) []Event {
	const clients = 10
	type state struct {
		f     string
		value Value
		open  bool
	}
	var open [clients]state
	x := uint64(1)
	draw := func(n uint64) uint64 {
		x = x*6364136223846793005 + 1442695040888963407
		return x >> 33 % n
	}
	events := make([]Event, 0, 2*n)
	now := Time(1_000_000_000)
	for len(events) < 2*n {
		p := draw(clients)
		now += 1 + Time(draw(2_000_000))
		e := Event{Index: len(events), Time: now, Process: Process(p), Key: "x"}
		s := &open[p]
		if s.open {
			e.Type, e.F, e.Value, s.open = OK, s.f, s.value, false
			if e.F == "read" {
				e.Value = Int(int64(draw(5)))
			}
		} else {
			switch e.F, e.Value = "read", Null; draw(3) {
			case 0:
				e.F, e.Value = "write", Int(int64(draw(5)))
			case 1:
				e.F, e.Value = "cas", Ints(int64(draw(5)), int64(draw(5)))
			}
			*s = state{e.F, e.Value, true}
		}
		events = append(events, e)
	}
	return events
}

// text writes a history in any format, including those that [Write] cannot write.
func text(b *testing.B, f Format, events []Event) []byte {
	b.Helper()
	var w bytes.Buffer
	switch f {
	case JepsenLog:
		for _, e := range events {
			fmt.Fprintf(&w, "INFO  jepsen.util - %d\t:%v\t:%s\t%s\n", e.Process, e.Type, e.F, e.Value.appendEDN(nil))
		}
	case JSON:
		for i, e := range events {
			w.WriteString([]string{"[", ",\n"}[min(i, 1)])
			fmt.Fprintf(&w, `{"type":"%v","f":"%s","value":%v,"process":%d,"time":%d,"index":%d}`, e.Type, e.F, e.Value, e.Process, int64(e.Time), i)
		}
		w.WriteString("]\n")
	case CSV:
		ops, err := Pair(events)
		if err != nil {
			b.Fatal(err)
		}
		w.WriteString("process,f,key,input,output,call,return\n")
		for _, op := range ops {
			fmt.Fprintf(&w, "%d,%s,%s,%q,%q,%d,", op.Process, op.F, op.Key, op.Input.String(), op.Output.String(), int64(op.Call))
			if op.Outcome != Info {
				fmt.Fprint(&w, int64(op.Return))
			}
			w.WriteString("\n")
		}
	default:
		if err := Write(&w, f, events); err != nil {
			b.Fatal(err)
		}
	}
	return w.Bytes()
}

const benchmarked = 1_000_000 // operations

// BenchmarkRead reads a million operations, two million events, in each format.
func BenchmarkRead(b *testing.B) {
	events := sample(benchmarked)
	for _, f := range Formats() {
		b.Run(string(f.Format), func(b *testing.B) { benchmarkRead(b, f.Format, text(b, f.Format, events), len(events)) })
	}
}

// BenchmarkReadTransactions reads values that are nested and all different.
func BenchmarkReadTransactions(b *testing.B) {
	events := sample(benchmarked)
	for i := range events {
		n := int64(i)
		events[i].F, events[i].Key = "txn", ""
		events[i].Value = List(List(String("append"), Int(n%10), Int(n)), List(String("r"), Int(n%7), Ints(n, n+1, n+2)))
	}
	for _, f := range []Format{JSONL, EDN} {
		b.Run(string(f), func(b *testing.B) { benchmarkRead(b, f, text(b, f, events), len(events)) })
	}
}

func benchmarkRead(b *testing.B, f Format, text []byte, events int) {
	b.ReportAllocs()
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		got, err := Read(bytes.NewReader(text), "bench", f)
		if err != nil || len(got) < events-events/100 {
			b.Fatal(len(got), err)
		}
	}
	b.ReportMetric(float64(events/2*b.N)/b.Elapsed().Seconds(), "ops/s")
	b.ReportMetric(float64(len(text))/float64(events/2), "file-B/op")
}

func BenchmarkWrite(b *testing.B) {
	events := sample(benchmarked)
	for _, f := range []Format{JSONL, EDN} {
		b.Run(string(f), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if err := Write(io.Discard, f, events); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(benchmarked*b.N)/b.Elapsed().Seconds(), "ops/s")
		})
	}
}

func BenchmarkPair(b *testing.B) {
	events := sample(benchmarked)
	b.ReportAllocs()
	for b.Loop() {
		if ops, err := Pair(events); err != nil || len(ops) < benchmarked {
			b.Fatal(len(ops), err)
		}
	}
	b.ReportMetric(float64(benchmarked*b.N)/b.Elapsed().Seconds(), "ops/s")
}
