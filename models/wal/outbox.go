package wal

import "simrun/sim"

// Outbox holds messages until what they promise is durable (Raft, Figure 2: "Updated
// on stable storage before responding to RPCs"; every protocol with a log has such a rule). T is what the protocol wants
// to remember of a message until it leaves. The zero value is empty.
//
// A handler holds messages by [Outbox.Room] and [Outbox.Hold]; at its end, when all records are written, it
// calls [Outbox.Seal], and then, and whenever more became durable, [Outbox.Release].
type Outbox[T any] struct {
	arena []byte // encodings
	items []held[T]
	fresh int // items from here on were added by the handler that runs
}

type held[T any] struct {
	to         sim.NodeID
	tag        T
	start, end int // in the arena
	offset     int // how much of the log must be durable
}

// Len is the number of messages that are held.
func (o *Outbox[T]) Len() int { return len(o.items) }

// Room returns a slice to append the encoding of a message to, which goes back by [Outbox.Hold].
func (o *Outbox[T]) Room() []byte { return o.arena }

// Hold holds the message whose encoding was appended to [Outbox.Room].
func (o *Outbox[T]) Hold(room []byte, to sim.NodeID, tag T) {
	start := len(o.arena)
	o.arena = room
	o.items = append(o.items, held[T]{to: to, tag: tag, start: start, end: len(room)})
}

// Seal fixes how much of the log the messages of the handler that ends now wait for.
func (o *Outbox[T]) Seal(offset func(tag *T) int) {
	for i := o.fresh; i < len(o.items); i++ {
		o.items[i].offset = offset(&o.items[i].tag)
	}
	o.fresh = len(o.items)
}

// Release sends every message whose promise is durable, in order, and keeps the others.
func (o *Outbox[T]) Release(durable int, send func(to sim.NodeID, payload []byte, tag *T)) {
	kept, end := 0, 0
	for i := range o.items {
		if h := &o.items[i]; h.offset <= durable {
			send(h.to, o.arena[h.start:h.end], &h.tag)
			continue
		}
		item := o.items[i]
		size := copy(o.arena[end:], o.arena[item.start:item.end])
		item.start, item.end = end, end+size
		end += size
		o.items[kept] = item
		kept++
	}
	o.items, o.arena, o.fresh = o.items[:kept], o.arena[:end], kept
}
