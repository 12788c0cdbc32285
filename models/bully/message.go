package bully

import (
	"fmt"

	"simrun/models/wire"
)

// The kinds of payloads. Each carries a number.
const (
	kindGenerate    = 0x70 + iota // client → node → coordinator: hand out a number
	kindNumber                    // the answer
	kindAreYouThere               // the paper's AreYouThere and AreYouNormal
	kindFollows                   // the answer: whom the node follows
	kindHalt                      // a higher node holds an election: follow nobody until it is over
	kindHalted                    // the answer: the name of this halt
	kindCoordinator               // the sender leads those that it has halted; with the name of the halt
)

func encode(kind byte, number uint64) []byte { return wire.Append(nil, kind, nil, number) }

// decode reads a payload; the kind is 0 if it is damaged.
func decode(payload []byte) (kind byte, number uint64) {
	var n [1]uint64
	if _, ok := wire.Decode(payload, wire.Kind(payload), n[:]); !ok {
		return 0, 0
	}
	return wire.Kind(payload), n[0]
}

// describe tells a person what a payload says.
func describe(payload []byte) string {
	kind, number := decode(payload)
	if kind < kindGenerate || kind > kindCoordinator {
		return "damaged message"
	}
	return fmt.Sprint([...]string{"Generate", "Number", "AreYouThere", "Follows", "Halt", "Halted", "NewCoordinator"}[kind-kindGenerate], " ", int64(number))
}
