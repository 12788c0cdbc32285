package redlock

import (
	"fmt"
	"math"

	"simrun/models/wire"
	"simrun/sim"
)

// The kinds of payloads.
const (
	kindAdd       = 0x80 + iota // client → worker: a counter, and what to add
	kindRead                    // client → worker → resource: a counter
	kindValue                   // resource → worker → client: what the counter is
	kindBusy                    // worker → client: nothing was done
	kindAcquire                 // worker → server
	kindGranted                 // server → worker, with the server's counter
	kindConfirm                 // worker → server: a token
	kindConfirmed               // server → worker
	kindDenied                  // server → worker: the lock is not the attempt's, or the token is too low
	kindRelease                 // worker → server, which does not answer
	kindLoad                    // worker → resource: a counter, under a token
	kindStore                   // worker → resource: a counter and its new value, under a token
	kindFenced                  // resource → worker: it has seen a greater token; with the token of the last store
	kindFile                    // of a server, or of the resource
)

// attempt is the id of an attempt to acquire a lock: the worker, how often that has started, and how many attempts it has made since. No two are the same.
type attempt struct {
	Worker       sim.NodeID
	Boots, Count uint64
}

func (a attempt) String() string { return fmt.Sprintf("attempt %d of %v", a.Count, a.Worker) }

// message is what nodes and clients send. Not everything counts in each.
type message struct {
	Key   string // of the counter, and of its lock
	By    attempt
	Token uint64
	Value int64
}

func (m message) append(kind byte) []byte {
	return wire.Append(nil, kind, []byte(m.Key), uint64(m.By.Worker), m.By.Boots, m.By.Count, m.Token, uint64(m.Value))
}

// decode reads a payload of a kind; false if it is damaged or of another kind.
func decode(payload []byte, kind byte) (message, bool) {
	var n [5]uint64
	key, ok := wire.Decode(payload, kind, n[:])
	return message{string(key), attempt{sim.NodeID(n[0]), n[1], n[2]}, n[3], int64(n[4])}, ok && n[0] <= math.MaxInt32
}

// describe tells a person what a payload says.
func describe(payload []byte) string {
	kind := wire.Kind(payload)
	m, ok := decode(payload, kind)
	if !ok {
		return "damaged message"
	}
	switch kind {
	case kindAdd:
		return fmt.Sprintf("Add %d to %s", m.Value, m.Key)
	case kindRead:
		return "Read " + m.Key
	case kindValue:
		return fmt.Sprintf("Is %s = %d", m.Key, m.Value)
	case kindBusy:
		return "Busy"
	case kindAcquire:
		return fmt.Sprintf("Acquire %s: %v", m.Key, m.By)
	case kindGranted:
		return fmt.Sprintf("Granted %s, counter %d", m.Key, m.Token)
	case kindConfirm:
		return fmt.Sprintf("Confirm token %d of %s: %v", m.Token, m.Key, m.By)
	case kindConfirmed:
		return fmt.Sprintf("Confirmed token %d of %s", m.Token, m.Key)
	case kindDenied:
		return fmt.Sprintf("Denied %s", m.Key)
	case kindRelease:
		return fmt.Sprintf("Release %s: %v", m.Key, m.By)
	case kindLoad:
		return fmt.Sprintf("Load %s, token %d", m.Key, m.Token)
	case kindStore:
		return fmt.Sprintf("Store %s = %d, token %d", m.Key, m.Value, m.Token)
	case kindFenced:
		return fmt.Sprintf("Fenced off %s: stored last with token %d", m.Key, m.Token)
	}
	return "damaged message"
}
