package history

import (
	"bytes"
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
		now += Time(draw(2_000_000))
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

// BenchmarkRead reads a million operations: two million lines.
func BenchmarkRead(b *testing.B) {
	const operations = 1_000_000
	events := sample(operations)
	for _, f := range []Format{JSONL, EDN} {
		var text bytes.Buffer
		if err := Write(&text, f, events); err != nil {
			b.Fatal(err)
		}
		b.Run(string(f), func(b *testing.B) {
			b.ReportAllocs()
			b.SetBytes(int64(text.Len()))
			for b.Loop() {
				got, err := Read(bytes.NewReader(text.Bytes()), "bench", f)
				if err != nil || len(got) != len(events) {
					b.Fatal(len(got), err)
				}
			}
			b.ReportMetric(float64(operations*b.N)/b.Elapsed().Seconds(), "ops/s")
		})
	}
}

func BenchmarkPair(b *testing.B) {
	const operations = 1_000_000
	events := sample(operations)
	b.ReportAllocs()
	for b.Loop() {
		if ops, err := Pair(events); err != nil || len(ops) < operations {
			b.Fatal(len(ops), err)
		}
	}
	b.ReportMetric(float64(operations*b.N)/b.Elapsed().Seconds(), "ops/s")
}
