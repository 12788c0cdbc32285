package sim_test

import (
	"strings"
	"testing"
	"time"

	"simrun/sim"
)

// fate is what became of a message: when it was sent by key, and when it arrived, or why not.
type fate struct {
	arrived sim.Time
	dropped string
}

// fates lists the messages between servers by the key of their decisions.
func fates(r *sim.Result) map[string]fate {
	key := map[uint64]string{}
	list := map[string]fate{}
	for _, rec := range r.Trace.Records {
		switch {
		case rec.Kind == sim.Send && rec.Key != "":
			key[rec.Message] = rec.Key
			list[rec.Key] = fate{}
		case rec.Kind == sim.Deliver && key[rec.Message] != "":
			list[key[rec.Message]] = fate{arrived: rec.Time}
		case rec.Kind == sim.Drop && key[rec.Message] != "":
			list[key[rec.Message]] = fate{dropped: rec.Text}
		}
	}
	return list
}

// moved counts the messages of the first run that the second has not, or has with another fate,
// and those among them that are not related to what was changed.
func moved(a, b *sim.Result, related func(link string, sent time.Duration) bool) (total, moved, unrelated int) {
	x, y := fates(a), fates(b)
	for key, f := range x {
		total++
		if g, ok := y[key]; ok && f == g {
			continue
		}
		moved++
		link, at, _ := strings.Cut(key, " ")
		at, _, _ = strings.Cut(at, "#")
		sent, err := time.ParseDuration(at)
		if err != nil {
			panic(err)
		}
		if !related(link, sent) {
			unrelated++
		}
	}
	return
}

// touches and within are what can be related to a change: the links of a node, and a span of time
// with the answers to what was sent in it.
func touches(node string) func(string, time.Duration) bool {
	return func(link string, _ time.Duration) bool { return strings.Contains(link, node) }
}

func within(from, to time.Duration) func(string, time.Duration) bool {
	return func(_ string, sent time.Duration) bool { return from <= sent && sent <= to+12*ms }
}

func nothing(string, time.Duration) bool { return false }

// chatter is nodes that talk at random times whatever befalls them, so that what moves is what the
// engine moves: each sends to each in turn, after waits that are drawn by its clock.
func chatter(t *testing.T, c sim.Case) *sim.Result {
	s := script{
		boot: func(env *sim.Env) { env.SetTimer(0, ms) },
		timer: func(env *sim.Env, _ sim.TimerID) {
			for i := 1; i <= env.Nodes(); i++ {
				if to := sim.NodeID(i); to != env.ID() {
					env.Send(to, []byte("hello"))
				}
			}
			env.Append("f", []byte{1})
			env.Sync("f", 1)
			env.SetTimer(0, 3*ms+time.Duration(env.Rand(beatName, uint64(env.Now())).N(1e6)))
		},
		recv: func(env *sim.Env, from sim.NodeID, p []byte) {
			if string(p) == "hello" {
				env.Send(from, []byte("hello yourself"))
			}
		},
		req: func(env *sim.Env, from sim.Caller, p []byte) { env.Reply(from, p) },
		cli: func(c *sim.Client) {
			for {
				op, ok := c.Next()
				if !ok {
					return
				}
				if _, err := c.Call(sim.NodeID(1+int(c.Now())%c.Nodes()), []byte(op.F), 50*ms); err != nil {
					c.Info(err.Error())
				} else {
					c.OK(op.Value)
				}
			}
		},
	}
	c.Nodes, c.Clients, c.Workload.Rate = 5, 3, 100
	c.Network = sim.Network{
		Latency: sim.Latency{Dist: sim.Uniform, Min: sim.Duration(ms), Max: sim.Duration(5 * ms)},
		Loss:    sim.Ratio{Num: 1, Den: 20}, Duplicate: sim.Ratio{Num: 1, Den: 20},
	}
	return s.play(t, c)
}

// Dropping one fault, or one operation, leaves the fate of every unrelated message as it was.
func TestDroppingLeavesTheRest(t *testing.T) {
	faults := []struct {
		line    string
		related func(string, time.Duration) bool
	}{
		{"at 100ms partition n1,n2 | n3,n4,n5 for 100ms", within(100*ms, 200*ms)},
		{"at 250ms crash n3 for 50ms", touches("n3")}, // its timers differ ever after
		{"at 300ms loss 1/10 for 200ms", within(300*ms, 500*ms)},
		{"at 400ms duplicate 1/4 on n2 for 100ms", touches("n2")},
		{"at 500ms isolate any for 100ms", within(500*ms, 600*ms)},
		{"at 600ms latency exponential 1ms 20ms on n4 for 100ms", touches("n4")},
	}
	without := func(i int) (lines []string) {
		for j, f := range faults {
			if j != i {
				lines = append(lines, f.line)
			}
		}
		return lines
	}
	all := chatter(t, sim.Case{Seed: 5, Faults: plan(without(-1)...)})
	for i, f := range faults {
		total, moved, unrelated := moved(all, chatter(t, sim.Case{Seed: 5, Faults: plan(without(i)...)}), f.related)
		t.Logf("without %q: of %d messages %d moved, %d of them unrelated", f.line, total, moved, unrelated)
		if total < 10_000 || moved == 0 || unrelated > 0 {
			t.Errorf("without %q: of %d messages %d moved, %d of them unrelated; want some and none", f.line, total, moved, unrelated)
		}
	}
	less := chatter(t, sim.Case{Seed: 5, Faults: plan(without(-1)...), Overrides: []sim.Override{{Key: "drop c1#5"}, {Key: "drop c2#50"}}})
	if total, moved, _ := moved(all, less, nothing); moved > 0 {
		t.Errorf("without two operations: of %d messages %d moved; want none", total, moved)
	}
}

// The decisions themselves never move: a message that both runs have, with no fault about, has
// the same fate in both.
func TestDroppingAFaultMovesOnlyItsTime(t *testing.T) {
	with := fates(chatter(t, sim.Case{Seed: 6, Faults: plan("at 500ms partition n1 | n2,n3,n4,n5 for 100ms")}))
	without := fates(chatter(t, sim.Case{Seed: 6}))
	same, cut, other := 0, 0, 0
	for key, f := range with {
		g, both := without[key]
		switch {
		case both && f == g:
			same++
		case f.dropped == "partition":
			cut++
		case both:
			t.Errorf("message %s: %v with the fault, %v without", key, f, g)
		default:
			other++ // an answer to a message that was sent at another time
		}
	}
	t.Logf("%d messages are the same, %d were cut, %d are in one run alone", same, cut, other)
	if same < 10_000 || cut < 100 || other > 0 {
		t.Errorf("%d the same, %d cut, %d in one run alone", same, cut, other)
	}
}

// An override replaces one decision and nothing else.
func TestOverrides(t *testing.T) {
	base := chatter(t, sim.Case{Seed: 7})
	var key string
	var arrived, sent sim.Time
	f := fates(base)
	for _, rec := range base.Trace.Records {
		if rec.Kind == sim.Send && rec.Key != "" && rec.Text == "" && f[rec.Key].arrived > 0 && rec.Time > sim.Time(500*ms) {
			key, sent, arrived = rec.Key, rec.Time, f[rec.Key].arrived
			break
		}
	}
	for _, tc := range []struct {
		o    sim.Override
		want fate
	}{
		{sim.Override{Key: "latency " + key, Value: int64(7 * ms)}, fate{arrived: sent + sim.Time(7*ms)}},
		{sim.Override{Key: "loss " + key, Value: 1}, fate{dropped: "loss"}},
		{sim.Override{Key: "loss " + key, Value: 0}, fate{arrived: arrived}},
	} {
		r := chatter(t, sim.Case{Seed: 7, Overrides: []sim.Override{tc.o}})
		if got := fates(r)[key]; got != tc.want {
			t.Errorf("%v: fate %v, want %v", tc.o, got, tc.want)
		}
		// Its answer moves with it.
		if total, moved, _ := moved(base, r, nothing); moved > 2 {
			t.Errorf("%v: of %d messages %d moved", tc.o, total, moved)
		}
	}
}

func TestOverrideSync(t *testing.T) {
	base := chatter(t, sim.Case{Seed: 7})
	var rec sim.Record
	for _, rec = range base.Trace.Records {
		if rec.Kind == sim.SyncDone && rec.Time > sim.Time(500*ms) {
			break
		}
	}
	r := chatter(t, sim.Case{Seed: 7, Overrides: []sim.Override{{Key: "sync " + rec.Key, Value: int64(60 * ms)}}})
	for _, x := range r.Trace.Records {
		if x.Kind == sim.SyncDone && x.Key == rec.Key && x.Time < rec.Time+sim.Time(50*ms) {
			t.Errorf("sync %s completed at %v, want 60ms after it began", x.Key, x.Time)
		}
	}
}
