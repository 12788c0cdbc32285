package raft

import (
	"testing"
	"time"

	"simrun/history"
	"simrun/sim"
)

// scripted is a server that answers every command with what its script says, and registers whoever asks.
type scripted struct {
	env     *sim.Env
	command func() (result, bool) // false: no answer
	session int64
}

func (n *scripted) Receive(sim.NodeID, []byte)   {}
func (n *scripted) Timer(sim.TimerID)            {}
func (n *scripted) Synced(_ sim.SyncID, _ error) {}
func (n *scripted) Request(from sim.Caller, payload []byte) {
	kind, _, _ := openRequest(payload)
	if kind == requestRegister {
		n.session++
		n.env.Reply(from, result{statusRegistered, n.session}.append(nil))
		return
	}
	if r, ok := n.command(); ok {
		n.env.Reply(from, r.append(nil))
	}
}

// What a client records for an answer: fail only if the command certainly had no effect, info if it may have had one.
func TestClientRecordsWhatIsCertain(t *testing.T) {
	always := func(s status, v int64) func() (result, bool) {
		return func() (result, bool) { return result{s, v}, true }
	}
	silence := func() (result, bool) { return result{}, false }
	// lostThen answers the first attempt with lost leadership and the others with not leader.
	lostThen := func() func() (result, bool) {
		first := true
		return func() (result, bool) {
			defer func() { first = false }()
			if first {
				return result{status: statusLost}, true
			}
			return result{status: statusNotLeader}, true
		}
	}
	write := sim.Op{F: "write", Key: "x", Value: history.Int(7)}
	cas := sim.Op{F: "cas", Key: "x", Value: history.Ints(1, 7)}
	read := sim.Op{F: "read", Key: "x"}
	for _, c := range []struct {
		name    string
		op      sim.Op
		command func() (result, bool)
		bug     sim.BugName
		want    history.Type
		value   history.Value
	}{
		{"write done", write, always(statusOK, 0), "", history.OK, history.Int(7)},
		{"read", read, always(statusOK, 5), "", history.OK, history.Int(5)},
		{"read of nothing", read, always(statusAbsent, 0), "", history.OK, history.Null},
		{"cas found another value", cas, always(statusMismatch, 5), "", history.Fail, history.Int(5)},
		{"cas found nothing", cas, always(statusAbsent, 0), "", history.Fail, history.Null},
		{"no leader", write, always(statusNotLeader, 0), "", history.Fail, history.Null},
		{"write without an answer", write, silence, "", history.Info, history.Null},
		{"write without an answer", write, silence, bugTimeoutIsFailure, history.Fail, history.Null},
		{"read without an answer", read, silence, "", history.Fail, history.Null},
		{"leadership lost, then no leader", write, lostThen(), "", history.Info, history.Null},
		{"session forgotten", write, always(statusNoSession, 0), "", history.Info, history.Null},
		{"an operation that there is not", sim.Op{F: "append", Key: "x", Value: history.Int(1)}, silence, "", history.Fail, history.Null},
	} {
		t.Run(c.name, func(t *testing.T) {
			system := sim.System{
				Name:      "scripted",
				Boot:      func(env *sim.Env) sim.Node { return &scripted{env: env, command: c.command} },
				Client:    runClient,
				Bugs:      []sim.BugName{bugTimeoutIsFailure},
				Options:   []sim.OptionDecl{{Name: optionReads}},
				Workloads: []sim.WorkloadKind{{Name: "one", Rate: 1, Keys: 1, Next: func(*sim.Turn) sim.Op { return c.op }}},
			}
			run := sim.Case{
				Nodes: 1, Clients: 1, Workload: sim.Workload{Ops: 1}, Duration: sim.Duration(5 * time.Second),
				Recovery: sim.Recovery{Skip: true},
			}
			if c.bug != "" {
				run.Bugs = []sim.BugName{c.bug}
			}
			r, err := sim.Run(system, run)
			if err != nil {
				t.Fatal(err)
			}
			if len(r.History) != 2 {
				t.Fatalf("history %v, want one operation", r.History)
			}
			if got := r.History[1]; got.Type != c.want || got.Value != c.value {
				t.Errorf("recorded %v %v (%s), want %v %v", got.Type, got.Value, got.Error, c.want, c.value)
			}
		})
	}
}
