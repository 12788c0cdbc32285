package journal_test

import (
	"encoding/binary"
	"errors"
	"testing"
	"time"

	"simrun/models/journal"
	"simrun/models/wal"
	"simrun/sim"
	"simrun/sim/blocking"
	"simrun/sim/fault"
)

var files = wal.Options{Files: [2]string{"log", "log.copy"}, Magic: 0x316c6e6a}

// system is a node that counts in its log, and promises each number. lies is the defect of one that does not wait for its disk.
func system(nodes int, lies bool, read func(n uint64)) sim.System {
	return sim.System{
		Name: "journal", Client: func(*sim.Client) {},
		Boot: blocking.Boot(func(p *blocking.Proc) {
			n := uint64(0)
			log, ok := journal.Open(p, files, func() { n = 0 }, func(record []byte) error {
				if len(record) != 8 || binary.LittleEndian.Uint64(record) != n {
					return errors.New("another record")
				}
				n++
				return nil
			})
			if !ok {
				p.Fatal("the log makes no sense")
			}
			read(n)
			for {
				for range 3 { // of which two go along with the sync of the first
					record := binary.LittleEndian.AppendUint64(nil, n)
					n++
					log.Put(record)
					p.Go(func(p *blocking.Proc) { log.Promise(p, lies) })
				}
				p.Sleep(10 * time.Millisecond)
			}
		}),
		Workloads: []sim.WorkloadKind{{Name: "nothing", Rate: 1, Next: func(*sim.Turn) sim.Op { return sim.Op{F: "nothing"} }}},
		Monitors:  func(c *sim.Case) []sim.Monitor { return journal.Monitors(c.Nodes, files) },
	}
}

func run(t *testing.T, seed int, lies bool) (found map[string]bool, highest uint64) {
	t.Helper()
	plan, err := fault.ParsePlan("plan", "at 300ms crash all keeping any for 10ms\nat 400ms io-error n1 1/2 for 100ms\nat 450ms crash n1 for 10ms\nat 600ms disk-full n1 for 100ms\nat 800ms crash all at disk op 2 for 10ms")
	if err != nil {
		t.Fatal(err)
	}
	s := system(2, lies, func(n uint64) { highest = max(highest, n) })
	r, err := sim.Run(s, sim.Case{Nodes: 2, Clients: 1, Seed: sim.Seed(seed), Duration: sim.Duration(time.Second), Recovery: sim.Recovery{Skip: true}, Faults: plan})
	if err != nil {
		t.Fatal(err)
	}
	found = map[string]bool{}
	for _, v := range r.Violations {
		found[v.Check] = true
	}
	return found, highest
}

// What was promised is there after crashes and errors of the disk; and a node that does not wait for its disk is found out, at once and at its restart.
func TestPromises(t *testing.T) {
	lost := 0
	for seed := 1; seed <= 20; seed++ {
		if found, highest := run(t, seed, false); len(found) > 0 || highest < 50 {
			t.Errorf("seed %d: violations of %v, %d records at most", seed, found, highest)
		}
		found, _ := run(t, seed, true)
		if !found[journal.DurableNow] {
			t.Errorf("seed %d: a promise of what no disk holds goes unnoticed", seed)
		}
		if found["durability"] {
			lost++
		}
	}
	if lost == 0 {
		t.Error("no restart shows that a promise was broken")
	}
}
