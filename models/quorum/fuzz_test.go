package quorum

import (
	"math"
	"testing"

	"simrun/models/merkle"
	"simrun/models/modeltest"
)

// Any payload that is read encodes to the same bytes.
func FuzzMessages(f *testing.F) {
	v := version{"k1", tag{4, 2, 1, 7}, 9}
	nodes := []merkle.Node{1, 3}
	modeltest.FuzzMessages(f, describe, func(payload []byte) ([]byte, bool) {
		if h, ok := decodeHint(payload, math.MaxInt32); ok {
			return h.append(nil), true
		}
		if claims, ok := decodeClaims(payload); ok {
			return appendClaims(nil, claims), true
		}
		if nodes, ok := decodeNodes(payload, kindDiffer); ok {
			return appendNodes(nil, kindDiffer, nodes), true
		}
		for _, kind := range []byte{kindMine, kindYours} {
			if leaves, held, ok := decodeExchange(payload, kind); ok {
				return appendExchange(nil, kind, leaves, held), true
			}
		}
		for kind := byte(kindRead); kind <= kindIs; kind++ {
			if v, ok := decode(payload, kind); ok {
				return v.append(nil, kind), true
			}
		}
		if v, ok := decode(payload, kindReadAll); ok {
			return v.append(nil, kindReadAll), true
		}
		return nil, false
	}, v.append(nil, kindReadAll), v.append(nil, kindPut), hint{3, v}.append(nil), appendClaims(nil, []merkle.Claim{{Node: 1, Hash: 7}, {Node: 2, Hash: 9}}), appendNodes(nil, kindDiffer, nodes),
		appendExchange(nil, kindMine, nodes, []version{v, v}), appendExchange(nil, kindYours, nil, []version{v}))
}
