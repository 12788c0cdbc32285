package network

import (
	"flag"
	"fmt"
	"slices"
	"strconv"
	"testing"
	"time"

	"pgregory.net/rapid"

	"simrun/internal/soak"
	"simrun/sim/fault"
	"simrun/sim/rng"
)

const seed, who = 7, 3

// twin is a link as a person would say it: a list of what is in force, asked anew for each message.
type twin struct {
	usual  Weather
	faults []begun // in force, in order of their beginning
	cutAt  []Time  // when cuts that drop what is in flight began
	left   []Time  // when each message that was put on the wire has left it
	narrow bool    // a fault has set a bandwidth
	held   []int
}

func (w *twin) of(kinds ...fault.Kind) (list []fault.Fault) {
	for _, b := range w.faults {
		if slices.Contains(kinds, b.f.Kind) {
			list = append(list, b.f)
		}
	}
	return list
}

func (w *twin) begin(id int, f fault.Fault, now Time) {
	w.faults = append(w.faults, begun{id, f})
	if f.InFlight {
		w.cutAt = append(w.cutAt, now)
	}
	w.narrow = w.narrow || f.Kind == fault.Bandwidth
}

func (w *twin) end(id int) []int {
	w.faults = slices.DeleteFunc(w.faults, func(b begun) bool { return b.id == id })
	if len(w.of(fault.Clog)) > 0 {
		return nil
	}
	released := w.held
	w.held = nil
	return released
}

// draw is the n-th value of a decision.
func draw(name string, key uint64, n int) rng.Value {
	v := rng.Draw(seed, rng.Of(name), who, key)
	for range n {
		v = v.Next()
	}
	return v
}

// happens decides something by the usual probability and those of faults, one after the other.
func (w *twin) happens(name string, key uint64, usual fault.Ratio, k fault.Kind) bool {
	n := 0
	chances := []fault.Ratio{usual}
	for _, f := range w.of(k) {
		chances = append(chances, f.Ratio)
	}
	for _, c := range chances {
		if c.Num == 0 {
			continue
		}
		if draw(name, key, n).Chance(uint64(c.Num), uint64(c.Den)) {
			return true
		}
		n++
	}
	return false
}

func (w *twin) leave(key uint64) Fate {
	if len(w.of(fault.Partition, fault.Isolate, fault.Cut)) > 0 {
		return Fate{Lost: "partition"}
	}
	if w.happens("loss", key, w.usual.Loss, fault.Loss) {
		return Fate{Lost: "loss"}
	}
	return Fate{Damage: w.happens("corrupt", key, fault.Ratio{}, fault.Corrupt), Twice: w.happens("duplicate", key, w.usual.Duplicate, fault.Duplicate)}
}

// wire is the bandwidth and the bound of the queue in force.
func (w *twin) wire() (bandwidth int64, queue int) {
	bandwidth, queue = w.usual.Bandwidth, w.usual.Queue
	for _, f := range w.of(fault.Bandwidth) {
		bandwidth, queue = f.Rate, f.Queue
	}
	return bandwidth, queue
}

func (w *twin) free() (at Time) {
	for _, t := range w.left {
		at = max(at, t)
	}
	return at
}

func (w *twin) travel(key uint64, copied bool) (d Time) {
	latency := w.usual.Latency
	for _, f := range w.of(fault.Latency) {
		latency = Delay{f.Dist, f.By, f.Max}
	}
	d = Time(latency.Draw(draw("latency", key, 0)))
	if copied {
		d += Time(latency.Draw(draw("copy latency", key, 0)))
	}
	for i, f := range w.of(fault.Reorder) { // each has two values: whether, and how long
		if draw("reorder", key, 2*i).Chance(uint64(f.Ratio.Num), uint64(f.Ratio.Den)) {
			d += Time(draw("reorder", key, 2*i+1).Between(1, int64(f.By)))
		}
	}
	return d
}

func (w *twin) carry(now Time, size int, key uint64, copied bool) (Time, bool) {
	if bandwidth, queue := w.wire(); bandwidth > 0 {
		waiting := 0
		for _, t := range w.left {
			if t > now {
				waiting++
			}
		}
		if queue > 0 && waiting > queue {
			return 0, false
		}
		now = max(w.free(), now) + Time(int64(size)*int64(time.Second)/bandwidth)
		w.left = append(w.left, now)
	}
	return now + w.travel(key, copied), true
}

func (w *twin) swallows(left Time) bool {
	return slices.ContainsFunc(w.cutAt, func(cut Time) bool { return left <= cut })
}

func (w *twin) relieve(now Time) {
	if bandwidth, _ := w.wire(); w.narrow && bandwidth == w.usual.Bandwidth {
		w.left = []Time{min(w.free(), now)} // the wire is free, and nobody waits
	}
}

func ratios(t *rapid.T, name string) fault.Ratio {
	den := int64(rapid.IntRange(1, 4).Draw(t, name+" den"))
	return fault.Ratio{Num: int64(rapid.IntRange(0, int(den)).Draw(t, name+" num")), Den: den}
}

func delays(t *rapid.T, name string) Delay {
	d := Delay{Dist: rapid.SampledFrom(fault.Dists).Draw(t, name), Min: time.Duration(rapid.IntRange(0, 5).Draw(t, "min"))}
	d.Max = d.Min + time.Duration(rapid.IntRange(0, 100).Draw(t, "more"))
	return d
}

// faults draws what can hit a link.
func faults(t *rapid.T) fault.Fault {
	f := fault.Fault{Kind: rapid.SampledFrom([]fault.Kind{
		fault.Partition, fault.Isolate, fault.Cut, fault.Clog, fault.Loss, fault.Duplicate, fault.Corrupt, fault.Reorder, fault.Reorder, fault.Latency, fault.Bandwidth,
	}).Draw(t, "kind")}
	switch f.Kind {
	case fault.Partition, fault.Isolate, fault.Cut:
		f.InFlight = rapid.Bool().Draw(t, "in flight")
	case fault.Latency:
		d := delays(t, "latency")
		f.Dist, f.By, f.Max = d.Dist, d.Min, d.Max
	case fault.Bandwidth:
		f.Rate, f.Queue = int64(rapid.IntRange(1, 3).Draw(t, "rate"))*int64(time.Second)/4, rapid.IntRange(0, 2).Draw(t, "queue")
	default:
		f.Ratio, f.By = ratios(t, "ratio"), time.Duration(rapid.IntRange(1, 50).Draw(t, "by"))
	}
	return f
}

// A link does what the list of its faults says, whatever began and ended in which order.
func TestLinkAgainstItsTwin(t *testing.T) {
	checks := flag.Lookup("rapid.checks")
	before := checks.Value.String()
	t.Cleanup(func() { checks.Value.Set(before) })
	checks.Value.Set(strconv.Itoa(soak.N(3000, 1_000_000)))
	seen := map[string]int{}
	rapid.Check(t, func(t *rapid.T) {
		usual := Weather{Latency: delays(t, "usual"), Loss: ratios(t, "loss"), Duplicate: ratios(t, "duplicate"),
			Bandwidth: rapid.SampledFrom([]int64{0, int64(time.Second)}).Draw(t, "bandwidth"), Queue: rapid.IntRange(0, 2).Draw(t, "queue")}
		l, w, d := NewLink(who, &usual), &twin{usual: usual}, NewDice(seed)
		now := Time(rapid.IntRange(0, 5).Draw(t, "start"))
		equal := func(what string, got, want any) {
			if fmt.Sprint(got) != fmt.Sprint(want) {
				t.Fatalf("at %d: %s is %v, and the twin says %v (in force: %v)", now, what, got, want, w.faults)
			}
		}
		for i := range rapid.IntRange(1, 40).Draw(t, "steps") {
			now += Time(rapid.IntRange(0, 3).Draw(t, "later"))
			switch step := rapid.IntRange(0, 9).Draw(t, "step"); {
			case step <= 1:
				f := faults(t)
				l.Begin(i, f, now)
				w.begin(i, f, now)
			case step == 2 && len(w.faults) > 0:
				b := rapid.SampledFrom(w.faults).Draw(t, "end")
				equal("what is released", l.End(b.id, b.f.Kind), w.end(b.id))
			case step == 3:
				l.Relieve(now)
				w.relieve(now)
			default:
				key, size, copied := uint64(i), rapid.IntRange(0, 6).Draw(t, "size"), rapid.Bool().Draw(t, "copied")
				fate := w.leave(key)
				equal("the fate", l.Leave(key, &d), fate)
				blocked := len(w.of(fault.Partition, fault.Isolate, fault.Cut, fault.Clog)) > 0
				equal("blocked", l.Blocked(), blocked)
				clogged := len(w.of(fault.Clog)) > 0
				equal("held back", l.Hold(i), clogged)
				if clogged {
					w.held = append(w.held, i)
				}
				free := w.free()
				equal("the time if it were sent now", l.Sooner(now, key, copied, &d), max(now, free)+w.travel(key, copied))
				at, ok := w.carry(now, size, key, copied)
				got, gotOK := l.Carry(now, size, key, copied, &d)
				equal("carried", gotOK, ok)
				equal("the arrival", got, at)
				left := max(0, now-Time(rapid.IntRange(0, 4).Draw(t, "sent before")))
				equal(fmt.Sprintf("lost in flight if sent at %d", left), l.Swallows(left), w.swallows(left))
				for what, so := range map[string]bool{"partition": fate.Lost == "partition", "loss": fate.Lost == "loss", "damage": fate.Damage, "twice": fate.Twice, "clogged": clogged,
					"queue full": !ok, "in flight": w.swallows(left), "at the cut": slices.Contains(w.cutAt, left), "held back twice": len(w.of(fault.Reorder)) > 1} {
					if so {
						seen[what]++
					}
				}
			}
		}
	})
	for _, what := range []string{"partition", "loss", "damage", "twice", "clogged", "queue full", "in flight", "at the cut", "held back twice"} {
		if seen[what] < 10 {
			t.Errorf("%q happened %d times: too seldom to mean anything", what, seen[what])
		}
	}
}

// A case decides instead of chance where it says so, and nowhere else.
func TestOverrides(t *testing.T) {
	usual := Weather{Latency: Delay{fault.Uniform, 10, 20}, Loss: fault.Ratio{Num: 1, Den: 2}}
	l := NewLink(who, &usual)
	l.Begin(1, fault.Fault{Kind: fault.Reorder, Ratio: fault.Ratio{Num: 1, Den: 1}, By: 50}, 0)
	l.Begin(2, fault.Fault{Kind: fault.Corrupt, Ratio: fault.Ratio{Num: 1, Den: 1}}, 0)
	chance, fixed := NewDice(seed), NewDice(seed)
	values := map[rng.Name]int64{rng.Of("latency"): 1000, rng.Of("copy latency"): 200, rng.Of("reorder"): 30, rng.Of("loss"): 0, rng.Of("corrupt"): 0}
	fixed.Override = func(what rng.Name, of, key uint64) (int64, bool) {
		v, ok := values[what]
		return v, ok && of == who && key == 5
	}
	if got := l.Leave(5, &fixed); got != (Fate{}) {
		t.Errorf("the fate is %+v", got)
	}
	if at, _ := l.Carry(0, 1, 5, true, &fixed); at != 1230 {
		t.Errorf("it arrives at %d, want 1230", at)
	}
	values[rng.Of("reorder")], values[rng.Of("loss")] = -4, 1
	if at, _ := l.Carry(0, 1, 5, true, &fixed); at != 1200 || l.Leave(5, &fixed).Lost != "loss" {
		t.Errorf("it arrives at %d, want 1200; and is lost", at)
	}
	for key := uint64(6); key < 50; key++ {
		a, _ := l.Carry(0, 1, key, true, &chance)
		if b, _ := l.Carry(0, 1, key, true, &fixed); a != b || l.Leave(key, &chance) != l.Leave(key, &fixed) {
			t.Errorf("message %d is decided differently", key)
		}
	}
	for i, name := range Decisions() {
		f := []*family{&chance.latency, &chance.copied, &chance.loss, &chance.duplicate, &chance.corrupt, &chance.reorder}[i]
		if f.name != rng.Of(name) {
			t.Errorf("decision %q has another name", name)
		}
	}
}

// An override of the latency is not below 0, and may be 0.
func TestOverridesOfTheLatency(t *testing.T) {
	l, d := NewLink(who, &Weather{Latency: Delay{fault.Uniform, 10, 20}}), NewDice(seed)
	for _, v := range []int64{-5, 0, 1} {
		d.Override = func(rng.Name, uint64, uint64) (int64, bool) { return v, true }
		if at, _ := l.Carry(100, 1, 0, false, &d); at != 100+Time(max(0, v)) {
			t.Errorf("a message of latency %d that leaves at 100 arrives at %d", v, at)
		}
	}
}

// An override alone loses, damages and copies a message, where no fault and no weather could: so a case can say of which messages that
// is needed, in place of a fault that does it by chance. What holds messages back is asked for only where something does.
func TestOverridesAlone(t *testing.T) {
	l, d := NewLink(who, &Weather{Latency: Delay{Min: 7}}), NewDice(seed)
	for name, want := range map[string]Fate{"loss": {Lost: "loss"}, "corrupt": {Damage: true}, "duplicate": {Twice: true}, "reorder": {}} {
		d.Override = func(what rng.Name, _, key uint64) (int64, bool) { return 1, what == rng.Of(name) && key == 3 }
		if fate := l.Leave(3, &d); fate != want {
			t.Errorf("the fate with an override of %s is %+v, want %+v", name, fate, want)
		}
		if fate := l.Leave(4, &d); fate != (Fate{}) {
			t.Errorf("the fate of another message is %+v", fate)
		}
		if at, _ := l.Carry(0, 1, 3, false, &d); at != 7 {
			t.Errorf("it arrives at %d, want 7", at)
		}
	}
}

// On the narrowest wire, of a byte a second, times grow without an overflow: a message never overtakes the one before it.
func TestWireNeverOverflows(t *testing.T) {
	const size = 1 << 30 // 34 years
	l, d := NewLink(who, &Weather{Bandwidth: 1}), NewDice(seed)
	last := Time(0)
	for i := range uint64(40) {
		at, ok := l.Carry(0, size, i, false, &d)
		if !ok || at < last || i == 0 && at != size*Time(time.Second) {
			t.Fatalf("message %d arrives at %d (carried: %v), and the one before at %d", i, at, ok, last)
		}
		last = at
	}
}

// Every bit of a message can flip.
func TestBits(t *testing.T) {
	d := NewDice(seed)
	seen := map[int]bool{}
	for key := range uint64(2000) {
		at, bit := d.Bit(who, key, 3)
		seen[8*at+int(bit)] = true
	}
	if len(seen) != 24 {
		t.Errorf("%d of 24 bits flip", len(seen))
	}
}
