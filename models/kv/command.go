// Package kv is the replicated state machine that most models replicate: integers by key, changed by commands of
// sessions; with the client that does the workloads kv, register and cas-register through it.
package kv

import (
	"encoding/binary"
	"fmt"

	"simrun/sim"
)

// Op is what a command does to its key.
type Op uint8

const (
	Write Op = 1 + iota
	CAS
	Create // compare-and-set that expects no value
	Read   // through the log
)

// commandHeader is the size of a command without its key:
// session (8), sequence number (8), operation (1), value (8), expected value (8).
const commandHeader = 33

// Command is what a client asks of the state machine. Its encoding in the
// client's request can be the data of a log entry.
type Command struct {
	Session uint64 // from the registration
	Seq     uint64 // counts the session's commands from 1
	Op      Op
	Value   int64
	From    int64 // of a compare-and-set: the value it expects
	Key     []byte
}

// Append appends the encoding of c to b.
func (c *Command) Append(b []byte) []byte {
	b = binary.LittleEndian.AppendUint64(b, c.Session)
	b = binary.LittleEndian.AppendUint64(b, c.Seq)
	b = append(b, byte(c.Op))
	b = binary.LittleEndian.AppendUint64(b, uint64(c.Value))
	b = binary.LittleEndian.AppendUint64(b, uint64(c.From))
	return append(b, c.Key...)
}

// Decode reads a command; its key shares memory with b. It reports false for what is not a command.
func (c *Command) Decode(b []byte) bool {
	if len(b) < commandHeader {
		return false
	}
	*c = Command{
		Session: binary.LittleEndian.Uint64(b),
		Seq:     binary.LittleEndian.Uint64(b[8:]),
		Op:      Op(b[16]),
		Value:   int64(binary.LittleEndian.Uint64(b[17:])),
		From:    int64(binary.LittleEndian.Uint64(b[25:])),
		Key:     b[commandHeader:],
	}
	return c.Op >= Write && c.Op <= Read
}

// String tells a person what c asks.
func (c *Command) String() string {
	switch c.Op {
	case Read:
		return fmt.Sprintf("read %s through the log", c.Key)
	case CAS:
		return fmt.Sprintf("cas %s %d → %d, session %d #%d", c.Key, c.From, c.Value, c.Session, c.Seq)
	case Create:
		return fmt.Sprintf("cas %s none → %d, session %d #%d", c.Key, c.Value, c.Session, c.Seq)
	}
	return fmt.Sprintf("write %s %d, session %d #%d", c.Key, c.Value, c.Session, c.Seq)
}

// CommandOf translates an operation of a workload; false if it is not one that the machine has.
func CommandOf(op sim.Op) (Command, bool) {
	cmd := Command{Key: []byte(op.Key)}
	switch op.F {
	case "write":
		v, ok := op.Value.AsInt()
		cmd.Op, cmd.Value = Write, v
		return cmd, ok
	case "cas":
		expected, wanted, ok := op.Value.AsPair()
		to, isInt := wanted.AsInt()
		if expected.IsNull() {
			cmd.Op, cmd.Value = Create, to
			return cmd, ok && isInt
		}
		from, fromInt := expected.AsInt()
		cmd.Op, cmd.From, cmd.Value = CAS, from, to
		return cmd, ok && isInt && fromInt
	}
	return cmd, false
}
