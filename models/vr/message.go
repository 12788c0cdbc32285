package vr

import (
	"fmt"

	"simrun/models/kv"
	"simrun/models/oplog"
	"simrun/models/wire"
	"simrun/sim"
)

// The kinds of messages. The numbers differ from those of other payloads, to tell them apart in a trace.
const (
	kindPrepare          = 0x50 + iota // primary → backup: entries, or none; the primary lives
	kindPrepareOK                      // backup → primary: its disk holds the log up to Last
	kindStartViewChange                // its sender misses the primary
	kindDoViewChange                   // → next primary: what its sender has
	kindStartView                      // next primary → who has sent it a kindDoViewChange: the log of the view
	kindGetState                       // → primary: its sender has not got the log of the view
	kindNewState                       // answer: a part of the log, and the whole rest of it if that is not committed
	kindRefused                        // its sender is in this greater view
	kindRecovery                       // its sender has forgotten all, and asks for what it must know
	kindRecoveryResponse               // answer: the view, and from its primary the log
)

// message is what replicas send. What a kind does not need is 0.
type message struct {
	kind   byte
	View   oplog.Epoch
	Normal oplog.Epoch // of kindDoViewChange: the last view in which its sender's status was normal
	Commit oplog.Index // up to which the sender knows that the log is committed
	Last   oplog.Index // of the sender's log
	After  oplog.Index // the entries follow this one
	Body   []byte      // entries

	Crashes crashVector // of its sender, in messages of which a majority is needed at a time: see [message.counted]
}

// counted reports whether a kind has a crash vector.
func (m message) counted() bool {
	return m.kind == kindDoViewChange || m.kind == kindRecovery || m.kind == kindRecoveryResponse
}

func (m message) Append(b []byte) []byte {
	body := m.Body
	if m.counted() {
		body = append(m.Crashes.appendTo(nil), body...)
	}
	return wire.Append(b, m.kind, body, uint64(m.View), uint64(m.Normal), uint64(m.Commit), uint64(m.Last), uint64(m.After))
}

// decode reads a payload that [message.Append] made; false if it is damaged or something else. The body shares memory with it.
func decode(payload []byte) (message, bool) {
	kind := wire.Kind(payload)
	if kind < kindPrepare || kind > kindRecoveryResponse {
		return message{}, false
	}
	var n [5]uint64
	body, ok := wire.Decode(payload, kind, n[:])
	m := message{kind: kind, View: oplog.Epoch(n[0]), Normal: oplog.Epoch(n[1]), Commit: oplog.Index(n[2]), Last: oplog.Index(n[3]), After: oplog.Index(n[4]), Body: body}
	if ok && m.counted() {
		m.Crashes, m.Body, ok = cutCrashVector(body)
	}
	return m, ok
}

// primaryOf is the primary of a view: replicas take turns, n1 first (§4). View 0 has none: a group starts with a view change.
func primaryOf(view oplog.Epoch, nodes int) sim.NodeID {
	if view == 0 {
		return 0
	}
	return sim.NodeID(1 + (uint64(view)-1)%uint64(nodes))
}

// describe tells a person what a payload says.
func describe(payload []byte) string {
	if text, ok := kv.Describe(payload); ok {
		return text
	}
	m, ok := decode(payload)
	if !ok {
		return "damaged message"
	}
	switch m.kind {
	case kindPrepare:
		if len(m.Body) == 0 {
			return fmt.Sprintf("Commit v%d up to %d", m.View, m.Commit)
		}
		return fmt.Sprintf("Prepare v%d after %d, %d B, commit %d", m.View, m.After, len(m.Body), m.Commit)
	case kindPrepareOK:
		return fmt.Sprintf("PrepareOK v%d up to %d", m.View, m.Last)
	case kindStartViewChange:
		return fmt.Sprintf("StartViewChange v%d", m.View)
	case kindDoViewChange:
		return fmt.Sprintf("DoViewChange v%d: normal in v%d, last %d, commit %d", m.View, m.Normal, m.Last, m.Commit)
	case kindStartView:
		return fmt.Sprintf("StartView v%d, last %d, commit %d", m.View, m.Last, m.Commit)
	case kindGetState:
		return fmt.Sprintf("GetState v%d after %d", m.View, m.Commit)
	case kindNewState:
		return fmt.Sprintf("NewState v%d after %d, %d B, last %d, commit %d", m.View, m.After, len(m.Body), m.Last, m.Commit)
	case kindRecovery:
		return fmt.Sprintf("Recovery, crashes %d", m.Crashes)
	case kindRecoveryResponse:
		return fmt.Sprintf("RecoveryResponse v%d, %d B, last %d, commit %d, crashes %d", m.View, len(m.Body), m.Last, m.Commit, m.Crashes)
	}
	return fmt.Sprintf("Refused: in v%d", m.View)
}
