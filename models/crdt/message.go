package crdt

import (
	"encoding/json"

	"simrun/models/gossip"
	"simrun/models/wire"
)

// The kinds of payloads. Their bodies are JSON.
const (
	kindRequest = 0xc0 + iota // client → node
	kindResult                // the answer
	kindStore                 // the file of a node
)

// request is an operation of a client.
type request struct {
	F, Key string
	Value  int64
}

func encodeObjects(o objects) []byte {
	b, _ := json.Marshal(o) // it holds nothing that JSON can't
	return b
}

// describe tells a person what a payload says.
func describe(payload []byte) string {
	if s := gossip.Describe(payload); s != "" {
		return s
	}
	for kind, name := range []string{"Request ", "Result "} {
		if body, ok := wire.Decode(payload, byte(kindRequest+kind), nil); ok {
			return name + string(body)
		}
	}
	return "damaged message"
}
