package raft

import (
	"encoding/binary"
	"maps"
	"slices"

	"simrun/check/specs"
	"simrun/history"
	"simrun/models"
	"simrun/models/session"
	"simrun/models/workload"
	"simrun/sim"
	"simrun/sim/fault"
	"simrun/sim/rng"
)

// requests are what an operator can ask for, by the names of the operations. [controlMembers] and the others say what they are.
var requests = map[string]byte{"members": controlMembers, "transfer": controlTransfer, "compact": controlCompact}

const operatedName = "operated"

var requestName = rng.Of("raft request")

// operated is the work of clients who are operators as well: they change the members, hand over and compact while they read and write, by the weights of
// the mix. It comes with the options that all of this needs.
func operated() models.Workload {
	w := workload.KV()
	next := w.Next
	w.Name = operatedName
	w.Summary = "read, write and cas by key, and change the members, hand over the leadership and take snapshots meanwhile"
	w.Spec = specs.KVWith("operated-kv", "kv, and requests of an operator, which change no value", slices.Sorted(maps.Keys(requests))...)
	w.Options = map[sim.OptionName]string{optionCompaction: on, optionMembership: string(joint), optionTransfer: on, optionFlow: "messages"}
	w.Mix = []sim.Weight{{F: "read", Weight: 16}, {F: "write", Weight: 16}, {F: "cas", Weight: 8}, {F: "members", Weight: 2}, {F: "transfer", Weight: 2}, {F: "compact", Weight: 1}}
	w.Next = func(t *sim.Turn) sim.Op {
		f := t.Pick()
		if _, ok := requests[f]; !ok {
			return next(t)
		}
		return sim.Op{F: f, Value: history.Int(t.Unique())} // from which the client draws the servers
	}
	return w
}

// request carries out an operation that is a request of an operator. It has begun when it is answered; what becomes of it shows in the operations of all.
func request(c *sim.Client) func(*session.Client, sim.Op) bool {
	return func(cl *session.Client, op sim.Op) bool {
		what, ok := requests[op.F]
		if !ok {
			return false
		}
		number, _ := op.Value.AsInt()
		_, set := drawControl(c.Rand(requestName, uint64(number)), []byte{what}, c.Nodes())
		if err := control(cl, what, set); err != nil {
			c.Info(err.Error())
		} else {
			c.OK(op.Value)
		}
		return true
	}
}

// control asks for something on some servers.
func control(cl *session.Client, what byte, set fault.Set) error {
	_, err := cl.Read(session.Control, func(b []byte) []byte { return binary.LittleEndian.AppendUint64(append(b, what), uint64(set)) })
	return err
}
