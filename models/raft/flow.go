package raft

// Flow control in the manner of go.etcd.io/raft's tracker. A leader that does not know where the log of a server agrees with its own probes, one message at a time; then it
// replicates, and is ahead of the answers by a window of messages and bytes; a server that needs a snapshot gets that alone.
const (
	flowBatch    = 8   // entries in one message at most
	flowMessages = 4   // messages in flight to one server at most
	flowBytes    = 512 // bytes of entries in flight to one server, after which no more are sent
)

// flight are the messages with entries that a server has not answered, oldest first. The zero value is empty.
type flight struct {
	messages []inFlight
	bytes    int
}

type inFlight struct {
	last  Index // its last entry
	bytes int
}

func (f *flight) full() bool { return len(f.messages) >= flowMessages || f.bytes >= flowBytes }

func (f *flight) add(last Index, bytes int) {
	f.messages = append(f.messages, inFlight{last, bytes})
	f.bytes += bytes
}

// free takes the answer that a server has the log up to an entry.
func (f *flight) free(match Index) {
	n := 0
	for n < len(f.messages) && f.messages[n].last <= match {
		f.bytes -= f.messages[n].bytes
		n++
	}
	f.messages = f.messages[:copy(f.messages, f.messages[n:])]
}

// probe goes back to one message at a time: what was in flight counts no more.
func (s *Server) probe(p *peer) {
	p.probing = true
	p.flight.messages = p.flight.messages[:0]
	if !s.env.Bug(bugWindowLeaks) {
		p.flight.bytes = 0
	}
}

// maySend reports whether a server may be sent more entries. If not, heartbeats go on without any.
func (s *Server) maySend(p *peer) bool {
	if s.options.flow && !p.probing && p.flight.full() {
		s.env.Sometimes(markWindowFull)
		return false
	}
	return p.next-p.match <= maxWindow
}

// sent notes entries that are in flight.
func (s *Server) sent(p *peer, last Index, bytes int) {
	if s.options.flow {
		p.flight.add(last, bytes)
	}
}
