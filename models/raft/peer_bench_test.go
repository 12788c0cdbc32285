package raft

import (
	"io"
	"log"
	"testing"

	etcd "go.etcd.io/raft/v3"
	pb "go.etcd.io/raft/v3/raftpb"

	"simrun/sim/queue"
	"simrun/sim/rng"
)

// BenchmarkEtcdRaft is the peer to beat: five RawNodes of go.etcd.io/raft in a plain simulation loop on the
// same event queue, with messages of 1 to 10 ms, 100 proposals per virtual second, and
// nothing else: no digest, no client, no disk, no checks, and messages handed over by pointer. Its
// elections draw from the system's random source, so that the one that is needed is
// started by the loop.
func BenchmarkEtcdRaft(b *testing.B) {
	b.ReportAllocs()
	events := 0
	for i := range b.N {
		events += simulateEtcd(b, uint64(i+1))
	}
	b.ReportMetric(float64(events)/b.Elapsed().Seconds(), "events/s")
	b.ReportMetric(float64(b.N)*etcdSeconds/b.Elapsed().Seconds(), "virtual-s/s")
}

const (
	etcdNodes   = 5
	etcdSeconds = 10
	etcdTick    = 10_000_000 // ns
)

type etcdCluster struct {
	b        *testing.B
	nodes    []*etcd.RawNode // by id
	storage  []*etcd.MemoryStorage
	queue    queue.Queue
	messages []*pb.Message // by slot
	free     []uint32
	draws    rng.Family
	sent     uint64
	applied  int
}

// References in the queue: a message's slot, or one of these.
const (
	etcdTickRef    = 1 << 24
	etcdProposeRef = 1 << 25
)

func simulateEtcd(b *testing.B, seed uint64) (events int) {
	c := &etcdCluster{
		b: b, nodes: make([]*etcd.RawNode, etcdNodes+1), storage: make([]*etcd.MemoryStorage, etcdNodes+1),
		draws: rng.Decisions(seed, rng.Of("latency")),
	}
	voters := &pb.ConfState{}
	for id := uint64(1); id <= etcdNodes; id++ {
		voters.Voters = append(voters.Voters, id)
	}
	silent := &etcd.DefaultLogger{Logger: log.New(io.Discard, "", 0)}
	for id := uint64(1); id <= etcdNodes; id++ {
		c.storage[id] = etcd.NewMemoryStorage()
		index, term := uint64(1), uint64(1)
		snapshot := &pb.Snapshot{Metadata: &pb.SnapshotMetadata{Index: &index, Term: &term, ConfState: voters}}
		if err := c.storage[id].ApplySnapshot(snapshot); err != nil {
			b.Fatal(err)
		}
		n, err := etcd.NewRawNode(&etcd.Config{
			ID: id, ElectionTick: 30, HeartbeatTick: 5, Storage: c.storage[id], Applied: 1,
			MaxSizePerMsg: 1 << 16, MaxInflightMsgs: 256, CheckQuorum: true, PreVote: true, Logger: silent,
		})
		if err != nil {
			b.Fatal(err)
		}
		c.nodes[id] = n
		c.queue.Push(int64(id), queue.Ref(etcdTickRef+uint32(id)))
	}
	if err := c.nodes[1].Campaign(); err != nil {
		b.Fatal(err)
	}
	c.drain(1, 0)
	c.queue.Push(100_000_000, queue.Ref(etcdProposeRef))
	for {
		at, ref, ok := c.queue.Pop()
		if !ok || at > etcdSeconds*1_000_000_000 {
			break
		}
		events++
		c.execute(at, uint32(ref))
	}
	if c.applied < etcdNodes*90*(etcdSeconds-1) {
		b.Fatalf("only %d entries were applied", c.applied)
	}
	return events
}

func (c *etcdCluster) execute(at int64, ref uint32) {
	switch {
	case ref >= etcdProposeRef:
		if err := c.nodes[1].Propose(make([]byte, len(writeRequest(1, 1, "k1", 7)))); err != nil {
			c.b.Fatal(err)
		}
		c.queue.Push(at+10_000_000, queue.Ref(ref))
		c.drain(1, at)
	case ref >= etcdTickRef:
		id := ref - etcdTickRef
		c.nodes[id].Tick()
		c.queue.Push(at+etcdTick, queue.Ref(ref))
		c.drain(uint64(id), at)
	default:
		m := c.messages[ref]
		c.messages[ref] = nil
		c.free = append(c.free, ref)
		if err := c.nodes[m.GetTo()].Step(m); err != nil {
			c.b.Fatal(err)
		}
		c.drain(m.GetTo(), at)
	}
}

// drain does what a node wants done.
func (c *etcdCluster) drain(id uint64, at int64) {
	n := c.nodes[id]
	for n.HasReady() {
		rd := n.Ready()
		if rd.HardState != nil {
			if err := c.storage[id].SetHardState(rd.HardState); err != nil {
				c.b.Fatal(err)
			}
		}
		if err := c.storage[id].Append(rd.Entries); err != nil {
			c.b.Fatal(err)
		}
		for _, m := range rd.Messages {
			c.send(m, at)
		}
		c.applied += len(rd.CommittedEntries)
		n.Advance(rd)
	}
}

func (c *etcdCluster) send(m *pb.Message, at int64) {
	var slot uint32
	if n := len(c.free); n > 0 {
		slot, c.free = c.free[n-1], c.free[:n-1]
		c.messages[slot] = m
	} else {
		slot = uint32(len(c.messages))
		c.messages = append(c.messages, m)
	}
	c.sent++
	c.queue.Push(at+c.draws.Draw(m.GetFrom(), c.sent).Between(1_000_000, 10_000_000), queue.Ref(slot))
}
