package paxos

import (
	"fmt"

	"simrun/models/ballot"
	"simrun/models/wire"
)

// The kinds of payloads.
const (
	kindPropose  = 0x60 + iota // client → proposer: a value
	kindDecided                // proposer → client: the value that is decided
	kindPrepare                // phase 1a
	kindPromise                // phase 1b: what the acceptor has accepted, if anything
	kindAccept                 // phase 2a
	kindAccepted               // phase 2b
	kindRefused                // either, of an acceptor that has promised a greater ballot
	kindStore                  // the file of a node
)

// message is what nodes and clients send about one decision.
type message struct {
	Key      string
	Ballot   ballot.Ballot // of the attempt; of kindRefused the one that was promised
	Accepted ballot.Ballot // of kindPromise: the ballot of the value; 0 if none was accepted
	Value    int64
}

func (m message) append(kind byte) []byte {
	return wire.Append(nil, kind, []byte(m.Key), uint64(m.Ballot), uint64(m.Accepted), uint64(m.Value))
}

// decode reads a payload of a kind; false if it is damaged or of another kind.
func decode(payload []byte, kind byte) (message, bool) {
	var n [3]uint64
	key, ok := wire.Decode(payload, kind, n[:])
	return message{string(key), ballot.Ballot(n[0]), ballot.Ballot(n[1]), int64(n[2])}, ok
}

// describe tells a person what a payload says.
func describe(payload []byte) string {
	m, ok := decode(payload, wire.Kind(payload))
	if !ok {
		return "damaged message"
	}
	switch wire.Kind(payload) {
	case kindPropose:
		return fmt.Sprintf("Propose %s = %d", m.Key, m.Value)
	case kindDecided:
		return fmt.Sprintf("Decided %s = %d", m.Key, m.Value)
	case kindPrepare:
		return fmt.Sprintf("Prepare %s, ballot %v", m.Key, m.Ballot)
	case kindPromise:
		if m.Accepted == 0 {
			return fmt.Sprintf("Promise %s, ballot %v: nothing accepted", m.Key, m.Ballot)
		}
		return fmt.Sprintf("Promise %s, ballot %v: accepted %d in %v", m.Key, m.Ballot, m.Value, m.Accepted)
	case kindAccept:
		return fmt.Sprintf("Accept %s = %d, ballot %v", m.Key, m.Value, m.Ballot)
	case kindAccepted:
		return fmt.Sprintf("Accepted %s = %d, ballot %v", m.Key, m.Value, m.Ballot)
	case kindRefused:
		return fmt.Sprintf("Refused %s: promised %v", m.Key, m.Ballot)
	}
	return "damaged message"
}
