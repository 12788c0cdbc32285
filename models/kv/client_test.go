package kv

import (
	"testing"
	"time"

	"simrun/history"
	"simrun/models/session"
	"simrun/sim"
)

const timeoutIsFailure sim.BugName = "timeout-is-failure"

// scripted is a server that answers every command with what its script says, and registers whoever asks.
type scripted struct {
	env     *sim.Env
	command func() (session.Result, bool) // false: no answer
	opened  int64
}

func (n *scripted) Receive(sim.NodeID, []byte) {}
func (n *scripted) Request(from sim.Caller, payload []byte) {
	kind, _, _ := session.Open(payload)
	if kind == session.Register {
		n.opened++
		n.env.Reply(from, session.Result{Status: session.Registered, Value: n.opened}.Append(nil))
		return
	}
	if r, ok := n.command(); ok {
		n.env.Reply(from, r.Append(nil))
	}
}

// What a client records for an answer: fail only if the command certainly had no effect, info if it may have had one.
func TestClientRecordsWhatIsCertain(t *testing.T) {
	always := func(s session.Status, v int64) func() (session.Result, bool) {
		return func() (session.Result, bool) { return session.Result{Status: s, Value: v}, true }
	}
	silence := func() (session.Result, bool) { return session.Result{}, false }
	// lostThen answers the first attempt with lost leadership and the others with not leader.
	lostThen := func() func() (session.Result, bool) {
		first := true
		return func() (session.Result, bool) {
			defer func() { first = false }()
			if first {
				return session.Result{Status: session.Lost}, true
			}
			return session.Result{Status: session.NotLeader}, true
		}
	}
	write := sim.Op{F: "write", Key: "x", Value: history.Int(7)}
	cas := sim.Op{F: "cas", Key: "x", Value: history.Ints(1, 7)}
	read := sim.Op{F: "read", Key: "x"}
	for _, c := range []struct {
		name    string
		op      sim.Op
		command func() (session.Result, bool)
		bug     sim.BugName
		want    history.Type
		value   history.Value
	}{
		{"write done", write, always(session.OK, 0), "", history.OK, history.Int(7)},
		{"read", read, always(session.OK, 5), "", history.OK, history.Int(5)},
		{"read of nothing", read, always(session.Absent, 0), "", history.OK, history.Null},
		{"cas found another value", cas, always(session.Mismatch, 5), "", history.Fail, history.Int(5)},
		{"cas found nothing", cas, always(session.Absent, 0), "", history.Fail, history.Null},
		{"no leader", write, always(session.NotLeader, 0), "", history.Fail, history.Null},
		{"write without an answer", write, silence, "", history.Info, history.Null},
		{"write without an answer", write, silence, timeoutIsFailure, history.Fail, history.Null},
		{"read without an answer", read, silence, "", history.Fail, history.Null},
		{"leadership lost, then no leader", write, lostThen(), "", history.Info, history.Null},
		{"session forgotten", write, always(session.NoSession, 0), "", history.Info, history.Null},
		{"an operation that there is not", sim.Op{F: "append", Key: "x", Value: history.Int(1)}, silence, "", history.Fail, history.Null},
	} {
		t.Run(c.name, func(t *testing.T) {
			system := sim.System{
				Name:      "scripted",
				Boot:      func(env *sim.Env) sim.Node { return &scripted{env: env, command: c.command} },
				Client:    func(c *sim.Client) { RunClient(c, Options{TimeoutIsFailure: c.Bug(timeoutIsFailure)}) },
				Bugs:      []sim.BugName{timeoutIsFailure},
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
