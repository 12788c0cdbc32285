package sim

// Causes finds for each record the record that led to it, or -1: of a delivery
// the sending, of a heal its fault, of what a handler did the event that the
// handler answered, of that event the one that set the timer, began the sync or
// brought the fault. A cause always stands earlier in the trace.
func Causes(records []Record) []int {
	c := causeFinder{
		records: records,
		first:   map[uint64]int{},
		boot:    map[NodeID]int{},
		open:    map[NodeID]int{},
		fault:   map[uint64]int{},
		send:    map[uint64]int{},
	}
	parents := make([]int, len(records))
	for i := range records {
		parents[i] = c.cause(i)
		c.note(i)
	}
	return parents
}

type causeFinder struct {
	records []Record
	first   map[uint64]int // by event: its first record
	boot    map[NodeID]int // by node: its last boot
	open    map[NodeID]int // by client: its last invocation
	fault   map[uint64]int // by event: the fault that began in it
	send    map[uint64]int // by message: its sending
}

// note remembers record i for the causes of later ones.
func (c *causeFinder) note(i int) {
	r := &c.records[i]
	if _, ok := c.first[r.Event]; !ok && r.Event != 0 {
		c.first[r.Event] = i // there is no event 0: what has it came before the first
	}
	switch r.Kind {
	case Boot:
		c.boot[r.Node] = i
	case Called:
		c.open[r.Node] = i
	case FaultOn:
		c.fault[r.Event] = i
	case Send:
		c.send[r.Message] = i
	}
}

func (c *causeFinder) cause(i int) int {
	r := &c.records[i]
	switch r.Kind {
	case Deliver, Drop, Corrupted:
		if s := c.sending(r); s >= 0 {
			return s
		}
	case FaultOff:
		if f, ok := c.fault[r.Cause]; ok {
			return f
		}
	}
	if b, ok := c.boot[r.Node]; ok && c.records[b].Event == r.Event {
		return b // what a node does as it boots
	}
	if f, ok := c.first[r.Event]; ok {
		return f // a later record of an event: its first one says what the handler answered
	}
	if f, ok := c.first[r.Cause]; ok {
		return f
	}
	if o, ok := c.open[r.Node]; ok && r.Kind != Called {
		return o // a client woke up by itself, to try its operation again
	}
	return -1
}

// sending finds the send of a message. A duplicate has a number of its own and
// no send: it belongs to the last like message that its cause sent.
func (c *causeFinder) sending(r *Record) int {
	if s, ok := c.send[r.Message]; ok && r.Message != 0 {
		return s
	}
	from, to := r.Node, r.Peer
	if r.Kind == Deliver {
		from, to = r.Peer, r.Node
	}
	start, ok := c.first[r.Cause]
	if !ok {
		return -1
	}
	found := -1
	for j := start; j < len(c.records) && c.records[j].Event == r.Cause; j++ {
		s := &c.records[j]
		if s.Kind == Send && s.Node == from && s.Peer == to && (found < 0 || s.Text == r.Text) {
			found = j
		}
	}
	return found
}
