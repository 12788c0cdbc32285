package main

import (
	"encoding/json"
	"io"

	"github.com/hashicorp/raft"

	"examples/maelstrom"
)

// kv is the state machine: values by key.
type kv struct{ values map[string]json.RawMessage }

func newKV() *kv { return &kv{map[string]json.RawMessage{}} }

// operation is the body of a client's request.
type operation struct {
	Type  string          `json:"type"`
	Key   json.RawMessage `json:"key"`
	Value json.RawMessage `json:"value"`
	From  json.RawMessage `json:"from"`
	To    json.RawMessage `json:"to"`
}

// answer is the rest of the body of an answer.
type answer struct {
	Value json.RawMessage `json:"value,omitempty"`
}

// result is what applying an operation gives.
type result struct {
	answer
	err *maelstrom.Error
}

// Apply implements [raft.FSM].
func (s *kv) Apply(l *raft.Log) any {
	var o operation
	if err := json.Unmarshal(l.Data, &o); err != nil {
		return result{err: &maelstrom.Error{Code: maelstrom.NotSupported, Text: err.Error()}}
	}
	key := string(o.Key)
	now, there := s.values[key]
	switch o.Type {
	case "read":
		if !there {
			return result{err: &maelstrom.Error{Code: maelstrom.KeyDoesNotExist, Text: "no value"}}
		}
		return result{answer: answer{now}}
	case "write":
		s.values[key] = o.Value
		return result{}
	case "cas":
		if !there {
			return result{err: &maelstrom.Error{Code: maelstrom.KeyDoesNotExist, Text: "no value"}}
		}
		if string(now) != string(o.From) {
			return result{err: &maelstrom.Error{Code: maelstrom.PreconditionFailed, Text: "the value is " + string(now)}}
		}
		s.values[key] = o.To
		return result{}
	}
	return result{err: &maelstrom.Error{Code: maelstrom.NotSupported, Text: o.Type}}
}

// Snapshot implements [raft.FSM].
func (s *kv) Snapshot() (raft.FSMSnapshot, error) {
	b, err := json.Marshal(s.values)
	return snapshot(b), err
}

// Restore implements [raft.FSM].
func (s *kv) Restore(r io.ReadCloser) error {
	defer r.Close()
	values := map[string]json.RawMessage{}
	if err := json.NewDecoder(r).Decode(&values); err != nil {
		return err
	}
	s.values = values
	return nil
}

// snapshot is the state as JSON.
type snapshot []byte

func (s snapshot) Persist(sink raft.SnapshotSink) error {
	if _, err := sink.Write(s); err != nil {
		sink.Cancel()
		return err
	}
	return sink.Close()
}

func (s snapshot) Release() {}
