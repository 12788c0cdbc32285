package oplog

import (
	"fmt"
	"testing"

	"simrun/models/invariant"
	"simrun/models/wal"
	"simrun/sim"
	"simrun/sim/fault"
	"simrun/sim/rng"
)

// writer is a node that changes its log at random, and keeps what it has promised.
type writer struct {
	env *sim.Env
	log Store
	n   uint64
}

var heldFiles = wal.Options{Files: [2]string{"log", "log.copy"}, Magic: 9}

func (w *writer) Receive(sim.NodeID, []byte)     {}
func (w *writer) Request(c sim.Caller, _ []byte) { w.env.Reply(c, nil) }
func (w *writer) Synced(id sim.SyncID, err error) {
	w.log.Synced(id, err)
	w.log.Sync()
}
func (w *writer) Timer(sim.TimerID) {
	w.env.SetTimer(0, 3_000_000)
	if w.log.Checkpointing() {
		return
	}
	w.n++
	v := w.env.Rand(rng.Of("change"), uint64(w.env.Boots())<<32|w.n)
	switch last := w.log.Last(); {
	case v.N(8) == 0 && last > w.log.Base()+2:
		w.log.Truncate(last - 1)
	case v.N(40) == 0 && last > w.log.Base()+5 && !w.log.Dirty():
		w.log.Compact(last - 3)
		w.log.Checkpoint(func() []byte { return []byte{byte(w.n)} }, func() []byte { return []byte("state") }, wal.Defects{})
		return
	default:
		w.log.Append(Epoch(1+w.n/10), 1, []byte("data"))
	}
	w.log.ChangeMeta()
	w.log.Write([]byte{byte(w.n)})
}

// compare is a monitor that compares what is held with what a recovery of the durable files finds, now and then.
type compare struct {
	held     *Held
	cluster  sim.Cluster
	compared int
	last     Index
}

func (*compare) Name() string                               { return "held" }
func (*compare) Observe(sim.Sighting, sim.Fact) *sim.Breach { return nil }
func (c *compare) Begin(cluster sim.Cluster)                { c.cluster = cluster }
func (c *compare) Look(sim.Sighting) *sim.Breach {
	found := NewStore(nil, heldFiles, 1, func() {})
	copies := [][]byte{c.cluster.Durable(1, "log"), c.cluster.Durable(1, "log.copy")}
	meta := []byte{0}
	if _, err := found.Disk.Recover(copies, func(head, body []byte) error {
		copy(meta, head[:1])
		return found.replay(Index(head[1])|Index(head[2])<<8|Index(head[8])<<56, body)
	}); err != nil {
		return sim.Breachf("%v", err)
	}
	if !c.held.Look(c.cluster, 1) {
		return sim.Breachf("it can't be read")
	}
	c.compared++
	c.last = max(c.last, c.held.Last())
	if c.held.Last() != found.Last() || c.held.Meta[0] != meta[0] {
		return sim.Breachf("it ends at %d, and a recovery at %d", c.held.Last(), found.Last())
	}
	for i := found.Base() + 1; i <= found.Last(); i++ {
		if e, there := c.held.Epoch(i); e != found.Epoch(i) || there != invariant.There {
			return sim.Breachf("entry %d: epoch %d, %v, want %d", i, e, there, found.Epoch(i))
		}
	}
	if _, there := c.held.Epoch(found.Last() + 1); there != invariant.Missing {
		return sim.Breachf("it has entry %d", found.Last()+1)
	}
	return nil
}

// What is read step by step from a disk, while it is written, synced, compacted and torn by crashes, is what a recovery would find each time.
func TestHeldIsWhatARecoveryFinds(t *testing.T) {
	for seed := range sim.Seed(8) {
		c := &compare{held: NewHeld(heldFiles, 1)}
		s := sim.System{
			Name: "writer", Client: func(*sim.Client) {},
			Workloads: []sim.WorkloadKind{{Name: "none", Next: func(*sim.Turn) sim.Op { return sim.Op{} }}},
			Boot: func(env *sim.Env) sim.Node {
				w := &writer{env: env, log: NewStore(env, heldFiles, 1, func() {})}
				copies, err := w.log.Disk.Copies()
				if err == nil {
					_, err = w.log.Load(copies)
				}
				if err != nil {
					env.Fatal(err.Error())
				}
				env.SetTimer(0, 3_000_000)
				return w
			},
			Monitors: func(*sim.Case) []sim.Monitor { return []sim.Monitor{c} },
		}
		plan, err := fault.ParsePlan("plan", "at 500ms crash n1 keeping torn for 10ms\nat 1.2s crash n1 keeping any for 10ms\nat 1.9s crash n1 for 10ms\nat 2.5s crash n1 keeping torn for 10ms\n")
		if err != nil {
			t.Fatal(err)
		}
		r, err := sim.Run(s, sim.Case{Seed: seed, Nodes: 1, Clients: 1, Duration: 4_000_000_000, Faults: plan, Recovery: sim.Recovery{Skip: true}})
		if err != nil {
			t.Fatal(err)
		}
		if len(r.Violations) > 0 || c.compared < 50 || c.last < 100 {
			t.Errorf("seed %d: %d comparisons up to entry %d, violations %v", seed, c.compared, c.last, fmt.Sprint(r.Violations))
		}
	}
}
