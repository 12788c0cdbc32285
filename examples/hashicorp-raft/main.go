// Command hashicorp-raft is a linearizable key-value store on github.com/hashicorp/raft, unmodified, that speaks Maelstrom's protocol:
//
//	simrun run --program ./examples/hashicorp-raft --workload lin-kv
//
// The library keeps its goroutines and its timers. What it leaves to its users is here: a transport (over lines), a store for
// its log and its votes (files, synced before they are acknowledged), and the state machine.
//
// With the argument -early the store acknowledges entries before they are synced: the bug to find.
package main

import (
	"encoding/json"
	"errors"
	"flag"
	"log"
	"os"
	"time"

	"github.com/hashicorp/go-hclog"
	"github.com/hashicorp/raft"

	"examples/maelstrom"
)

// patience is how long an operation waits, in the log of the leader or on the way to it.
const patience = 500 * time.Millisecond

type server struct {
	*maelstrom.Node
	early bool
	raft  *raft.Raft
	trans *transport
}

func main() {
	s := &server{}
	flag.BoolVar(&s.early, "early", false, "acknowledge entries before they are synced")
	flag.Parse()
	s.Node = maelstrom.New(s.start)
	s.trans = newTransport(s.Node)
	for _, kind := range []string{"read", "write", "cas"} {
		s.Handle(kind, s.operation)
	}
	s.Handle("apply", s.apply)
	s.Handle("raft", s.trans.receive)
	if err := s.Run(); err != nil {
		log.Fatal(err)
	}
}

// start opens what the disk holds and joins the cluster.
func (s *server) start() error {
	c := raft.DefaultConfig()
	c.LocalID = raft.ServerID(s.ID)
	c.SnapshotThreshold, c.SnapshotInterval, c.TrailingLogs = 200, 3*time.Second, 50
	c.Logger = hclog.New(&hclog.LoggerOptions{Output: os.Stderr, Level: hclog.Info, DisableTime: true})
	if err := os.MkdirAll("/raft/snapshots", 0o755); err != nil {
		return err
	}
	for _, dir := range []string{"/raft", "/"} { // the names of the folders, too, are to outlive a crash
		if err := syncDir(dir); err != nil {
			return err
		}
	}
	st, err := openStore("/raft", s.early)
	if err != nil {
		return err
	}
	snaps, err := raft.NewFileSnapshotStoreWithLogger("/raft", 2, c.Logger)
	if err != nil {
		return err
	}
	known, err := raft.HasExistingState(st, st, snaps)
	if err != nil {
		return err
	}
	if !known {
		if err := raft.BootstrapCluster(c, st, st, snaps, s.trans, s.members()); err != nil {
			return err
		}
	}
	s.raft, err = raft.NewRaft(c, newKV(), st, st, snaps, s.trans)
	return err
}

func (s *server) members() raft.Configuration {
	var c raft.Configuration
	for _, id := range s.Peers {
		c.Servers = append(c.Servers, raft.Server{ID: raft.ServerID(id), Address: raft.ServerAddress(id)})
	}
	return c
}

// operation does what a client asks: here if this node leads, else at the leader that it knows.
func (s *server) operation(_ string, body json.RawMessage) (any, error) {
	to, _ := s.raft.LeaderWithID()
	switch string(to) {
	case "":
		return nil, &maelstrom.Error{Code: maelstrom.TemporarilyUnavailable, Text: "no leader is known"}
	case s.ID:
		return s.apply(s.ID, body)
	}
	var result json.RawMessage
	err := s.Call(string(to), "apply", struct {
		Operation json.RawMessage `json:"operation"`
	}{body}, &result, 2*patience)
	if err != nil {
		return nil, err
	}
	var out answer
	return out, json.Unmarshal(result, &out)
}

// apply puts an operation into the log, reads too, and answers when it is applied.
func (s *server) apply(src string, body json.RawMessage) (any, error) {
	var forwarded struct {
		Operation json.RawMessage `json:"operation"`
	}
	if json.Unmarshal(body, &forwarded) == nil && forwarded.Operation != nil {
		body = forwarded.Operation
	}
	f := s.raft.Apply(body, patience)
	switch err := f.Error(); {
	case errors.Is(err, raft.ErrNotLeader), errors.Is(err, raft.ErrEnqueueTimeout), errors.Is(err, raft.ErrLeadershipTransferInProgress):
		return nil, &maelstrom.Error{Code: maelstrom.TemporarilyUnavailable, Text: err.Error()} // it is in no log
	case err != nil:
		return nil, &maelstrom.Error{Code: maelstrom.Crash, Text: err.Error()} // it may be
	}
	r := f.Response().(result)
	if r.err != nil {
		return nil, r.err
	}
	return r.answer, nil
}
