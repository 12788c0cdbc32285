package sim

import (
	"cmp"
	"slices"
	"strconv"
	"time"

	"simrun/sim/digest"
)

// ordering is the part of a run that follows a [Schedule].
type ordering struct {
	step     int
	picks    []Pick             // that are still to come
	pending  []pending          // what can happen next, in the order in which it does if nothing is picked
	each     func(*Moment) bool // asked before each step; false ends the run. May be nil
	past     past
	happened []Occurrence // in the last step
}

// pending is an item of the queue with what orders it.
type pending struct {
	at        Time
	kind      eventKind
	slot      int
	who, peer NodeID // to whom it happens; of a message, from whom
	ord       uint64 // tells apart what is equal otherwise, in whatever order it came about
	content   digest.Hash
}

func (a *pending) compare(b *pending) int {
	switch {
	case a.at != b.at:
		return cmp.Compare(a.at, b.at)
	case a.kind != b.kind:
		return cmp.Or(cmp.Compare(a.rank(), b.rank()), cmp.Compare(a.kind, b.kind))
	case a.who != b.who:
		return cmp.Compare(a.who, b.who)
	}
	return cmp.Or(cmp.Compare(a.peer, b.peer), cmp.Compare(a.ord, b.ord), cmp.Compare(a.content, b.content), cmp.Compare(a.slot, b.slot))
}

// rank orders kinds at one time: the engine's own first, as in the queue.
func (a *pending) rank() eventKind {
	if a.kind == onHealAll || a.kind == onFault {
		return 0
	}
	return a.kind + 1
}

// orderedSteps is [world.steps] of a run with a schedule.
func (w *world) orderedSteps() {
	defer w.caught()
	for w.running {
		w.settleStep()
		w.gather()
		o := w.order
		if len(o.pending) == 0 || o.each != nil && !o.each(&Moment{w}) {
			w.running = false
			return
		}
		o.happened = o.happened[:0]
		i, fault := w.picked()
		o.step++
		if fault > 0 {
			w.beginPicked(fault)
			continue
		}
		p := o.pending[i]
		o.pending = slices.Delete(o.pending, i, i+1)
		w.now = max(w.now, p.at)
		w.foldStep(&p)
		w.execute(p.kind, p.slot)
	}
}

// picked returns which pending event comes now, or, from 1, which fault of the plan.
func (w *world) picked() (event, fault int) {
	o := w.order
	if len(o.picks) == 0 || o.picks[0].Step > o.step {
		return 0, 0
	}
	p := o.picks[0]
	o.picks = o.picks[1:]
	if f := p.number(faultPick); f > 0 {
		return 0, f
	}
	n := p.number(numberPick) - 1
	for i := range o.pending {
		if (i == n || n < 0 && w.nameOf(&o.pending[i]) == p.Event) && w.pickable(&o.pending[i]) {
			return i, 0
		}
	}
	return 0, 0
}

// beginPicked begins a fault of the plan now.
func (w *world) beginPicked(n int) {
	for i := range w.plan.steps {
		if s := &w.plan.steps[i]; s.of == n-1 && !s.spelled {
			s.f.At = time.Duration(w.now)
			w.foldFault(&s.f, false)
			w.faultBegins(i)
			return
		}
	}
}

// gather takes what is new in the queue, drops what is void, and puts all in order.
func (w *world) gather() {
	o := w.order
	for {
		at, r, ok := w.queue.Pop()
		if !ok {
			break
		}
		p := pending{at: Time(at), kind: eventKind(r >> slotBits), slot: int(r & maxSlot)}
		w.identify(&p)
		o.pending = append(o.pending, p)
	}
	o.pending = slices.DeleteFunc(o.pending, w.void)
	for i := range o.pending {
		if p := &o.pending[i]; p.kind == onTimer || p.kind == onAlarm {
			a := w.alarmOf(p)
			p.at, a.queued = a.deadline, a.deadline
		}
	}
	slices.SortFunc(o.pending, func(a, b pending) int { return a.compare(&b) })
}

// alarmOf is the timer or the alarm that an item is of.
func (w *world) alarmOf(p *pending) *alarm {
	if p.kind == onTimer {
		return &w.servers[p.slot/timerSlots].timers[p.slot%timerSlots]
	}
	return &w.clients[p.slot/alarmsPerClient].alarms[p.slot%alarmsPerClient]
}

// void reports whether an item would do nothing, and frees it.
func (w *world) void(p pending) bool {
	switch p.kind {
	case onTimer, onAlarm:
		a := w.alarmOf(&p)
		if a.queued != p.at {
			return true // it was overtaken
		}
		if !a.armed {
			a.queued = never
		}
		return !a.armed
	case onSync:
		y := &w.syncs.items[p.slot]
		over := !w.servers[y.node].up || w.servers[y.node].boots != y.life
		if over {
			w.syncs.give(p.slot)
		}
		return over
	case onBoot:
		s := &w.servers[p.slot]
		return s.up || s.held > 0
	case onEnd:
		return !w.plan.steps[p.slot].active
	}
	return false
}

// identify says who an item is about, and tells it from others.
func (w *world) identify(p *pending) {
	switch p.kind {
	case onMessage:
		m := &w.messages.items[p.slot]
		p.who, p.peer, p.ord = m.to, m.from, m.key
		if m.from < 0 || m.to < 0 {
			p.ord = m.call
		}
		copied := uint64(0)
		if m.copied {
			copied = 1
		}
		p.content = digest.New(uint64(m.kind)<<1|copied).Word(uint64(m.sent), m.call).Bytes(m.payload)
	case onTimer:
		p.who, p.ord = NodeID(p.slot/timerSlots), uint64(p.slot%timerSlots)
	case onAlarm:
		p.who, p.ord = ClientID(p.slot/alarmsPerClient+1), uint64(p.slot%alarmsPerClient)
	case onSync:
		y := &w.syncs.items[p.slot]
		p.who, p.ord, p.content = y.node, y.key, digest.New(uint64(y.id)).String(y.file)
	case onBoot, onWake:
		p.who = NodeID(p.slot)
	case onStart:
		p.who = ClientID(p.slot + 1)
	case onEnd, onFault:
		p.ord = uint64(p.slot)
	}
}

// pickable reports whether an item may come out of turn: not the first start of a participant, nor what ends a phase or comes after it.
func (w *world) pickable(p *pending) bool {
	switch p.kind {
	case onMessage, onTimer, onSync, onAlarm, onEnd:
	case onBoot:
		if w.servers[p.slot].boots == 0 {
			return false
		}
	default:
		return false
	}
	return p.at < Time(w.c.Duration) || w.plan.healed
}

// nameOf names an item for a [Pick].
func (w *world) nameOf(p *pending) string {
	switch p.kind {
	case onMessage:
		return w.messageName(p)
	case onTimer:
		return "timer " + p.who.String() + " " + strconv.FormatUint(p.ord, 10)
	case onAlarm:
		return "alarm " + p.who.String() + " " + strconv.FormatUint(p.ord, 10)
	case onSync:
		return "sync " + keyText(p.who.String(), p.ord)
	case onBoot:
		return "boot " + p.who.String()
	case onEnd:
		return "end of fault " + strconv.Itoa(w.plan.steps[p.slot].of+1)
	}
	return ""
}

func (w *world) messageName(p *pending) string {
	m := &w.messages.items[p.slot]
	link := m.from.String() + ">" + m.to.String()
	switch {
	case m.from > 0 && m.to > 0 && m.copied:
		return "copy " + keyText(link, m.key)
	case m.from > 0 && m.to > 0:
		return "message " + keyText(link, m.key)
	case m.from < 0:
		return "request " + link + " #" + strconv.FormatUint(m.call, 10)
	case m.kind == didRefuse:
		return "refusal " + link + " #" + strconv.FormatUint(m.call, 10)
	}
	return "reply " + link + " #" + strconv.FormatUint(m.call, 10)
}
