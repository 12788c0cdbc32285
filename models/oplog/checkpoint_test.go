package oplog_test

import (
	"testing"

	"simrun/models/wal"
)

// After a checkpoint the disk holds the state and the log after its base, and what comes later; before it is durable, what was there.
func TestCheckpoint(t *testing.T) {
	r, n := newNode(t)
	meta := make([]byte, 8)
	for i := range 5 {
		n.store.Append(1, 0, []byte{byte(i)})
	}
	n.store.Write(meta)
	r.Sync(1)
	n.store.Compact(3)
	n.store.Checkpoint(func() []byte { return meta }, func() []byte { return []byte("state") }, wal.Defects{})
	n.store.Append(2, 0, []byte("later"))
	n.store.Write(meta)
	if n.store.Stable() != 5 || !n.store.Checkpointing() {
		t.Errorf("stable up to %d while the checkpoint goes on", n.store.Stable())
	}
	r.Restart(1)
	n = r.Nodes[1].(*node)
	if n.store.Base() != 0 || n.store.Last() != 5 || n.loaded.State != nil {
		t.Errorf("after a crash before it was durable: base %d, last %d, state %q", n.store.Base(), n.store.Last(), n.loaded.State)
	}
	chain := n.store.Chain(5)
	n.store.Compact(3)
	n.store.Checkpoint(func() []byte { return meta }, func() []byte { return []byte("state") }, wal.Defects{})
	n.store.Append(2, 0, []byte("later"))
	n.store.Write(meta)
	r.Sync(1)
	n.store.Sync()
	r.Sync(1)
	r.Restart(1)
	n = r.Nodes[1].(*node)
	if n.store.Base() != 3 || n.store.Last() != 6 || n.store.Chain(5) != chain || string(n.loaded.State) != "state" {
		t.Errorf("after a restart: base %d, last %d, state %q", n.store.Base(), n.store.Last(), n.loaded.State)
	}
}

// A log that begins anew is durable with its checkpoint, and not before.
func TestRestartedLog(t *testing.T) {
	r, n := newNode(t)
	meta := make([]byte, 8)
	n.store.Append(1, 0, []byte("old"))
	n.store.Write(meta) // its sync is in flight
	n.store.Restart(9, 4, 77)
	n.store.Checkpoint(func() []byte { return meta }, func() []byte { return []byte("s") }, wal.Defects{})
	n.store.Append(4, 0, []byte("new"))
	n.store.Write(meta)
	r.SyncOne(1)
	r.SyncOne(1)
	if n.store.Stable() != 0 {
		t.Errorf("stable up to %d before the checkpoint is durable", n.store.Stable())
	}
	r.Sync(1)
	n.store.Sync()
	r.Sync(1)
	if n.store.Stable() != 10 {
		t.Errorf("stable up to %d, want 10", n.store.Stable())
	}
	r.Restart(1)
	if n = r.Nodes[1].(*node); n.store.Base() != 9 || n.store.Last() != 10 || n.store.Chain(9) != 77 {
		t.Errorf("after a restart: base %d, last %d", n.store.Base(), n.store.Last())
	}
}
