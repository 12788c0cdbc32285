package twopc

import (
	"encoding/binary"
	"fmt"
	"math"

	"simrun/models/gateway"
	"simrun/models/locks"
	"simrun/models/txn"
	"simrun/models/wire"
	"simrun/sim"
)

// The kinds of payloads between servers, and of the records of a log.
const (
	kindDo      = 0x30 + iota // coordinator → shard: a micro-operation, under the locks of its transaction
	kindDid                   // shard → coordinator: with what it saw
	kindRefused               // shard → coordinator: the transaction has no locks here
	kindPrepare               // coordinator → shard: could you commit, whatever comes?
	kindVote                  // shard → coordinator
	kindDecide                // coordinator → shard
	kindDone                  // shard → coordinator: the outcome is on disk
	kindAsk                   // shard in doubt → coordinator or shard: what became of it?
	kindAnswer                // with the outcome
	kindPeek                  // coordinator → shard: a read at a timestamp

	recordPrepared  // of a shard: what it does if the transaction commits
	recordSettled   // of a shard: the outcome
	recordRefused   // of a shard: it votes no, should it be asked
	recordDecided   // of a coordinator: the transaction commits
	recordDelivered // of a coordinator: each shard has the outcome on disk
)

// ID names an attempt of a coordinator to commit a transaction. No two are the same.
type ID struct {
	Node         sim.NodeID // the coordinator
	Boots, Count uint64     // how often that has started, and how many attempts it has made since
}

// String is how people are told of it: "n3.1.7".
func (id ID) String() string { return fmt.Sprintf("%v.%d.%d", id.Node, id.Boots, id.Count) }

// outcome is what became of a transaction, or what a shard votes.
type outcome uint8

const (
	undecided outcome = iota
	aborted           // as a vote: no
	committed         // as a vote: yes
	onlyRead          // as a vote: the shard has nothing to do whatever the outcome is
	outcomes  = iota
)

func (o outcome) String() string { return [...]string{"undecided", "abort", "commit", "only read"}[o] }

// message is what servers send and logs hold. Not everything counts in each.
type message struct {
	kind   byte
	id     ID
	age    sim.Time // when the first attempt began, by the coordinator's clock
	number uint64   // of the micro-operation
	life   uint64   // how often the shard has started
	at     Stamp
	what   outcome
	nodes  []sim.NodeID // shards with writes
	items  []item
}

// item is a key: with what a micro-operation does to it, and what it saw; or with its lock, and what is to be written, nil for nothing.
type item struct {
	key   txn.Key
	kind  txn.Kind
	mode  locks.Mode
	arg   int64
	value []int64
}

func (m message) encode() []byte {
	b := []byte{byte(len(m.nodes))}
	for _, n := range m.nodes {
		b = append(b, byte(n))
	}
	for _, i := range m.items {
		b = append(b, byte(i.kind), byte(i.mode))
		b = txn.AppendValue(number(number(b, uint64(i.key)), uint64(i.arg)), i.value)
	}
	return wire.Append(nil, m.kind, b, uint64(m.id.Node), m.id.Boots, m.id.Count, uint64(m.age), m.number, m.life, uint64(m.at), uint64(m.what))
}

func number(b []byte, n uint64) []byte { return binary.LittleEndian.AppendUint64(b, n) }

// decode reads a payload or a record; false if it is damaged or of another protocol.
func decode(payload []byte) (m message, ok bool) {
	var n [8]uint64
	kind := wire.Kind(payload)
	if kind < kindDo || kind > recordDelivered {
		return m, false
	}
	b, ok := wire.Decode(payload, kind, n[:])
	if !ok || n[0] > math.MaxInt16 || n[7] >= uint64(outcomes) {
		return m, false
	}
	m = message{kind: kind, id: ID{sim.NodeID(n[0]), n[1], n[2]}, age: sim.Time(n[3]), number: n[4], life: n[5], at: Stamp(n[6]), what: outcome(n[7])}
	if m.nodes, b, ok = decodeNodes(b); !ok {
		return m, false
	}
	for len(b) > 0 {
		if len(b) < itemSize {
			return m, false
		}
		i := item{kind: txn.Kind(b[0]), mode: locks.Mode(b[1]), key: txn.Key(binary.LittleEndian.Uint64(b[2:])), arg: int64(binary.LittleEndian.Uint64(b[10:]))}
		if i.value, b, ok = txn.DecodeValue(b[18:]); !ok {
			return m, false
		}
		m.items = append(m.items, i)
	}
	return m, true
}

// itemSize is the size of an item without its value: kind (1), mode (1), key (8), argument (8).
const itemSize = 18

func decodeNodes(b []byte) (nodes []sim.NodeID, rest []byte, ok bool) {
	if len(b) == 0 || len(b) < 1+int(b[0]) {
		return nil, nil, false
	}
	for _, n := range b[1 : 1+b[0]] {
		nodes = append(nodes, sim.NodeID(n))
	}
	return nodes, b[1+b[0]:], true
}

var kindNames = [...]string{"Do", "Did", "Refused", "Prepare", "Vote", "Decide", "Done", "Ask", "Answer", "Peek",
	"prepared", "settled", "refused", "decided", "delivered"}

// Describe tells a person what a payload says.
func Describe(payload []byte) string {
	m, ok := decode(payload)
	if text, other := gateway.Describe(payload); other {
		return text
	} else if !ok {
		return "damaged message"
	}
	text := kindNames[m.kind-kindDo]
	if m.id.Node != 0 {
		text += " " + m.id.String()
	}
	if m.kind == kindVote || m.kind == kindDecide || m.kind == kindAnswer || m.kind == recordSettled {
		text += ": " + m.what.String()
	}
	for _, i := range m.items {
		switch {
		case (m.kind == kindDo || m.kind == kindPeek) && i.kind >= txn.Read && i.kind <= txn.Add:
			text += " " + txn.Txn{{Kind: i.kind, Key: i.key, Arg: i.arg}}.String()
		case len(i.value) > 0:
			text += fmt.Sprintf(" %d = %d", i.key, i.value)
		default:
			text += fmt.Sprintf(" %d", i.key)
		}
	}
	if m.at != 0 {
		text += fmt.Sprintf(" at %v", m.at)
	}
	return text
}
