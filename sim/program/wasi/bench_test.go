package wasi_test

import (
	"encoding/json"
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"simrun/internal/cputime"
	"simrun/sim"
	"simrun/sim/program"
	"simrun/sim/program/wasi"
)

// One message to a program that echoes it, and back to a client: C, Go that copies lines, and Go that parses and makes JSON, which is also run
// without the fuel meter. JSONNative does the same as GoJSON in this process. All run over the same simulated network.
func BenchmarkMessage(b *testing.B) {
	var native time.Duration
	for _, x := range []struct {
		name  string
		guest func(testing.TB, wasi.Config) *wasi.Program // nil: native
		args  string
		fuel  int64
	}{
		{"JSONNative", nil, "", 0},
		{"C", cGuest, "echo", 0},
		{"Go", goGuest, "echo", 0},
		{"GoJSON", goGuest, "json", 0},
		{"GoJSONUnmetered", goGuest, "json", -1},
	} {
		b.Run(x.name, func(b *testing.B) {
			var p program.Program = answering{}
			if x.guest != nil {
				p = x.guest(b, wasi.Config{Fuel: x.fuel})
			}
			b.ReportAllocs()
			each := echo(b, &stage{program: p, args: []string{x.args}, quiet: true})
			if x.guest == nil {
				native = each
			} else if native > 0 {
				b.ReportMetric(float64(each)/float64(native), "of-native")
			}
		})
	}
}

// echo sends messages to n1, one after the other, and returns what one of them took of a core.
func echo(b *testing.B, s *stage) (each time.Duration) {
	answered := 0
	s.client = func(c *sim.Client) {
		c.Call(1, []byte(message), time.Hour)
		b.ResetTimer()
		meter := cputime.Start()
		for range b.N {
			if _, err := c.Call(1, []byte(message), time.Hour); err == nil {
				answered++
			}
		}
		b.StopTimer()
		each = meter.Report(b, b.N, "message")
	}
	c := aCase()
	c.Limits.Events = 10_000_000_000
	s.play(b, c)
	if answered != b.N {
		b.Fatalf("%d answers of %d; %v", answered, b.N, s.exits)
	}
	return each
}

// answering does what the Go guest's command json does, without a guest.
type answering struct{ line func([]byte) }

func (answering) Identity() sim.Program { return sim.Program{} }
func (answering) Start(_ *sim.Env, s program.Streams) program.Process {
	return answering{s.Line}
}
func (a answering) Input(line []byte) {
	var m struct {
		Src  string `json:"src"`
		Dest string `json:"dest"`
		Body struct {
			Type    string `json:"type"`
			ID      int    `json:"msg_id,omitempty"`
			ReplyTo int    `json:"in_reply_to,omitempty"`
			Echo    string `json:"echo"`
		} `json:"body"`
	}
	if err := json.Unmarshal(line, &m); err != nil {
		panic(err)
	}
	m.Src, m.Dest = m.Dest, m.Src
	m.Body.Type, m.Body.ReplyTo = "echo_ok", m.Body.ID
	out, err := json.Marshal(m)
	if err != nil {
		panic(err)
	}
	a.line(out)
}
func (answering) Timer(sim.TimerID)        {}
func (answering) Synced(sim.SyncID, error) {}
func (answering) End()                     {}

const message = `{"src":"c1","dest":"n1","body":{"type":"echo","msg_id":17,"echo":"Please echo 35"}}`

// A life of a program on a node, until it waits for input, and its end: in a new instance, and in one that was used before.
func BenchmarkStart(b *testing.B) {
	for _, x := range []struct {
		name   string
		module func() ([]byte, error)
		load   func(string, []byte, wasi.Config) (*wasi.Program, error)
	}{
		{"CNew", cModule, wasi.LoadFresh}, {"CAgain", cModule, wasi.Load},
		{"GoNew", goBytes, wasi.LoadFresh}, {"GoAgain", goBytes, wasi.Load},
	} {
		b.Run(x.name, func(b *testing.B) {
			module, err := x.module()
			if err != nil {
				b.Fatal(err)
			}
			guest, err := x.load("guest.wasm", module, wasi.Config{Cache: filepath.Join(cache(), "compiled")})
			if err != nil {
				b.Fatal(err)
			}
			defer guest.Close()
			b.ReportAllocs()
			s := &stage{program: guest, args: []string{"echo"}}
			sys := s.system()
			sys.Boot = func(env *sim.Env) sim.Node {
				streams := program.Streams{Args: s.args, Line: func([]byte) {}, Log: func([]byte) {}, Exit: func(e program.Exit) { panic(fmt.Sprint(e)) }}
				guest.Start(env, streams).End()
				b.ResetTimer()
				meter := cputime.Start()
				for range b.N {
					guest.Start(env, streams).End()
				}
				b.StopTimer()
				meter.Report(b, b.N, "start")
				return &actor{stage: s, env: env, process: guest.Start(env, streams)}
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
