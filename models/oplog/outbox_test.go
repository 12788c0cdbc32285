package oplog_test

import (
	"fmt"
	"slices"
	"testing"

	"simrun/models/modeltest"
	"simrun/models/oplog"
	"simrun/models/wal"
	"simrun/sim"
)

// sender writes down what leaves.
type sender []string

func (s *sender) Send(to sim.NodeID, payload []byte) {
	*s = append(*s, fmt.Sprintf("%s to %v", payload, to))
}
func (s *sender) Report(f sim.Fact) { *s = append(*s, f.String()) }

// node has a store and an outbox, and does what a test says.
type node struct {
	store  oplog.Store
	loaded oplog.Loaded
	out    oplog.Outbox
}

func (n *node) Receive(sim.NodeID, []byte)      {}
func (n *node) Request(sim.Caller, []byte)      {}
func (n *node) Synced(id sim.SyncID, err error) { n.store.Synced(id, err) }

func newNode(t *testing.T) (*modeltest.Rig, *node) {
	r := modeltest.New(t, 1, func(env *modeltest.Env) sim.Node {
		n := &node{store: oplog.NewStore(env, wal.Options{Files: [2]string{"a", "b"}, Magic: 1}, 8, func() {})}
		copies, _ := n.store.Disk.Copies()
		var err error
		if n.loaded, err = n.store.Load(copies); err != nil {
			t.Fatal(err)
		}
		return n
	}, nil)
	return r, r.Nodes[1].(*node)
}

// A message leaves when what it promises is durable, and not before.
func TestHeldUntilDurable(t *testing.T) {
	r, n := newNode(t)
	var got sender
	n.store.ChangeMeta()
	n.store.Append(1, 0, []byte("x"))
	n.store.Write(make([]byte, 8))
	n.out.HoldAck(append(n.out.Room(), "ack"...), 2, 1, 1)
	n.out.Release(&got, &n.store)
	if len(got) > 0 {
		t.Fatalf("%q left before the sync", got)
	}
	r.Sync(1)
	n.out.Release(&got, &n.store)
	if want := []string{"ack to n2", "in epoch 1", "acknowledged 1"}; !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}

// An acknowledgement that waits while a newer epoch truncates the log never leaves: it would promise what is gone.
func TestOldAcknowledgementIsDropped(t *testing.T) {
	r, n := newNode(t)
	var got sender
	n.store.Append(1, 0, []byte("x"))
	n.store.Write(make([]byte, 8))
	n.out.HoldAck(append(n.out.Room(), "old"...), 2, 1, 1)
	n.out.Release(&got, &n.store)

	n.store.Truncate(1)
	n.store.Write(make([]byte, 8))
	n.out.HoldAck(append(n.out.Room(), "new"...), 3, 2, 0)
	n.out.Release(&got, &n.store)
	for range 2 {
		r.Sync(1)
		n.store.Sync()
		n.out.Release(&got, &n.store)
	}
	if want := []string{"new to n3", "in epoch 2", "acknowledged 0"}; !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}
