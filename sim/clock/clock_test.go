package clock_test

import (
	"math"
	"math/big"
	"testing"
	"time"

	"pgregory.net/rapid"

	"simrun/sim/clock"
)

// change is one thing that is done to a clock.
type change struct {
	at       time.Duration
	kind     string
	by       time.Duration
	num, den int64
	every    time.Duration
}

func (ch change) apply(c *clock.Clock) {
	switch ch.kind {
	case "step":
		c.Step(ch.at, ch.by)
	case "drift":
		c.Drift(ch.at, ch.num, ch.den)
	case "strobe":
		c.SetStrobe(ch.at, clock.Strobe{By: ch.by, Every: ch.every})
	case "set":
		c.Set(ch.at)
	}
}

const day = 24 * time.Hour

func changes(t *rapid.T, most time.Duration) []change {
	at := time.Duration(0)
	n := rapid.IntRange(0, 6).Draw(t, "changes")
	var list []change
	for range n {
		at += time.Duration(rapid.Int64Range(0, int64(most)/8).Draw(t, "gap"))
		den := rapid.Int64Range(1, clock.MaxDen).Draw(t, "den")
		list = append(list, change{
			at:    at,
			kind:  rapid.SampledFrom([]string{"step", "drift", "strobe", "set"}).Draw(t, "kind"),
			by:    time.Duration(rapid.Int64Range(-int64(time.Hour), int64(time.Hour)).Draw(t, "by")),
			num:   rapid.Int64Range(1-den, den).Draw(t, "num"),
			den:   den,
			every: time.Duration(rapid.Int64Range(0, int64(time.Second)).Draw(t, "every")),
		})
	}
	return list
}

// dumb replays all changes from the start in big integers.
func dumb(list []change, t time.Duration) time.Duration {
	local, since := big.NewInt(0), time.Duration(0)
	num, den := int64(0), int64(1)
	var strobe change
	advance := func(to time.Duration) {
		gone := big.NewInt(int64(to - since))
		gone.Mul(gone, big.NewInt(den+num))
		gone.Div(gone, big.NewInt(den))
		local.Add(local, gone)
		since = to
	}
	for _, ch := range list {
		advance(ch.at)
		switch ch.kind {
		case "step":
			local.Add(local, big.NewInt(int64(ch.by)))
		case "drift":
			num, den = ch.num, ch.den
		case "strobe":
			strobe = ch
		case "set":
			local.SetInt64(int64(ch.at))
			num, den, strobe = 0, 1, change{}
		}
	}
	advance(t)
	if strobe.every > 0 && (t-strobe.at)/strobe.every%2 == 0 {
		local.Add(local, big.NewInt(int64(strobe.by)))
	}
	return time.Duration(local.Int64())
}

func TestNowAgreesWithBigIntegers(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		list := changes(t, day)
		var c clock.Clock
		for _, ch := range list {
			ch.apply(&c)
		}
		last := time.Duration(0)
		if len(list) > 0 {
			last = list[len(list)-1].at
		}
		now := last + time.Duration(rapid.Int64Range(0, int64(day)).Draw(t, "later"))
		if got, want := c.Now(now), dumb(list, now); got != want {
			t.Fatalf("after %v the clock shows %v at %v, want %v", list, got, now, want)
		}
		if c.Offset(now) != c.Now(now)-now {
			t.Fatalf("offset %v at %v", c.Offset(now), now)
		}
	})
}

func TestWhenIsTheEarliestMoment(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		list := changes(t, day)
		var c clock.Clock
		last := time.Duration(0)
		for _, ch := range list {
			ch.apply(&c)
			last = ch.at
		}
		now := last + time.Duration(rapid.Int64Range(0, int64(time.Minute)).Draw(t, "later"))
		goal := c.Now(now) + time.Duration(rapid.Int64Range(-int64(time.Second), int64(day)).Draw(t, "wait"))
		when := c.When(now, goal)
		if when == clock.Never {
			return // a clock that almost stands
		}
		if when < now || c.Now(when) < goal {
			t.Fatalf("at %v, When(%v) is %v, where the clock shows %v", now, goal, when, c.Now(when))
		}
		if when == now {
			return
		}
		// Nothing between now and then shows it: not the moment before, and not the moments
		// before each flip of the strobe, which are where the clock is highest.
		for _, t0 := range before(list, now, when) {
			if c.Now(t0) >= goal {
				t.Fatalf("at %v, When(%v) is %v, but the clock shows %v at %v already", now, goal, when, c.Now(t0), t0)
			}
		}
	})
}

// before lists moments in [now, when) at which a clock may be at its highest.
func before(list []change, now, when time.Duration) []time.Duration {
	moments := []time.Duration{now, when - 1}
	for i := len(list) - 1; i >= 0 && list[i].kind != "set"; i-- {
		if ch := list[i]; ch.kind == "strobe" {
			if ch.every == 0 {
				break
			}
			first := max(0, (when-ch.at)/ch.every-1000)
			for k := first; k <= (when-ch.at)/ch.every; k++ {
				if m := ch.at + k*ch.every - 1; m >= now && m < when {
					moments = append(moments, m)
				}
			}
			break
		}
	}
	return moments
}

func TestClocksOverADay(t *testing.T) {
	for _, c := range []struct {
		name     string
		num, den int64
		want     time.Duration
	}{
		{"right", 0, 1, day},
		{"fast by a thousandth", 1, 1000, day + day/1000},
		{"slow by a thousandth", -1, 1000, day - day/1000},
		{"at twice the speed", clock.MaxDen, clock.MaxDen, 2 * day},
		{"almost standing", 1 - clock.MaxDen, clock.MaxDen, day / clock.MaxDen},
	} {
		var k clock.Clock
		k.Drift(0, c.num, c.den)
		if got := k.Now(day); got != c.want {
			t.Errorf("%s: %v after a day, want %v", c.name, got, c.want)
		}
		if when := k.When(0, c.want); when > day || k.Now(when) < c.want {
			t.Errorf("%s: shows %v at %v", c.name, c.want, when)
		}
	}
}

func TestStrobeFlips(t *testing.T) {
	var c clock.Clock
	c.SetStrobe(100, clock.Strobe{By: 1000, Every: 10})
	for at, want := range map[time.Duration]time.Duration{100: 1100, 109: 1109, 110: 110, 119: 119, 120: 1120} {
		if got := c.Now(at); got != want {
			t.Errorf("at %d the clock shows %d, want %d", at, got, want)
		}
	}
	if got := c.When(110, 1000); got != 120 {
		t.Errorf("1000 is shown at %d, want 120", got)
	}
}

func TestWrongDriftPanics(t *testing.T) {
	for _, d := range [][2]int64{{1, 0}, {-1, 1}, {2, 1}, {1, clock.MaxDen + 1}} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("drift %d/%d is taken", d[0], d[1])
				}
			}()
			var c clock.Clock
			c.Drift(0, d[0], d[1])
		}()
	}
}

func BenchmarkNow(b *testing.B) {
	var c clock.Clock
	c.Drift(0, 1, 1000)
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		_ = c.Now(time.Duration(i) * time.Microsecond)
	}
}

func BenchmarkWhen(b *testing.B) {
	var c clock.Clock
	c.Drift(0, 1, 1000)
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		_ = c.When(time.Duration(i)*time.Microsecond, time.Duration(i+150)*time.Microsecond)
	}
}

// Steps saturate: a clock that jumps on and on never wraps around.
func TestStepsSaturate(t *testing.T) {
	for _, by := range []time.Duration{math.MaxInt64, math.MinInt64, 2562047 * time.Hour, -2562047 * time.Hour, 100_000 * time.Hour, -100_000 * time.Hour} {
		var c clock.Clock
		last, now := time.Duration(0), time.Duration(0)
		for range 100 {
			now += time.Hour
			c.Step(now, by)
			local := c.Now(now)
			if by > 0 && local < last || by < 0 && local > last || local > clock.MaxOffset || local < -clock.MaxOffset {
				t.Fatalf("after a step by %v at %v the clock shows %v, before it showed %v", by, now, local, last)
			}
			if at := c.When(now, local+time.Minute); at != now+time.Minute {
				t.Fatalf("at %v, stepped by %v, a minute is over at %v", now, by, at)
			}
			last = c.Now(now)
		}
	}
}
