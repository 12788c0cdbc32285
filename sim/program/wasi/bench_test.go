package wasi_test

import (
	"fmt"
	"testing"
	"time"

	"simrun/sim"
	"simrun/sim/program"
	"simrun/sim/program/wasi"
)

// One message to a program that echoes it, and back to a client: C, Go that copies lines, and Go that parses and makes JSON, which is also run
// without the fuel meter.
func BenchmarkMessage(b *testing.B) {
	for _, x := range []struct {
		name  string
		guest func(testing.TB, wasi.Config) *wasi.Program
		args  string
		fuel  int64
	}{
		{"C", cGuest, "echo", 0},
		{"Go", goGuest, "echo", 0},
		{"GoJSON", goGuest, "json", 0},
		{"GoJSONUnmetered", goGuest, "json", -1},
	} {
		b.Run(x.name, func(b *testing.B) {
			guest := x.guest(b, wasi.Config{Fuel: x.fuel})
			b.ReportAllocs()
			answered := 0
			s := &stage{program: guest, args: []string{x.args}, quiet: true}
			s.client = func(c *sim.Client) {
				c.Call(1, []byte(message), time.Hour)
				b.ResetTimer()
				for range b.N {
					if _, err := c.Call(1, []byte(message), time.Hour); err == nil {
						answered++
					}
				}
				b.StopTimer()
			}
			c := aCase()
			c.Limits.Events = 10_000_000_000
			s.play(b, c)
			if answered != b.N {
				b.Fatalf("%d answers of %d; %v", answered, b.N, s.exits)
			}
		})
	}
}

const message = `{"src":"c1","dest":"n1","body":{"type":"echo","msg_id":17,"echo":"Please echo 35"}}`

// The first life of a program on a node, until it waits for input.
func BenchmarkStart(b *testing.B) {
	for _, x := range []struct {
		name  string
		guest func(testing.TB, wasi.Config) *wasi.Program
	}{{"C", cGuest}, {"Go", goGuest}} {
		b.Run(x.name, func(b *testing.B) {
			guest := x.guest(b, wasi.Config{})
			b.ReportAllocs()
			s := &stage{program: guest, args: []string{"echo"}}
			sys := s.system()
			sys.Boot = func(env *sim.Env) sim.Node {
				for b.Loop() {
					guest.Start(env, program.Streams{Args: s.args, Line: func([]byte) {}, Log: func([]byte) {}, Exit: func(e program.Exit) { panic(fmt.Sprint(e)) }}).End()
				}
				return &actor{stage: s, env: env, process: guest.Start(env, program.Streams{Args: s.args})}
			}
			if r, err := sim.Run(sys, aCase()); err != nil || len(r.Violations) > 0 {
				b.Fatal(err, r.Violations)
			}
		})
	}
}

// What the fuel meter costs a loop that does nothing else.
func BenchmarkFuel(b *testing.B) {
	const units = 1_000_000_000
	guest := cGuest(b, wasi.Config{Fuel: units})
	for b.Loop() {
		(&stage{program: guest, args: []string{"spin"}}).play(b, aCase())
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/units*wasi.DefaultFuel/1e9, "s/default")
}
