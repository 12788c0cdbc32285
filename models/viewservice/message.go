package viewservice

import (
	"fmt"

	"simrun/models/oplog"
	"simrun/models/wire"
	"simrun/sim"
	"simrun/sim/fault"
)

// The kinds of payloads. A protocol that uses the service has other kinds.
const (
	kindPing    = 'p'
	kindView    = 'v'
	kindConfirm = 'c'
)

// Append appends the payload that tells a node the view.
func (v View) Append(b []byte) []byte {
	return wire.Append(b, kindView, nil, uint64(v.Epoch), uint64(v.Primary), uint64(v.Before), uint64(v.InSync))
}

// DecodeView reads a payload made by [View.Append]; false for any other.
func DecodeView(payload []byte) (View, bool) {
	var n [4]uint64
	_, ok := wire.Decode(payload, kindView, n[:])
	return View{oplog.Epoch(n[0]), sim.NodeID(n[1]), sim.NodeID(n[2]), fault.Set(n[3])}, ok
}

// Append appends the payload of a ping.
func (p Ping) Append(b []byte) []byte {
	return wire.Append(b, kindPing, nil, uint64(p.Epoch), uint64(p.Last), uint64(p.LastEpoch), wire.Bit(p.Restarted), uint64(p.Add), uint64(p.Remove))
}

// DecodePing reads a payload made by [Ping.Append]; false for any other.
func DecodePing(payload []byte) (Ping, bool) {
	var n [6]uint64
	_, ok := wire.Decode(payload, kindPing, n[:])
	return Ping{oplog.Epoch(n[0]), oplog.Index(n[1]), oplog.Epoch(n[2]), n[3] != 0, fault.Set(n[4]), fault.Set(n[5])}, ok
}

// Confirm asks the service whether an epoch is still the current one; Yes is the answer, and there is no other. At one instant between the question and
// the answer the epoch was current: nobody acted in a later one.
type Confirm struct {
	Epoch oplog.Epoch
	Round uint64 // of the node that asks, to tell answers apart
	Yes   bool
}

// Append appends the payload of a question or an answer.
func (c Confirm) Append(b []byte) []byte {
	return wire.Append(b, kindConfirm, nil, uint64(c.Epoch), c.Round, wire.Bit(c.Yes))
}

// DecodeConfirm reads a payload made by [Confirm.Append]; false for any other.
func DecodeConfirm(payload []byte) (Confirm, bool) {
	var n [3]uint64
	_, ok := wire.Decode(payload, kindConfirm, n[:])
	return Confirm{oplog.Epoch(n[0]), n[1], n[2] != 0}, ok
}

// Describe tells a person what a payload of the service says; false if it is not one.
func Describe(payload []byte) (string, bool) {
	if v, ok := DecodeView(payload); ok {
		if v.Primary == 0 {
			return fmt.Sprintf("View e%d no primary, in sync %v", v.Epoch, v.InSync), true
		}
		return fmt.Sprintf("View e%d primary %v, in sync %v", v.Epoch, v.Primary, v.InSync), true
	}
	if c, ok := DecodeConfirm(payload); ok {
		if c.Yes {
			return fmt.Sprintf("Confirm e%d is current, round %d", c.Epoch, c.Round), true
		}
		return fmt.Sprintf("Confirm e%d? round %d", c.Epoch, c.Round), true
	}
	p, ok := DecodePing(payload)
	if !ok {
		return "", false
	}
	s := fmt.Sprintf("Ping e%d last %d@e%d", p.Epoch, p.Last, p.LastEpoch)
	if p.Restarted {
		s += ", restarted"
	}
	if p.Add != 0 {
		s += ", add " + p.Add.String()
	}
	if p.Remove != 0 {
		s += ", remove " + p.Remove.String()
	}
	return s, true
}
