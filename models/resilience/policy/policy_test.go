package policy

import (
	"math"
	"testing"
	"time"

	"pgregory.net/rapid"
)

const ms = time.Millisecond

// steps draws times that grow.
func steps(t *rapid.T) []time.Duration {
	var times []time.Duration
	now := time.Duration(0)
	for _, d := range rapid.SliceOfN(rapid.Int64Range(0, 400), 1, 200).Draw(t, "steps") {
		now += time.Duration(d) * ms
		times = append(times, now)
	}
	return times
}

// An attempt never outlasts its caller.
func TestDeadline(t *testing.T) {
	d := After(100*ms, 50*ms)
	if d.Rest(120*ms) != 30*ms || d.Rest(200*ms) != 0 || d.Passed(149*ms) || !d.Passed(150*ms) {
		t.Error("a deadline of 150 ms is wrong about 120, 149, 150 or 200 ms")
	}
	if d.Timeout(120*ms, 10*ms) != 10*ms || d.Timeout(145*ms, 10*ms) != 5*ms {
		t.Error("the timeout of an attempt is its own or the rest, whichever is shorter")
	}
}

// The bound doubles up to the cap, and each pause is within it.
func TestBackoff(t *testing.T) {
	b := Backoff{Base: 10 * ms, Cap: 60 * ms}
	for n, want := range []time.Duration{10 * ms, 20 * ms, 40 * ms, 60 * ms, 60 * ms} {
		if b.Bound(n) != want {
			t.Errorf("bound %d is %v, want %v", n, b.Bound(n), want)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(0, 100).Draw(t, "retry")
		if p := b.Pause(n, rapid.Uint64().Draw(t, "drawn")); p < 0 || p > b.Bound(n) {
			t.Fatalf("pause %v before retry %d", p, n)
		}
	})
}

// Retries are at most the ratio of the calls, whatever the order.
func TestBudget(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		b := Budget{Percent: rapid.IntRange(0, 100).Draw(t, "percent"), Burst: rapid.IntRange(0, 10).Draw(t, "burst")}
		calls, retries, row := 0, 0, 0
		for _, retry := range rapid.SliceOf(rapid.Bool()).Draw(t, "retries") {
			if !retry {
				b.Called()
				calls, row = calls+1, 0
			} else if b.Take() {
				retries, row = retries+1, row+1
			}
			if 100*retries > b.Percent*calls || row > b.Burst {
				t.Fatalf("%d retries of %d calls, %d in a row", retries, calls, row)
			}
		}
	})
}

func TestBreaker(t *testing.T) {
	b := Breaker{Window: 100 * ms, Least: 4, Percent: 50, OpenFor: 50 * ms}
	var last Ticket
	for i := range 4 {
		ticket, ok := b.Allow(0)
		if last = ticket; !ok {
			t.Fatal("a closed breaker allows everything")
		}
		b.Done(0, ticket, i%2 == 0)
	}
	if b.State(49*ms) != Open {
		t.Fatal("2 of 4 calls failed, and it is not open")
	}
	if b.State(50*ms) != HalfOpen {
		t.Fatal("it does not probe after 50 ms")
	}
	probe, ok := b.Allow(50 * ms)
	if _, second := b.Allow(51 * ms); !ok || second {
		t.Fatal("half-open, one call is allowed at a time")
	}
	if b.Done(52*ms, last, true); b.State(52*ms) != HalfOpen {
		t.Fatal("a call from before it opened closed it")
	}
	if b.Done(53*ms, probe, true); b.State(53*ms) != Closed {
		t.Fatal("a probe succeeded, and it is not closed")
	}
}

// Failures that are two windows old count no more.
func TestBreakerForgets(t *testing.T) {
	b := Breaker{Window: 100 * ms, Least: 2, Percent: 50, OpenFor: 50 * ms}
	for _, now := range []time.Duration{10 * ms, 250 * ms, 500 * ms} {
		ticket, _ := b.Allow(now)
		b.Done(now, ticket, false)
		if b.State(now) != Closed {
			t.Fatalf("open at %v after one failure in its window", now)
		}
	}
}

// It lets no call through while it is open, one at a time while it is half-open, and is never open for longer than it says.
func TestBreakerLetsNoCallThroughWhileOpen(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		b := Breaker{Window: 300 * ms, Least: rapid.IntRange(1, 5).Draw(t, "least"), Percent: 50, OpenFor: 700 * ms}
		var tickets []Ticket
		opened, probed := time.Duration(-1), time.Duration(-1)
		for _, now := range steps(t) {
			if len(tickets) > 0 && rapid.Bool().Draw(t, "an answer") {
				before := b.State(now)
				b.Done(now, tickets[0], rapid.Bool().Draw(t, "ok"))
				tickets = tickets[1:]
				if b.State(now) != before {
					opened, probed = now, -1
				}
				continue
			}
			state := b.State(now)
			ticket, ok := b.Allow(now)
			switch {
			case ok && state == Open, !ok && state == Closed:
				t.Fatalf("%v, allows: %v", state, ok)
			case state == Open && now-opened >= b.OpenFor:
				t.Fatalf("open at %v since %v", now, opened)
			case ok && state == HalfOpen:
				if probed >= 0 && now-probed < b.OpenFor {
					t.Fatalf("probes at %v and %v", probed, now)
				}
				probed = now
			}
			if ok {
				tickets = append(tickets, ticket)
			}
		}
	})
}

func TestBulkhead(t *testing.T) {
	b := Bulkhead{Limit: 2}
	for i, want := range []bool{true, true, false} {
		if b.Enter() != want {
			t.Errorf("call %d has room: %v", i+1, !want)
		}
	}
	if b.Open() != 2 {
		t.Errorf("%d calls are under way", b.Open())
	}
	if b.Leave(); !b.Enter() {
		t.Error("a call that has left makes room")
	}
}

// In any stretch of time no more calls are allowed than fit the rate and the burst.
func TestLimit(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		l := Limit{Every: 50 * ms, Burst: rapid.IntRange(1, 5).Draw(t, "burst")}
		var allowed []time.Duration
		for _, now := range steps(t) {
			if !l.Allow(now) {
				if len(allowed) < l.Burst {
					t.Fatalf("refused at %v after %d calls", now, len(allowed))
				}
				continue
			}
			allowed = append(allowed, now)
			for i, from := range allowed {
				if n := len(allowed) - i; n > l.Burst+int((now-from)/l.Every) {
					t.Fatalf("%d calls from %v to %v", n, from, now)
				}
			}
		}
	})
}

func TestQueue(t *testing.T) {
	q := Queue[string]{Limit: 2}
	if !q.Put("a", After(0, 10*ms)) || !q.Put("b", After(0, 30*ms)) || q.Put("c", After(0, 30*ms)) {
		t.Fatal("two of three calls have room")
	}
	if n := q.Shed(9 * ms); n != 0 {
		t.Errorf("shed %d calls whose callers wait", n)
	}
	if n := q.Shed(10 * ms); n != 1 {
		t.Errorf("shed %d calls, want 1", n)
	}
	if what, by, ok := q.Take(); what != "b" || by != After(0, 30*ms) || !ok || q.Len() != 0 {
		t.Errorf("took %q by %v, %v", what, by, ok)
	}
	if _, _, ok := q.Take(); ok {
		t.Error("took a call from an empty queue")
	}
}

func TestHedge(t *testing.T) {
	h := Hedge{Delay: 30 * ms}
	if wait, more := h.Wait(10*ms, 100*ms); wait != 20*ms || !more {
		t.Errorf("waits %v, %v", wait, more)
	}
	if wait, more := h.Wait(0, 20*ms); wait != 20*ms || more {
		t.Errorf("a call that ends before the delay waits %v, %v", wait, more)
	}
	h.Sent()
	if wait, more := h.Wait(30*ms, 70*ms); wait != 70*ms || more {
		t.Errorf("after the second call it waits %v, %v", wait, more)
	}
}

func TestOutlier(t *testing.T) {
	o := Outlier{Failures: 2, Base: 100 * ms, Longest: 150 * ms}
	for _, ok := range []bool{false, true, false} {
		if o.Done(0, ok); o.Ejected(0) {
			t.Fatal("ejected after failures that are not in a row")
		}
	}
	if o.Done(0, false); !o.Ejected(99*ms) || o.Ejected(100*ms) {
		t.Error("the first ejection takes 100 ms")
	}
	o.Done(200*ms, false)
	if o.Done(200*ms, false); !o.Ejected(349*ms) || o.Ejected(350*ms) {
		t.Error("the second takes the longest time, 150 ms")
	}
}

// After a long time in which it was well, the first ejection is short again.
func TestOutlierForgives(t *testing.T) {
	o := Outlier{Failures: 1, Base: 100 * ms, Longest: 300 * ms}
	for _, at := range []time.Duration{0, 200 * ms} {
		o.Done(at, false)
	}
	if !o.Ejected(399*ms) || o.Ejected(400*ms) {
		t.Fatal("the second ejection takes 200 ms")
	}
	o.Done(699*ms, true)
	if o.Done(699*ms, false); !o.Ejected(998 * ms) {
		t.Error("299 ms after the second ejection, the next is the third")
	}
	o.Done(1299*ms, true)
	if o.Done(1300*ms, false); !o.Ejected(1399*ms) || o.Ejected(1400*ms) {
		t.Error("after 300 ms without one, the next is the first")
	}
}

// A host is down after so many failures in a row and up after so many successes, as two runs of checks at the end of the list say.
func TestHealth(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		h := Health{Fall: rapid.IntRange(1, 4).Draw(t, "fall"), Rise: rapid.IntRange(1, 4).Draw(t, "rise")}
		up, row, last := true, 0, true
		for _, ok := range rapid.SliceOf(rapid.Bool()).Draw(t, "checks") {
			if row++; ok != last {
				row, last = 1, ok
			}
			switch {
			case !ok && row >= h.Fall:
				up = false
			case ok && row >= h.Rise:
				up = true
			}
			if h.Checked(ok); h.Up() != up {
				t.Fatalf("up: %v, after %d checks in a row with %v", h.Up(), row, ok)
			}
		}
	})
}

// A fallback gives the last answer that was kept, and none that is too old.
func TestFallback(t *testing.T) {
	f := Fallback[string]{MaxAge: 100 * ms}
	if _, _, ok := f.Get(0); ok {
		t.Error("there is an answer before any was kept")
	}
	f.Keep(10*ms, "a")
	f.Keep(20*ms, "b")
	if what, age, ok := f.Get(120 * ms); what != "b" || age != 100*ms || !ok {
		t.Errorf("%q of %v, %v", what, age, ok)
	}
	if what, _, ok := f.Get(121 * ms); ok || what != "" {
		t.Errorf("%q is 101 ms old", what)
	}
}

// The longest times there are do not overflow.
func TestLongTimes(t *testing.T) {
	const ever = time.Duration(math.MaxInt64)
	if b := (Backoff{Base: time.Second, Cap: ever}); b.Bound(1000) != ever || b.Pause(1000, math.MaxUint64) < 0 {
		t.Errorf("the bound is %v", b.Bound(1000))
	}
	if d := After(time.Hour, ever); d.Passed(1000*time.Hour) || d.Rest(time.Hour) < 1000*time.Hour {
		t.Errorf("the deadline is %v", time.Duration(d))
	}
}
