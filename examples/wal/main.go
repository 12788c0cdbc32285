// Command wal is a key-value store of one node that keeps its writes in a log of github.com/tidwall/wal, unmodified, and speaks Maelstrom's
// protocol:
//
//	simrun run --program ./examples/wal --workload lin-kv --nodes 1
//
// The library syncs each entry before it returns. What it leaves to its users shows when the machine crashes: it does not sync the folder
// in which it creates its files (--option fsync=posix), and it refuses to open a log whose last entry is not whole. An entry
// is written whole or not at all while it fits into a sector, so that this takes larger ones: the argument -pad 2000 makes them.
package main

import (
	"encoding/json"
	"flag"
	"log"
	"strings"
	"sync"

	"github.com/tidwall/wal"

	"examples/maelstrom"
)

type server struct {
	*maelstrom.Node

	mu     sync.Mutex
	log    *wal.Log
	last   uint64 // index of the last entry
	values map[string]json.RawMessage
}

// entry is what the log holds: a key has this value now.
type entry struct {
	Key   string          `json:"key"`
	Value json.RawMessage `json:"value"`
	Pad   string          `json:"pad,omitempty"`
}

var pad = flag.Int("pad", 0, "so many bytes are added to each entry")

// operation is the body of a request.
type operation struct {
	Key   json.RawMessage `json:"key"`
	Value json.RawMessage `json:"value"`
	From  json.RawMessage `json:"from"`
	To    json.RawMessage `json:"to"`
}

func main() {
	flag.Parse()
	s := &server{values: map[string]json.RawMessage{}}
	s.Node = maelstrom.New(s.open)
	s.Handle("read", s.locked(s.read))
	s.Handle("write", s.locked(s.write))
	s.Handle("cas", s.locked(s.cas))
	if err := s.Run(); err != nil {
		log.Fatal(err)
	}
}

// open reads the log.
func (s *server) open() (err error) {
	if s.log, err = wal.Open("/wal", nil); err != nil {
		return err
	}
	first, err := s.log.FirstIndex()
	if err != nil {
		return err
	}
	if s.last, err = s.log.LastIndex(); err != nil {
		return err
	}
	for i := max(1, first); i <= s.last; i++ {
		b, err := s.log.Read(i)
		if err != nil {
			return err
		}
		var e entry
		if err := json.Unmarshal(b, &e); err != nil {
			return err
		}
		s.values[e.Key] = e.Value
	}
	return nil
}

func (s *server) locked(do func(o *operation) (any, error)) maelstrom.Handler {
	return func(_ string, body json.RawMessage) (any, error) {
		var o operation
		if err := json.Unmarshal(body, &o); err != nil {
			return nil, err
		}
		s.mu.Lock()
		defer s.mu.Unlock()
		return do(&o)
	}
}

func (s *server) read(o *operation) (any, error) {
	v, ok := s.values[string(o.Key)]
	if !ok {
		return nil, &maelstrom.Error{Code: maelstrom.KeyDoesNotExist, Text: "no value"}
	}
	return map[string]json.RawMessage{"value": v}, nil
}

func (s *server) write(o *operation) (any, error) { return struct{}{}, s.set(string(o.Key), o.Value) }

func (s *server) cas(o *operation) (any, error) {
	v, ok := s.values[string(o.Key)]
	switch {
	case !ok:
		return nil, &maelstrom.Error{Code: maelstrom.KeyDoesNotExist, Text: "no value"}
	case string(v) != string(o.From):
		return nil, &maelstrom.Error{Code: maelstrom.PreconditionFailed, Text: "the value is " + string(v)}
	}
	return struct{}{}, s.set(string(o.Key), o.To)
}

// set makes a value durable, and visible after that.
func (s *server) set(key string, value json.RawMessage) error {
	b, err := json.Marshal(entry{key, value, strings.Repeat("x", *pad)})
	if err != nil {
		return err
	}
	if err := s.log.Write(s.last+1, b); err != nil {
		log.Fatal(err) // what the file holds now, nobody knows
	}
	s.last++
	s.values[key] = value
	return nil
}
