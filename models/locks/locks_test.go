package locks_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"simrun/models/locks"
	"simrun/sim"
	"simrun/sim/blocking"
)

// told runs code as a node and returns what it says.
func told(t *testing.T, code func(p *blocking.Proc, say func(string, ...any))) []string {
	t.Helper()
	var said []string
	s := sim.System{
		Name: "locks", Client: func(*sim.Client) {},
		Boot: blocking.Boot(func(p *blocking.Proc) {
			code(p, func(format string, args ...any) {
				said = append(said, fmt.Sprintf("%v ", time.Duration(p.Now()))+fmt.Sprintf(format, args...))
			})
		}),
		Workloads: []sim.WorkloadKind{{Name: "nothing", Rate: 1, Next: func(*sim.Turn) sim.Op { return sim.Op{F: "nothing"} }}},
	}
	if _, err := sim.Run(s, sim.Case{Nodes: 1, Clients: 1, Duration: sim.Duration(time.Second), Recovery: sim.Recovery{Skip: true}}); err != nil {
		t.Fatal(err)
	}
	return said
}

const ms = time.Millisecond

func newTable() *locks.Table[string, int] {
	return &locks.Table[string, int]{Older: func(a, b int) bool { return a < b }}
}

// An owner waits for younger ones, and dies where an older one has the lock. Who shares, shares.
func TestWaitDie(t *testing.T) {
	got := told(t, func(p *blocking.Proc, say func(string, ...any)) {
		table := newTable()
		lock := func(owner int, key string, mode locks.Mode, patience time.Duration) {
			p.Go(func(p *blocking.Proc) { say("%d %s %d", owner, key, table.Lock(p, owner, key, mode, patience)) })
			p.Sleep(ms)
		}
		lock(2, "x", locks.Shared, 50*ms)
		lock(3, "x", locks.Shared, 50*ms)
		lock(4, "x", locks.Exclusive, 50*ms) // dies
		lock(1, "x", locks.Exclusive, 50*ms) // waits for 2 and 3
		lock(3, "x", locks.Exclusive, 50*ms) // dies: 2 is older
		p.Sleep(5 * ms)
		table.Release(p, 2, []string{"x"})
		p.Sleep(ms)
		table.Release(p, 3, []string{"x"}) // 1 gets it
		p.Sleep(ms)
		lock(1, "x", locks.Shared, 50*ms) // has more
		lock(0, "x", locks.Shared, 5*ms)  // waits too long
		p.Sleep(10 * ms)
		lock(0, "x", locks.Shared, 50*ms)
		table.Release(p, 0, []string{"x"}) // no longer waits
	})
	want := []string{"0s 2 x 0", "1ms 3 x 0", "2ms 4 x 1", "4ms 3 x 1", "11ms 1 x 0", "12ms 1 x 0", "18ms 0 x 2", "25ms 0 x 3"}
	if !slices.Equal(got, want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
}

// Two that share a lock and both want it alone do not wait for each other, and a lock that was taken is held.
func TestUpgrades(t *testing.T) {
	got := told(t, func(p *blocking.Proc, say func(string, ...any)) {
		table := newTable()
		table.Take(1, "x", locks.Shared)
		table.Take(2, "x", locks.Shared)
		p.Go(func(p *blocking.Proc) { say("1 %d", table.Lock(p, 1, "x", locks.Exclusive, 50*ms)) })
		p.Sleep(ms)
		say("2 %d", table.Lock(p, 2, "x", locks.Exclusive, 50*ms))
		table.Release(p, 2, []string{"x"})
		p.Sleep(ms)
		say("%d %d", table.Holds(1, "x"), table.Holds(2, "x"))
	})
	if want := []string{"1ms 2 1", "1ms 1 0", "2ms 2 0"}; !slices.Equal(got, want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
}
