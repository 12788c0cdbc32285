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
	vote       bool // a granted vote
	term       Term
	start, end int // in the arena
	offset     int // how much of the file must be durable
}

func (o *outbox) add(to sim.NodeID, n need, m *message) {
	start := len(o.arena)
	o.arena = m.append(o.arena)
	o.items = append(o.items, outItem{
		to: to, need: n, vote: m.kind == voteReply && m.ok, term: m.term, start: start, end: len(o.arena),
	})
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

// release sends every message whose promise is durable and keeps the others, in order.
func (s *server) release() {
	o := &s.out
	kept, end := 0, 0
	for i := range o.items {
		item := o.items[i]
		if item.offset <= s.disk.durable {
			s.env.Send(item.to, o.arena[item.start:item.end])
			if item.vote {
				s.facts.voted = Voted{Term: item.term, For: item.to}
				s.env.State(&s.facts.voted)
			}
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
