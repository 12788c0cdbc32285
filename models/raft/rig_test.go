package raft

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"maps"
	"slices"
	"testing"

	"simrun/models/kv"
	"simrun/models/modeltest"
	"simrun/models/oplog"
	"simrun/models/session"
	"simrun/models/wal"
	"simrun/sim"
)

// rig is a cluster of servers driven by hand.
type rig struct {
	*modeltest.Rig
	t       *testing.T
	servers []*Server   // by node; nil while down
	hold    messageKind // settle leaves messages of this kind on the wire
}

type envelope = modeltest.Envelope

var (
	copies    = logFiles.Files
	frameSize = recordFiles.FrameSize(0)
	errDisk   = errors.New("input/output error")
	ids       = modeltest.IDs
)

func newRig(t *testing.T, nodes int, bugs ...sim.BugName) *rig {
	return newRigWith(t, nodes, nil, bugs...)
}

// newRigWith returns a rig of servers with options, as in a case.
func newRigWith(t *testing.T, nodes int, options map[sim.OptionName]string, bugs ...sim.BugName) *rig {
	r := &rig{t: t, servers: make([]*Server, nodes+1)}
	r.Rig = modeltest.New(t, nodes, func(env *modeltest.Env) sim.Node {
		maps.Copy(env.Options, options)
		r.servers[env.ID()] = bootStore(env)
		return r.servers[env.ID()]
	}, monitors(&sim.Case{Nodes: nodes, Options: options}), bugs...)
	return r
}

func kindOf(m envelope) messageKind { return messageKind(m.Payload[4]) }

// crash loses what was not synced; the server stays down until it is booted.
func (r *rig) crash(id sim.NodeID) {
	r.Crash(id)
	r.servers[id] = nil
}

// withLog restarts a server with a disk that holds entries of these terms.
func (r *rig) withLog(id sim.NodeID, current Term, terms ...Term) {
	l := oplog.NewLog(0)
	for _, t := range terms {
		l.Add(t, entryNoop, nil)
	}
	file, _ := appendFrame(nil, 0, 0, current, 0, 1, l.Raw(1, l.Last()))
	for _, name := range copies {
		r.Envs[id].SetFile(name, file)
	}
	r.Restart(id)
}

// recordFiles are the files of a server with the head that its records have.
var recordFiles = wal.Options{Files: logFiles.Files, Magic: logFiles.Magic, Head: metaSize + 8}

// appendFrame appends a record to a file of a server.
func appendFrame(b []byte, before uint32, durable int, term Term, vote sim.NodeID, first Index, entries []byte) ([]byte, uint32) {
	meta := metaOf(term, vote)
	head := binary.LittleEndian.AppendUint64(meta[:], uint64(first))
	return recordFiles.AppendFrame(b, before, durable, head, entries)
}

// settle syncs and delivers among these servers until nothing is left to do.
func (r *rig) settle(ids ...sim.NodeID) {
	r.Settle(func(m envelope) bool { return kindOf(m) == r.hold }, ids...)
}

// take removes and returns the messages of one kind from a server to another.
func (r *rig) take(kind messageKind, from, to sim.NodeID) []envelope {
	return r.Take(func(m envelope) bool { return m.From == from && m.To == to && kindOf(m) == kind })
}

// fire lets a timer of a server run out.
func (r *rig) fire(id sim.NodeID, t sim.TimerID) { r.Fire(id, t, electionMax) }

// stand makes a server stand for election before these voters, itself among them, and
// once more if it has to learn their term first. It reports whether it won.
func (r *rig) stand(id sim.NodeID, voters ...sim.NodeID) bool {
	for range 2 {
		r.fire(id, timerElection)
		r.settle(voters...)
		if r.servers[id].role == leader {
			return true
		}
	}
	return false
}

// elect makes a server win an election before these voters, itself among them.
func (r *rig) elect(id sim.NodeID, voters ...sim.NodeID) {
	r.t.Helper()
	if !r.stand(id, voters...) {
		r.t.Fatalf("%s was not elected by %v: it is %s", id, voters, r.servers[id].role)
	}
}

// win elects a server whose AppendEntries don't arrive yet.
func (r *rig) win(id sim.NodeID, voters ...sim.NodeID) {
	r.t.Helper()
	r.hold = appendEntries
	r.elect(id, voters...)
	r.Wire = slices.DeleteFunc(r.Wire, func(m envelope) bool { return kindOf(m) != r.hold })
}

// answer is what a call was answered; the zero result if it was not.
func (r *rig) answer(id sim.NodeID, call uint64) (res session.Result) {
	if b, ok := r.Envs[id].Replies[call]; ok && !res.Decode(b) {
		r.t.Fatalf("%s sent a reply that can't be read: %x", id, b)
	}
	return res
}

func (r *rig) terms(id sim.NodeID) []Term {
	s := r.servers[id]
	var ts []Term
	for i := Index(1); i <= s.log.Last(); i++ {
		ts = append(ts, s.log.Epoch(i))
	}
	return ts
}

func requestOf(kind session.Kind, body []byte) []byte {
	return session.Seal(append(session.Begin(nil), body...), kind)
}

func writeRequest(id, seq uint64, key string, value int64) []byte {
	c := kv.Command{Session: id, Seq: seq, Op: kv.Write, Value: value, Key: []byte(key)}
	return requestOf(session.Command, c.Append(nil))
}

func (r *rig) String() string {
	var b bytes.Buffer
	for _, s := range r.servers[1:] {
		if s != nil {
			fmt.Fprintf(&b, "%s %s t%d log %v commit %d\n", s.id, s.role, s.term, r.terms(s.id), s.commit)
		}
	}
	return b.String()
}
