package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"github.com/hashicorp/raft"

	"examples/maelstrom"
)

// transport carries the calls of the library as requests of type "raft".
type transport struct {
	n        *maelstrom.Node
	consumer chan raft.RPC
}

func newTransport(n *maelstrom.Node) *transport {
	return &transport{n, make(chan raft.RPC, 16)}
}

// call is the body of a request; Data is the snapshot that an InstallSnapshot carries.
type call struct {
	RPC  string          `json:"rpc"`
	Args json.RawMessage `json:"args"`
	Data []byte          `json:"data,omitempty"`
}

// reply is the body of an answer.
type reply struct {
	Reply json.RawMessage `json:"reply"`
}

func (t *transport) send(to raft.ServerAddress, rpc string, args, result any, data []byte) error {
	b, err := json.Marshal(args)
	if err != nil {
		return err
	}
	var r reply
	if err := t.n.Call(string(to), "raft", call{rpc, b, data}, &r, patience); err != nil {
		return err
	}
	return json.Unmarshal(r.Reply, result)
}

// receive hands the call of another node to the library.
func (t *transport) receive(_ string, body json.RawMessage) (any, error) {
	var c call
	if err := json.Unmarshal(body, &c); err != nil {
		return nil, err
	}
	var args any
	switch c.RPC {
	case "append":
		args = &raft.AppendEntriesRequest{}
	case "vote":
		args = &raft.RequestVoteRequest{}
	case "prevote":
		args = &raft.RequestPreVoteRequest{}
	case "snapshot":
		args = &raft.InstallSnapshotRequest{}
	case "timeout-now":
		args = &raft.TimeoutNowRequest{}
	default:
		return nil, fmt.Errorf("unknown call %q", c.RPC)
	}
	if err := json.Unmarshal(c.Args, args); err != nil {
		return nil, err
	}
	answer := make(chan raft.RPCResponse, 1)
	t.consumer <- raft.RPC{Command: args, Reader: &reader{rest: c.Data}, RespChan: answer}
	r := <-answer
	if r.Error != nil {
		return nil, r.Error
	}
	b, err := json.Marshal(r.Response)
	return reply{b}, err
}

// reader reads a snapshot that came in one message.
type reader struct{ rest []byte }

func (r *reader) Read(b []byte) (int, error) {
	if len(r.rest) == 0 {
		return 0, io.EOF
	}
	n := copy(b, r.rest)
	r.rest = r.rest[n:]
	return n, nil
}

// The rest implements [raft.Transport].

func (t *transport) Consumer() <-chan raft.RPC { return t.consumer }

func (t *transport) LocalAddr() raft.ServerAddress { return raft.ServerAddress(t.n.ID) }

func (t *transport) AppendEntriesPipeline(raft.ServerID, raft.ServerAddress) (raft.AppendPipeline, error) {
	return nil, raft.ErrPipelineReplicationNotSupported
}

func (t *transport) AppendEntries(_ raft.ServerID, to raft.ServerAddress, args *raft.AppendEntriesRequest, r *raft.AppendEntriesResponse) error {
	return t.send(to, "append", args, r, nil)
}

func (t *transport) RequestVote(_ raft.ServerID, to raft.ServerAddress, args *raft.RequestVoteRequest, r *raft.RequestVoteResponse) error {
	return t.send(to, "vote", args, r, nil)
}

func (t *transport) RequestPreVote(_ raft.ServerID, to raft.ServerAddress, args *raft.RequestPreVoteRequest, r *raft.RequestPreVoteResponse) error {
	return t.send(to, "prevote", args, r, nil)
}

func (t *transport) InstallSnapshot(_ raft.ServerID, to raft.ServerAddress, args *raft.InstallSnapshotRequest, r *raft.InstallSnapshotResponse, data io.Reader) error {
	b, err := io.ReadAll(data)
	if err != nil {
		return err
	}
	if int64(len(b)) != args.Size {
		return errors.New("the snapshot has another size than it says")
	}
	return t.send(to, "snapshot", args, r, b)
}

func (t *transport) TimeoutNow(_ raft.ServerID, to raft.ServerAddress, args *raft.TimeoutNowRequest, r *raft.TimeoutNowResponse) error {
	return t.send(to, "timeout-now", args, r, nil)
}

func (t *transport) EncodePeer(_ raft.ServerID, a raft.ServerAddress) []byte { return []byte(a) }

func (t *transport) DecodePeer(b []byte) raft.ServerAddress { return raft.ServerAddress(b) }

func (t *transport) SetHeartbeatHandler(func(raft.RPC)) {}
