package wasi

import (
	"simrun/sim"
)

// Config is what a program is loaded with. The zero value is good for most.
type Config struct {
	Args   []string // arguments, before those of the node
	Env    []string // "NAME=value", in addition to TZ=UTC
	Made   string   // which toolchain made the module, for people: "go1.26.8"
	Memory int64    // bytes that a node may have; 0: [DefaultMemory]. A program that wants more gets none, and does what it does then

	// Fuel bounds what a program does without waiting, in calls of functions and turns of loops: 0 means [DefaultFuel]. One that does more
	// has ended, with a finding, at the same place on every machine. Negative: the module is not metered, and a loop
	// without end hangs.
	Fuel int64

	Cache string // folder for compiled modules, shared by any number of processes and bounded by [MaxCache]; "": compiled anew each time

	// OnEnd gets the SHA-256 of a node's memory when its life ends, by itself or not. Calls of runs that go on at the same time may
	// overlap. Nil: the hash is not computed.
	OnEnd func(node sim.NodeID, boot int, memory [32]byte)
}

// Bounds, with their defaults.
const (
	DefaultMemory = 256 << 20     // bytes
	DefaultFuel   = 2_000_000_000 // of an empty loop two seconds, of most code ten to twenty
	MaxLine       = 16 << 20      // bytes of a line of standard output
	MaxLogLine    = 64 << 10      // bytes of a line of the log
	MaxCache      = 1 << 30       // bytes of the folder of compiled modules
	MaxFiles      = 4096          // files that a program may have open

	pageSize = 64 << 10
)

func (c Config) memory() int64 {
	if c.Memory <= 0 {
		return DefaultMemory
	}
	return min(c.Memory, 4<<30) / pageSize * pageSize
}

func (c Config) fuel() int64 {
	if c.Fuel == 0 {
		return DefaultFuel
	}
	return c.Fuel
}
