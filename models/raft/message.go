package raft

import (
	"encoding/binary"

	"simrun/models/oplog"
	"simrun/models/wire"
)

// messageKind is the kind of a message between servers.
type messageKind uint8

const (
	preVote         messageKind = 1 + iota // asks whether an election could be won (dissertation §9.6)
	preVoteReply                           //
	requestVote                            // RequestVote RPC (Figure 2)
	voteReply                              //
	appendEntries                          // AppendEntries RPC, and heartbeat if empty (Figure 2)
	appendReply                            //
	installSnapshot                        // InstallSnapshot RPC (§7, Figure 13)
	installReply                           //
	timeoutNow                             // stand for election at once (dissertation §3.10)
	readIndex                              // asks the leader what a read must see (dissertation §6.4)
	readIndexReply                         //
)

func (k messageKind) known() bool { return k >= preVote && k <= readIndexReply }

// message is a message between servers, decoded.
//
//	kind            prev            logTerm        index               round
//	preVote         -               of last entry  last entry          -
//	requestVote     -               of last entry  last entry          -
//	appendEntries   prevLogIndex    prevLogTerm    leaderCommit        read round
//	appendReply ok  prevLogIndex    -              match               echoed
//	appendReply no  prevLogIndex    hint's term    hint (last agreed)  echoed
//	installSnapshot offset          lastIncluded   lastIncluded        read round
//	installReply    what it has     -              lastIncluded        echoed
//	timeoutNow      -               -              -                   -
//	readIndex       -               -              -                   the read
//	readIndexReply  -               -              read index          echoed
//
// In a preVote term is the term that the sender would start; in every other
// message it is the sender's current term. A granted preVoteReply repeats the asked term.
type message struct {
	kind    messageKind
	ok      bool // granted, or success, or done; of requestVote: by leave of the leader
	term    Term
	prev    Index
	logTerm Term
	index   Index
	round   uint64
	entries []byte // of appendEntries: encoded entries; of installSnapshot: the chunk
}

// messageHeader is the size of a message without entries: CRC32C of the rest
// (4), kind (1), ok (1), and five fields of 8 bytes.
const messageHeader = 46

// append appends the encoding of m to b.
func (m *message) append(b []byte) []byte {
	start := len(b)
	ok := byte(0)
	if m.ok {
		ok = 1
	}
	b = append(b, 0, 0, 0, 0, byte(m.kind), ok)
	b = binary.LittleEndian.AppendUint64(b, uint64(m.term))
	b = binary.LittleEndian.AppendUint64(b, uint64(m.prev))
	b = binary.LittleEndian.AppendUint64(b, uint64(m.logTerm))
	b = binary.LittleEndian.AppendUint64(b, uint64(m.index))
	b = binary.LittleEndian.AppendUint64(b, m.round)
	b = append(b, m.entries...)
	wire.Seal(b[start:])
	return b
}

// decode reads a message; its entries share memory with b. It reports false
// for what no server has sent: the network damaged it.
func (m *message) decode(b []byte) bool {
	if _, ok := wire.Open(b); !ok || len(b) < messageHeader {
		return false
	}
	*m = message{
		kind:    messageKind(b[4]),
		ok:      b[5] != 0,
		term:    Term(binary.LittleEndian.Uint64(b[6:])),
		prev:    Index(binary.LittleEndian.Uint64(b[14:])),
		logTerm: Term(binary.LittleEndian.Uint64(b[22:])),
		index:   Index(binary.LittleEndian.Uint64(b[30:])),
		round:   binary.LittleEndian.Uint64(b[38:]),
		entries: b[messageHeader:],
	}
	return m.kind.known()
}

// count is the number of entries that m carries.
func (m *message) count() int {
	n := 0
	for b := m.entries; ; n++ {
		_, rest, ok := oplog.NextEntry(b)
		if !ok {
			return n
		}
		b = rest
	}
}
