package etcdraft

import (
	"fmt"

	pb "go.etcd.io/raft/v3/raftpb"
	"google.golang.org/protobuf/proto"

	"simrun/models/kv"
	"simrun/models/wire"
)

// kindRaft marks a message of the library, to tell it from other payloads in a trace.
const kindRaft = 0xf0

// message is a message of the library.
type message struct{ *pb.Message }

// Append implements [rsm.Message].
func (m message) Append(b []byte) []byte { return encode(b, m.Message) }

// encode appends the encoding of a message to b.
func encode(b []byte, m *pb.Message) []byte {
	body, err := proto.MarshalOptions{Deterministic: true}.Marshal(m)
	if err != nil {
		panic(err) // it is the library's own
	}
	return wire.Append(b, kindRaft, body)
}

// decode reads a payload that [encode] made; false if it is damaged or something else.
func decode(payload []byte) (*pb.Message, bool) {
	body, ok := wire.Decode(payload, kindRaft, nil)
	if !ok {
		return nil, false
	}
	m := &pb.Message{}
	return m, proto.Unmarshal(body, m) == nil
}

// describe tells a person what a payload says.
func describe(payload []byte) string {
	if text, ok := kv.Describe(payload); ok {
		return text
	}
	m, ok := decode(payload)
	if !ok {
		return "damaged message"
	}
	text := fmt.Sprintf("%v t%d", m.GetType(), m.GetTerm())
	switch m.GetType() {
	case pb.MsgApp:
		text += fmt.Sprintf(" after %d@t%d +%d, commit %d", m.GetIndex(), m.GetLogTerm(), len(m.GetEntries()), m.GetCommit())
	case pb.MsgAppResp:
		if text += fmt.Sprintf(" up to %d", m.GetIndex()); m.GetReject() {
			text += fmt.Sprintf(", rejected, try %d", m.GetRejectHint())
		}
	case pb.MsgVote, pb.MsgPreVote:
		text += fmt.Sprintf(", log up to %d@t%d", m.GetIndex(), m.GetLogTerm())
	case pb.MsgVoteResp, pb.MsgPreVoteResp:
		if m.GetReject() {
			text += ", denied"
		}
	case pb.MsgHeartbeat:
		text += fmt.Sprintf(", commit %d", m.GetCommit())
	}
	return text
}
