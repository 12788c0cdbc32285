package partlog

import (
	"encoding/json"

	"simrun/models/wire"
)

// The kinds of payloads. Their bodies are JSON.
const (
	kindRequest  = 0xe0 + iota // client → node
	kindResponse               // the answer
	kindStore                  // the file of a node
)

// What a request asks a node, or the coordinator, to do.
const (
	doSend      = "send"      // append Value to Partition
	doFetch     = "fetch"     // at most Value values of Partition from Offset on
	doJoin      = "join"      // make Member one of the group
	doHeartbeat = "heartbeat" // is Member in Generation still?
	doCommit    = "commit"    // Member, in Generation, has processed what is before Offsets
	doCommitted = "committed" // what is committed?
)

type request struct {
	Do         string
	Partition  string           `json:",omitempty"`
	Value      int64            `json:",omitempty"`
	Offset     int64            `json:",omitempty"`
	Member     member           `json:",omitzero"`
	Generation uint64           `json:",omitempty"`
	Offsets    map[string]int64 `json:",omitempty"`
}

type response struct {
	Done       bool             // false: the consumer is not a member of the current generation
	Offset     int64            `json:",omitempty"`
	Values     []int64          `json:",omitempty"` // from Offset on
	Generation uint64           `json:",omitempty"`
	Offsets    map[string]int64 `json:",omitempty"`
}

// encodeJSON makes a payload of a kind.
func encodeJSON(kind byte, v any) []byte {
	body, _ := json.Marshal(v) // it holds nothing that JSON can't
	return wire.Append(nil, kind, body)
}

// describe tells a person what a payload says.
func describe(payload []byte) string {
	for kind, name := range []string{"Request ", "Response "} {
		if body, ok := wire.Decode(payload, byte(kindRequest+kind), nil); ok {
			return name + string(body)
		}
	}
	return "damaged message"
}
