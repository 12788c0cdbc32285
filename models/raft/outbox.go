package raft

import "simrun/sim"

// need says what must be durable before a message may leave (Figure 2: "Updated
// on stable storage before responding to RPCs").
type need uint8

const (
	needTerm need = iota // the current term and vote
	needLog              // and every entry of the log
)

// outbox holds messages until what they promise is durable. It is the only way
// by which a server's messages leave.
type outbox struct {
	arena []byte // encodings
	items []outItem
	fresh int // items from here on were added by the handler that runs
}

type outItem struct {
	to         sim.NodeID
	need       need
	vote       bool  // a granted vote
	term       Term  // of the message
	match      Index // what the message acknowledges; 0 if nothing
	start, end int   // in the arena
	offset     int   // how much of the file must be durable
}

func (o *outbox) add(to sim.NodeID, n need, m *message) {
	start := len(o.arena)
	o.arena = m.append(o.arena)
	item := outItem{to: to, need: n, vote: m.kind == voteReply && m.ok, term: m.term, start: start, end: len(o.arena)}
	if m.kind == appendReply && m.ok {
		item.match = m.index
	}
	o.items = append(o.items, item)
}

// seal fixes what the messages of the handler that ends now wait for.
func (o *outbox) seal(termOffset, logOffset int) {
	for i := o.fresh; i < len(o.items); i++ {
		o.items[i].offset = termOffset
		if o.items[i].need == needLog {
			o.items[i].offset = logOffset
		}
	}
}

// left states what the server has promised by a message that left it.
func (s *server) left(item *outItem) {
	if item.vote {
		s.facts.voted = Voted{Term: item.term, For: item.to}
		s.env.Report(&s.facts.voted)
	}
	if item.match > s.facts.acked.Index {
		s.facts.acked = Acknowledged{Index: item.match}
		s.env.Report(&s.facts.acked)
	}
}

// release sends every message whose promise is durable and keeps the others, in order.
func (s *server) release() {
	o := &s.out
	kept, end := 0, 0
	for i := range o.items {
		item := o.items[i]
		if item.offset <= s.disk.durable {
			s.env.Send(item.to, o.arena[item.start:item.end])
			s.left(&item)
			continue
		}
		size := copy(o.arena[end:], o.arena[item.start:item.end])
		item.start, item.end = end, end+size
		end += size
		o.items[kept] = item
		kept++
	}
	o.items, o.arena, o.fresh = o.items[:kept], o.arena[:end], kept
}
