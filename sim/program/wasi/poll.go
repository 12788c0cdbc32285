package wasi

import (
	"encoding/binary"
	"math"
	"time"
)

// The layout of subscriptions and events (WASI preview 1, poll_oneoff).
const (
	subscriptionSize = 48
	eventSize        = 32
	maxSubscriptions = 1 << 16

	onClock  = 0
	onRead   = 1
	onWrite  = 2
	absolute = 1 // flag of a clock's subscription
)

// pollOneoff waits until one of several things is there, and says which are. A runtime also calls it with a timeout of 0, to look.
func pollOneoff(p *process, a []uint64) errno {
	n := uint64(uint32(a[2]))
	if n == 0 || n > maxSubscriptions {
		return einval
	}
	p.looked()
	began := int64(p.clock.monotonic(p.env.Now()))
	for {
		subs, ok := p.read(a[0], n*subscriptionSize)
		events, ok2 := p.read(a[1], n*eventSize)
		if !ok || !ok2 {
			return efault
		}
		ready, wants, after, e := p.poll(subs, events, began)
		if e != success {
			return e
		}
		if ready > 0 {
			return p.put32(a[3], uint32(ready))
		}
		p.pause(wants, after)
	}
}

// pause waits for input or a time, whichever comes first. A line that waits already is there at once.
func (p *process) pause(w waits, after time.Duration) {
	if w&forInput == 0 || !p.in.show() {
		if w&forTimer != 0 {
			p.wake(after)
		}
		p.wait(w)
		if w&forInput != 0 {
			p.in.show()
		}
	}
	p.rested()
}

// poll writes the events of the subscriptions that are ready, and returns how many; or what to wait for, and how long at most.
func (p *process) poll(subs, events []byte, began int64) (ready int, w waits, after time.Duration, e errno) {
	after = math.MaxInt64
	for i := 0; i < len(subs); i += subscriptionSize {
		sub := subs[i : i+subscriptionSize]
		kind, bytes, code := sub[8], 0, success
		switch kind {
		case onClock:
			left := p.left(sub, began)
			if left > 0 {
				w, after = w|forTimer, min(after, time.Duration(left))
				continue
			}
		case onRead, onWrite:
			f := p.files.get(uint64(binary.LittleEndian.Uint32(sub[16:])))
			switch {
			case f == nil:
				code = ebadf
			case f.kind == stdin && kind == onRead:
				if bytes = p.in.ready(); bytes == 0 {
					w |= forInput
					continue
				}
			}
		default:
			return 0, 0, 0, einval
		}
		event := events[ready*eventSize:][:eventSize]
		clear(event)
		copy(event, sub[:8]) // what the guest knows the subscription by
		binary.LittleEndian.PutUint16(event[8:], uint16(code))
		event[10] = kind
		binary.LittleEndian.PutUint64(event[16:], uint64(bytes))
		ready++
	}
	return ready, w, after, success
}

// left is how long the wait for a clock still takes.
func (p *process) left(sub []byte, began int64) int64 {
	id := uint64(binary.LittleEndian.Uint32(sub[16:]))
	timeout := int64(min(binary.LittleEndian.Uint64(sub[24:]), math.MaxInt64))
	if binary.LittleEndian.Uint16(sub[40:])&absolute == 0 {
		return timeout - (p.look(1) - began)
	}
	return timeout - p.look(id)
}
