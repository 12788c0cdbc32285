package multipaxos

import (
	"encoding/binary"
	"fmt"

	"simrun/models/ballot"
	"simrun/models/kv"
	"simrun/models/oplog"
	"simrun/models/session"
	"simrun/models/wire"
)

// The kinds of messages. The numbers differ from those of other payloads, to tell them apart in a trace.
const (
	kindCanvass  = 0x70 + iota // would you promise this ballot?
	kindSupport                // yes: no leader was heard of lately
	kindPrepare                // phase 1a, for all slots from one on
	kindPromise                // phase 1b: what the acceptor has accepted there
	kindAccept                 // phase 2a, for some slots or none; the leader lives
	kindAccepted               // phase 2b: which of them the acceptor has on disk
	kindRefused                // either, of an acceptor that has promised a greater ballot
)

// message is what nodes send.
type message struct {
	Ballot ballot.Ballot
	Slot   oplog.Index // of kindPrepare: the first slot; of kindAccept: up to which the leader knows what is chosen; of kindAccepted: up to which the acceptor does
	Body   []byte      // of kindPromise and kindAccept: proposals; of kindAccepted: indices
}

func (m message) append(b []byte, kind byte) []byte {
	return wire.Append(b, kind, m.Body, uint64(m.Ballot), uint64(m.Slot))
}

// decode reads a payload of a kind; false if it is damaged or of another kind.
func decode(payload []byte, kind byte) (message, bool) {
	var n [2]uint64
	body, ok := wire.Decode(payload, kind, n[:])
	return message{ballot.Ballot(n[0]), oplog.Index(n[1]), body}, ok
}

// proposal is what is proposed for a slot, or accepted there.
type proposal struct {
	slot   oplog.Index
	ballot ballot.Ballot
	kind   session.Kind // 0: no-op
	data   []byte
}

const proposalHeader = 8 + 8 + 1

func (p *proposal) append(b []byte) []byte {
	record := make([]byte, 0, proposalHeader+len(p.data))
	record = binary.LittleEndian.AppendUint64(record, uint64(p.slot))
	record = binary.LittleEndian.AppendUint64(record, uint64(p.ballot))
	return wire.AppendRecord(b, append(append(record, byte(p.kind)), p.data...))
}

// proposals reads what [proposal.append] made. They share memory with b; a slot that is 0, and what is too short, is left out.
func proposals(b []byte) (list []proposal) {
	for r := range wire.Records(b) {
		if len(r) < proposalHeader {
			continue
		}
		p := proposal{oplog.Index(binary.LittleEndian.Uint64(r)), ballot.Ballot(binary.LittleEndian.Uint64(r[8:])), session.Kind(r[16]), r[proposalHeader:]}
		if p.slot > 0 {
			list = append(list, p)
		}
	}
	return list
}

// indices reads the body of kindAccepted.
func indices(b []byte) (list []oplog.Index) {
	for ; len(b) >= 8; b = b[8:] {
		list = append(list, oplog.Index(binary.LittleEndian.Uint64(b)))
	}
	return list
}

// describe tells a person what a payload says.
func describe(payload []byte) string {
	if text, ok := kv.Describe(payload); ok {
		return text
	}
	kind := wire.Kind(payload)
	m, ok := decode(payload, kind)
	if !ok {
		return "damaged message"
	}
	switch kind {
	case kindCanvass:
		return fmt.Sprintf("Canvass for %v", m.Ballot)
	case kindSupport:
		return fmt.Sprintf("Support %v", m.Ballot)
	case kindPrepare:
		return fmt.Sprintf("Prepare %v, slots from %d on", m.Ballot, m.Slot)
	case kindPromise:
		return fmt.Sprintf("Promise %v: %d accepted", m.Ballot, len(proposals(m.Body)))
	case kindAccept:
		if len(m.Body) == 0 {
			return fmt.Sprintf("Leads %v, chosen up to %d", m.Ballot, m.Slot)
		}
		list := proposals(m.Body)
		return fmt.Sprintf("Accept %v, chosen up to %d, +%d", m.Ballot, m.Slot, len(list))
	case kindAccepted:
		return fmt.Sprintf("Accepted %v, knows up to %d, +%d", m.Ballot, m.Slot, len(indices(m.Body)))
	case kindRefused:
		return fmt.Sprintf("Refused: promised %v", m.Ballot)
	}
	return "damaged message"
}
