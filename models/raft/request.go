package raft

import (
	"encoding/binary"
	"hash/crc32"

	"simrun/sim"
)

// requestKind is the kind of a client's request. The numbers are not those of other payloads.
type requestKind uint8

const (
	requestRegister requestKind = 0x10 + iota // opens a session
	requestCommand                            // the rest is a command
	requestRead                               // the rest is a key
)

// requestHeader is the size of a request without its body: CRC32C of the rest (4), kind (1).
const requestHeader = 5

// sealRequest completes a request: b has room for the header, and the body behind it.
func sealRequest(b []byte, kind requestKind) []byte {
	b[4] = byte(kind)
	binary.LittleEndian.PutUint32(b, crc32.Checksum(b[4:], castagnoli))
	return b
}

// openRequest returns the kind and the body of a request; ok is false if it is damaged.
func openRequest(b []byte) (kind requestKind, body []byte, ok bool) {
	if len(b) < requestHeader || binary.LittleEndian.Uint32(b) != crc32.Checksum(b[4:], castagnoli) {
		return 0, nil, false
	}
	return requestKind(b[4]), b[requestHeader:], true
}

// replySize is the size of a reply: CRC32C of the rest (4), status (1), value (8).
const replySize = 13

func (r result) append(b []byte) []byte {
	start := len(b)
	b = append(b, 0, 0, 0, 0, byte(r.status))
	b = binary.LittleEndian.AppendUint64(b, uint64(r.value))
	binary.LittleEndian.PutUint32(b[start:], crc32.Checksum(b[start+4:], castagnoli))
	return b
}

func (r *result) decode(b []byte) bool {
	if len(b) != replySize || binary.LittleEndian.Uint32(b) != crc32.Checksum(b[4:], castagnoli) {
		return false
	}
	*r = result{status(b[4]), int64(binary.LittleEndian.Uint64(b[5:]))}
	return true
}

// call is a client's command in the log of its leader.
type call struct {
	index Index
	from  sim.Caller
}

// Request implements [sim.Node].
func (s *server) Request(from sim.Caller, payload []byte) {
	if s.role == halted {
		return
	}
	kind, body, ok := openRequest(payload)
	if !ok {
		return
	}
	if s.role != leader { // §8: "the server will reject the client's request and supply information about the most recent leader"
		s.reply(from, result{statusNotLeader, int64(s.leader)})
		return
	}
	switch kind {
	case requestRegister:
		s.propose(from, entryRegister, nil)
	case requestCommand:
		s.propose(from, entryCommand, body)
	case requestRead:
		s.read(from, body)
	}
	s.finish()
}

// propose puts a client's command in the log; the answer follows when it is applied.
func (s *server) propose(from sim.Caller, kind entryKind, data []byte) {
	i := s.appendEntry(kind, data)
	s.pending = append(s.pending, call{index: i, from: from})
	s.replicate()
}

func (s *server) reply(to sim.Caller, r result) {
	s.scratch = r.append(s.scratch[:0])
	s.env.Reply(to, s.scratch)
}

// dropCalls tells the clients that wait that this server can't answer any more. What
// stands in the log may still be committed by the next leader.
func (s *server) dropCalls() {
	if len(s.pending) > 0 {
		s.env.Sometimes(markUncommitted)
	}
	for _, c := range s.pending {
		s.reply(c.from, result{status: statusLost})
	}
	s.pending = s.pending[:0]
	for _, r := range s.reads.waiting {
		s.reply(r.from, result{statusNotLeader, int64(s.leader)})
	}
	s.reads.waiting = s.reads.waiting[:0]
}
