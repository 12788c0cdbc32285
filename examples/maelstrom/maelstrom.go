// Package maelstrom is a node that speaks Maelstrom's protocol: lines of JSON on standard input and output, logs on standard error
// (https://github.com/jepsen-io/maelstrom/blob/main/doc/protocol.md). It is what the examples share; a program for simrun needs nothing of it.
package maelstrom

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"sync"
	"time"
)

// Message is a line.
type Message struct {
	Src  string          `json:"src"`
	Dest string          `json:"dest"`
	Body json.RawMessage `json:"body"`
}

// Head is what every body may have.
type Head struct {
	Type      string `json:"type"`
	MsgID     int    `json:"msg_id,omitempty"`
	InReplyTo int    `json:"in_reply_to,omitempty"`
}

// Error is an answer that says why there is none. Its code is one of Maelstrom's: below 1000 those that the protocol defines.
type Error struct {
	Code int    `json:"code"`
	Text string `json:"text"`
}

func (e *Error) Error() string { return fmt.Sprintf("error %d: %s", e.Code, e.Text) }

// The codes that the examples use. All but Crash and Timeout say that the operation certainly did not happen.
const (
	Timeout                = 0
	NotSupported           = 10
	TemporarilyUnavailable = 11
	Crash                  = 13
	KeyDoesNotExist        = 20
	PreconditionFailed     = 22
)

// ErrTimeout is the answer to a request that got none in time.
var ErrTimeout = &Error{Timeout, "no answer in time"}

// A Handler answers a request: with a value whose JSON becomes the body, to which the type "<request>_ok" is added; or with an error. It runs in a
// goroutine of its own.
type Handler func(src string, body json.RawMessage) (any, error)

// Node is this program in its cluster.
type Node struct {
	ID    string   // "n0"
	Peers []string // all nodes, this one too

	handlers map[string]Handler
	start    func() error

	mu   sync.Mutex
	next int
	open map[int]chan Message
}

// New returns a node. Once the cluster is known, start is called before the first request.
func New(start func() error) *Node {
	// Calls are numbered from anywhere: an answer to a call of a former life, which comes late, must not be taken for one of this life.
	return &Node{handlers: map[string]Handler{}, start: start, open: map[int]chan Message{}, next: rand.IntN(1<<30) << 20}
}

// Handle sets the handler of a type of request.
func (n *Node) Handle(kind string, h Handler) { n.handlers[kind] = h }

// Run serves until standard input ends.
func (n *Node) Run() error {
	in := bufio.NewReader(os.Stdin)
	for {
		line, err := in.ReadBytes('\n')
		if err != nil {
			return nil
		}
		var m Message
		var h Head
		if err := errors.Join(json.Unmarshal(line, &m), json.Unmarshal(m.Body, &h)); err != nil {
			return fmt.Errorf("%q: %w", line, err)
		}
		switch {
		case h.InReplyTo != 0:
			n.answered(h.InReplyTo, m)
		case h.Type == "init":
			if err := n.init(m); err != nil {
				return err
			}
		default:
			go n.serve(h, m)
		}
	}
}

func (n *Node) init(m Message) error {
	var b struct {
		NodeID  string   `json:"node_id"`
		NodeIDs []string `json:"node_ids"`
		MsgID   int      `json:"msg_id"`
	}
	if err := json.Unmarshal(m.Body, &b); err != nil {
		return err
	}
	n.ID, n.Peers = b.NodeID, b.NodeIDs
	if err := n.start(); err != nil {
		return err
	}
	n.send(m.Src, Head{Type: "init_ok", InReplyTo: b.MsgID}, nil)
	return nil
}

func (n *Node) serve(h Head, m Message) {
	handler := n.handlers[h.Type]
	if handler == nil {
		n.send(m.Src, Head{Type: "error", InReplyTo: h.MsgID}, &Error{NotSupported, "no requests of type " + h.Type})
		return
	}
	result, err := handler(m.Src, m.Body)
	var e *Error
	switch {
	case err == nil:
		n.send(m.Src, Head{Type: h.Type + "_ok", InReplyTo: h.MsgID}, result)
	case errors.As(err, &e):
		n.send(m.Src, Head{Type: "error", InReplyTo: h.MsgID}, e)
	default:
		n.send(m.Src, Head{Type: "error", InReplyTo: h.MsgID}, &Error{Crash, err.Error()})
	}
}

// Call sends a request and waits for the answer, which is read into result.
func (n *Node) Call(dest, kind string, body, result any, timeout time.Duration) error {
	c := make(chan Message, 1)
	n.mu.Lock()
	n.next++
	id := n.next
	n.open[id] = c
	n.mu.Unlock()
	n.send(dest, Head{Type: kind, MsgID: id}, body)
	t := time.NewTimer(timeout)
	defer t.Stop()
	select {
	case m := <-c:
		var e struct {
			Type string `json:"type"`
			Error
		}
		if err := json.Unmarshal(m.Body, &e); err != nil {
			return err
		}
		if e.Type == "error" {
			return &e.Error
		}
		return json.Unmarshal(m.Body, result)
	case <-t.C:
		n.mu.Lock()
		delete(n.open, id)
		n.mu.Unlock()
		return ErrTimeout
	}
}

func (n *Node) answered(id int, m Message) {
	n.mu.Lock()
	c := n.open[id]
	delete(n.open, id)
	n.mu.Unlock()
	if c != nil {
		c <- m
	}
}

// send writes a line: the fields of head, and those of body.
func (n *Node) send(dest string, head Head, body any) {
	h, err := json.Marshal(head)
	if err == nil && body != nil {
		var b []byte
		if b, err = json.Marshal(body); err == nil && !bytes.Equal(b, []byte("{}")) {
			h = append(append(h[:len(h)-1], ','), b[1:]...)
		}
	}
	if err != nil {
		panic(err)
	}
	line, err := json.Marshal(Message{Src: n.ID, Dest: dest, Body: h})
	if err != nil {
		panic(err)
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	os.Stdout.Write(append(line, '\n'))
}
