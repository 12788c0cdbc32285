// Package session is what clients and servers of a replicated state machine share: requests and replies with checksums,
// sessions in which a command that comes twice is done once, and the client's loop that ends each
// operation as ok, fail or info.
//
// The rules are those of Ongaro's dissertation, §6.3 and §6.4, and of Raft §8; Viewstamped Replication's client
// table and Paxos Made Live's sessions are the same idea.
package session

import (
	"encoding/binary"
	"fmt"

	"simrun/models/wire"
)

// Kind is the kind of a request. The numbers differ from those of other payloads, to tell them apart in a trace.
type Kind uint8

const (
	Register Kind = 0x10 + iota // opens a session
	Command                     // the body is a command
	Read                        // the body is what is read
	Local                       // the body is what one server is asked, whatever it knows
	Control                     // the body is what an operator asks of the leader
)

func (k Kind) known() bool { return k >= Register && k <= Control }

// Begin begins a request in b's memory: the body is to be appended.
func Begin(b []byte) []byte { return append(b[:0], 0, 0, 0, 0, 0) }

// Seal completes a request that [Begin] began.
func Seal(b []byte, kind Kind) []byte {
	b[wire.Room] = byte(kind)
	return wire.Seal(b)
}

// Open returns the kind and the body of a request, which shares memory with b; ok is false for what no client
// has sent: the network damaged it, or it is another payload.
func Open(b []byte) (kind Kind, body []byte, ok bool) {
	body, ok = wire.Open(b)
	if !ok || len(body) == 0 {
		return 0, nil, false
	}
	kind = Kind(body[0])
	return kind, body[1:], kind.known()
}

// Status says how a request ended. The numbers differ from those of other payloads, to tell them apart in a trace.
type Status uint8

const (
	OK         Status = 0x20 + iota // Value is the result
	Absent                          // the key has no value; a compare-and-set did nothing
	Mismatch                        // compare-and-set: the key has another value, which is Value
	Registered                      // Value is the new session
	NoSession                       // the session is not known; nothing was done
	Stale                           // a later command of the session was done already
	NotLeader                       // nothing was done; Value is the server to ask, 0 if unknown
	Lost                            // the server gave up before the outcome was known
)

func (s Status) known() bool { return s >= OK && s <= Lost }

// Result is what a request ended with.
type Result struct {
	Status Status
	Value  int64
	Body   string // what a machine has to say in addition, in an encoding of its own
}

// resultSize is the size of a reply without its body: CRC32C of the rest (4), status (1), value (8).
const resultSize = 13

// Append appends the encoding of r to b.
func (r Result) Append(b []byte) []byte {
	start := len(b)
	b = append(b, 0, 0, 0, 0, byte(r.Status))
	b = binary.LittleEndian.AppendUint64(b, uint64(r.Value))
	b = append(b, r.Body...)
	wire.Seal(b[start:])
	return b
}

// Decode reads a reply; false for what no server has sent.
func (r *Result) Decode(b []byte) bool {
	body, ok := wire.Open(b)
	if !ok || len(b) < resultSize || !Status(body[0]).known() {
		return false
	}
	*r = Result{Status(body[0]), int64(binary.LittleEndian.Uint64(body[1:])), string(b[resultSize:])}
	return true
}

// String tells a person how a request ended.
func (r Result) String() string {
	switch r.Status {
	case OK:
		return fmt.Sprintf("ok %d", r.Value)
	case Absent:
		return "no value"
	case Mismatch:
		return fmt.Sprintf("another value: %d", r.Value)
	case Registered:
		return fmt.Sprintf("session %d", r.Value)
	case NoSession:
		return "no such session"
	case Stale:
		return "a later command was done already"
	case NotLeader:
		if r.Value == 0 {
			return "not leader"
		}
		return fmt.Sprintf("not leader, try n%d", r.Value)
	}
	return "leadership lost, outcome unknown"
}
