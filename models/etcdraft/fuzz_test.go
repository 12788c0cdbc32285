package etcdraft

import (
	"bytes"
	"testing"

	pb "go.etcd.io/raft/v3/raftpb"
	"google.golang.org/protobuf/proto"

	"simrun/models/wire"
)

// Whatever comes is described, and what is read as a message says the same when it is written again.
func FuzzMessages(f *testing.F) {
	one, two := uint64(1), uint64(2)
	for _, m := range []*pb.Message{
		{Type: pb.MsgHeartbeat.Enum(), From: &one, To: &two, Term: &one, Commit: &two},
		{Type: pb.MsgVote.Enum(), From: &one, To: &two, Term: &one, Index: &two, LogTerm: &one},
		{Type: pb.MsgApp.Enum(), From: &one, To: &two, Term: &one, Index: &two, LogTerm: &one, Entries: []*pb.Entry{{Term: &one, Index: &two, Data: []byte("entry")}}},
	} {
		f.Add(encode(nil, m))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		if len(b) >= wire.Room {
			b = wire.Seal(bytes.Clone(b)) // the checksum is no riddle
		}
		if describe(b) == "" {
			t.Errorf("%x has no description", b)
		}
		m, ok := decode(b)
		if !ok {
			return
		}
		if again, ok := decode(encode(nil, m)); !ok || !proto.Equal(m, again) {
			t.Errorf("%x reads %v, and %v when it is written again", b, m, again)
		}
	})
}
