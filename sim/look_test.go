package sim_test

import (
	"strings"
	"testing"
	"time"

	"simrun/sim"
)

// looker counts its looks, and takes down what it sees in each.
type looker struct {
	cluster sim.Cluster
	looks   int
	calm    []bool
	durable string
}

func (*looker) Name() string                               { return "looker" }
func (*looker) Observe(sim.Sighting, sim.Fact) *sim.Breach { return nil }
func (l *looker) Begin(c sim.Cluster)                      { l.cluster = c }
func (l *looker) Look(at sim.Sighting) *sim.Breach {
	l.looks++
	since, ok := l.cluster.CalmSince()
	l.calm = append(l.calm, ok && at.Time-since >= sim.Time(100*ms))
	l.durable = string(l.cluster.Durable(1, "a"))
	if l.looks == 50 {
		return sim.Breachf("fifty")
	}
	return nil
}

// ticking makes each node wake up each 10 ms, so that monitors can look.
func ticking(boot func(env *sim.Env)) script {
	return script{
		boot: func(env *sim.Env) {
			boot(env)
			env.SetTimer(0, 10*ms)
		},
		timer: func(env *sim.Env, _ sim.TimerID) { env.SetTimer(0, 10*ms) },
	}
}

// A look costs no event and does not change the digest. It sees when something is wrong, and what of a disk is durable.
func TestLook(t *testing.T) {
	code := ticking(func(env *sim.Env) {
		env.Append("a", []byte("durable"))
		env.Sync("a", 1)
		env.Append("a", []byte(", or not"))
	})
	code.sync = func(*sim.Env, sim.SyncID, error) {}
	s := code.system()
	c := sim.Case{Nodes: 2, Clients: 1, Duration: sim.Duration(2 * time.Second), Faults: plan("at 1s pause n2 for 200ms"), Recovery: sim.Recovery{Skip: true}}
	plain, err := sim.Run(s, c)
	if err != nil {
		t.Fatal(err)
	}
	l := &looker{}
	s.Monitors = func(*sim.Case) []sim.Monitor { return []sim.Monitor{l} }
	r, err := sim.Run(s, c)
	if err != nil {
		t.Fatal(err)
	}
	if r.Digest != plain.Digest || r.Events != plain.Events {
		t.Errorf("with looks %v after %d events, without %v after %d", r.Digest, r.Events, plain.Digest, plain.Events)
	}
	if l.looks != 40 || l.durable != "durable" {
		t.Errorf("%d looks, the last sees %q", l.looks, l.durable)
	}
	for i, want := range map[int]bool{1: false, 3: true, 19: true, 21: false, 25: false, 27: true} {
		if l.calm[i] != want {
			t.Errorf("at look %d, calm is %v", i, l.calm[i])
		}
	}
}

// What a monitor sees by itself is a violation like any other.
func TestLookFinds(t *testing.T) {
	code := ticking(func(*sim.Env) {})
	s := code.system()
	s.Monitors = func(*sim.Case) []sim.Monitor { return []sim.Monitor{&looker{}} }
	r, err := sim.Run(s, sim.Case{Nodes: 1, Clients: 1, Duration: sim.Duration(3 * time.Second), Recovery: sim.Recovery{Skip: true}})
	if err != nil {
		t.Fatal(err)
	}
	only(t, r, "looker", 0, "fifty")
}

// Messages that make more of themselves end the run, not the memory of the machine; many clients do not.
func TestStorm(t *testing.T) {
	s := script{
		boot: func(env *sim.Env) {
			if env.ID() == 1 {
				env.Send(2, nil)
			}
		},
		recv: func(env *sim.Env, from sim.NodeID, _ []byte) {
			env.Send(from, nil)
			env.Send(from, nil)
		},
	}
	sys := s.system()
	r, err := sim.Run(sys, sim.Case{Nodes: 2, Clients: 1})
	if err != nil {
		t.Fatal(err)
	}
	if v := r.Violations; len(v) != 1 || v[0].Check != "limits" || !strings.HasPrefix(v[0].Detail, "a storm: 4") || r.Events > 10_000 {
		t.Errorf("%d events, violations %v", r.Events, v)
	}
}
