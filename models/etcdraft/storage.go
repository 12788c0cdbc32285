package etcdraft

import (
	etcd "go.etcd.io/raft/v3"
	pb "go.etcd.io/raft/v3/raftpb"

	"simrun/models/oplog"
)

// storage shows the library the log of a server. It implements [etcd.Storage].
type storage struct {
	log   *oplog.Log
	state *pb.HardState // as the disk held it at the start
	nodes int
}

func (s *storage) InitialState() (*pb.HardState, *pb.ConfState, error) {
	members := &pb.ConfState{}
	for id := range s.nodes {
		members.Voters = append(members.Voters, uint64(id)+1)
	}
	return s.state, members, nil
}

// Entries returns the entries from lo on and before hi, of at most so many bytes, but at least one.
func (s *storage) Entries(lo, hi, maxSize uint64) ([]*pb.Entry, error) {
	var list []*pb.Entry
	size := uint64(0)
	for i := lo; i < hi; i++ {
		kind, body := s.log.Entry(oplog.Index(i))
		e := &pb.Entry{Index: new(i), Term: new(uint64(s.log.Epoch(oplog.Index(i)))), Type: pb.EntryNormal.Enum()}
		if kind != 0 {
			e.Data = append([]byte{byte(kind)}, body...)
		}
		if size += uint64(len(e.Data)) + 16; size > maxSize && len(list) > 0 {
			break
		}
		list = append(list, e)
	}
	return list, nil
}

func (s *storage) Term(i uint64) (uint64, error) {
	if i > uint64(s.log.Last()) {
		return 0, etcd.ErrUnavailable
	}
	return uint64(s.log.Epoch(oplog.Index(i))), nil
}

func (s *storage) LastIndex() (uint64, error) { return uint64(s.log.Last()), nil }

func (s *storage) FirstIndex() (uint64, error) { return 1, nil }

// Snapshot has none to offer: the log goes back to the first entry.
func (s *storage) Snapshot() (*pb.Snapshot, error) {
	return nil, etcd.ErrSnapshotTemporarilyUnavailable
}
