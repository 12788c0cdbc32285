package wasi

import (
	"time"

	"simrun/sim"
)

// Epoch is what the real-time clock shows when a node's clock shows 0: the beginning of 2025 (UTC), in nanoseconds since 1970.
const Epoch = 1_735_689_600 * int64(time.Second)

// monotonicStart is what the monotonic clock shows when a process starts. Runtimes take 0 for "not yet known".
const monotonicStart = time.Second

// What looks at the clock cost in one activation: the first are free, then each takes a microsecond, and twice as long after each
// further number of looks. So a program that stamps thousands of records pays about what it would in real time, and one that waits for an
// hour to pass does so after 185,000 looks.
const (
	freeLooks     = 1_000
	doublingLooks = 10_000
	maxDoublings  = 30 // 18 minutes a look
)

// clock makes a monotonic clock of one that may jump.
type clock struct {
	last  sim.Time      // what the node's clock showed last
	mono  time.Duration // what the monotonic clock showed then
	looks int           // in this activation
}

func (c *clock) begin(now sim.Time) { c.last, c.mono = now, monotonicStart }

// monotonic is what the monotonic clock shows when the node's clock shows now.
func (c *clock) monotonic(now sim.Time) time.Duration {
	if now > c.last {
		c.mono += time.Duration(now - c.last)
	}
	c.last = now
	return c.mono
}

// The clocks of WASI. Those of CPU time count what passed, as if the process had all of it.
const (
	clockRealtime = 0
	clockMax      = 3
)

// look reads a clock.
func (p *process) look(id uint64) int64 {
	now := p.env.Now()
	mono := p.clock.monotonic(now)
	if uint32(id) == clockRealtime {
		return Epoch + int64(now)
	}
	return int64(mono)
}

// looked counts a look at the clock, or at whether something has come, and lets time pass if there were many.
func (p *process) looked() {
	p.clock.looks++
	if p.clock.looks <= freeLooks {
		return
	}
	doublings := (p.clock.looks - freeLooks) / doublingLooks
	p.wake(time.Microsecond << min(doublings, maxDoublings))
	p.wait(forTimer)
}

func clockTimeGet(p *process, a []uint64) errno {
	if uint32(a[0]) > clockMax {
		return einval
	}
	p.looked()
	return p.put64(a[2], uint64(p.look(a[0])))
}

func clockResGet(p *process, a []uint64) errno {
	if uint32(a[0]) > clockMax {
		return einval
	}
	return p.put64(a[1], 1)
}

// schedYield has no other thread to let run. A guest that calls it in a loop waits for time to pass.
func schedYield(p *process, _ []uint64) errno {
	p.looked()
	return success
}
