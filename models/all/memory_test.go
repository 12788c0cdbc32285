package all

import (
	"os"
	"runtime"
	"runtime/debug"
	"testing"
	"time"

	"simrun/check"
	"simrun/internal/soak"
	"simrun/models"
	"simrun/sim"
	"simrun/trial"
)

// Each of thousands of runs leaves a few megabytes behind, and nothing of them is needed any more: a collector that comes less often halves the time.
func TestMain(m *testing.M) {
	debug.SetGCPercent(1000)
	debug.SetMemoryLimit(2 << 30)
	os.Exit(m.Run())
}

// Two thousand clients for a second or, in soak, ten thousand for the longest time that a case can have, take at most 4 GiB with
// the history, its check and a trace: the trace is bounded, and the history by the number of operations that a case has.
func TestMemoryOfManyClients(t *testing.T) {
	defer debug.SetGCPercent(debug.SetGCPercent(100))
	m := raftModel(t)
	system := m.System()
	clients := soak.N(2_000, 10_000)
	c, err := system.Complete(sim.Case{Model: m.Name, Seed: 1, Clients: clients, Duration: sim.Duration(time.Duration(soak.N(1, 24*60*60)) * time.Second)})
	if err != nil {
		t.Fatal(err)
	}
	run, err := trial.Simulate(m, c, true, nil, check.Options{})
	if err != nil {
		t.Fatal(err)
	}
	var memory runtime.MemStats
	runtime.ReadMemStats(&memory)
	t.Logf("%d operations, %d events, %d MiB", trial.CountOps(run.History).Total(), run.Events, memory.Sys>>20)
	if n := trial.CountOps(run.History).Total(); n < clients {
		t.Errorf("%d operations by %d clients", n, clients)
	}
	if memory.Sys > 4<<30 {
		t.Errorf("%d MiB, more than 4 GiB", memory.Sys>>20)
	}
}

func raftModel(t *testing.T) models.Model {
	for _, m := range Models() {
		if m.Name == "raft" {
			return m
		}
	}
	t.Fatal("there is no raft")
	panic("unreachable")
}
