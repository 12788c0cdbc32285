package sim_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"simrun/sim"
	"simrun/sim/disk"
)

// writer appends a byte every 10 ms at n1, and syncs it; at boot it notes what the disk holds.
func writer(t *testing.T, lines ...string) (boots []int, done []time.Duration, errs []error, r *sim.Result) {
	s := script{
		boot: func(env *sim.Env) {
			if env.ID() != 1 {
				return
			}
			data, err := env.Read("f")
			if err != nil {
				errs = append(errs, err)
			}
			boots = append(boots, len(data))
			env.SetTimer(0, 10*ms)
		},
		timer: func(env *sim.Env, _ sim.TimerID) {
			if err := env.Append("f", []byte{1}); err != nil {
				errs = append(errs, err)
			} else {
				env.Sync("f", 1)
			}
			env.SetTimer(0, 10*ms)
		},
		sync: func(env *sim.Env, _ sim.SyncID, err error) {
			if err != nil {
				errs = append(errs, err)
			}
			done = append(done, time.Duration(env.Now()))
		},
	}
	c := sim.Case{Faults: plan(lines...)}
	c.Disk.Sync = sim.Latency{Dist: sim.Constant, Min: sim.Duration(2 * ms)}
	r = s.play(t, c)
	return boots, done, errs, r
}

func TestDiskFaults(t *testing.T) {
	// At 101 ms the tenth byte is written and not synced.
	for _, tc := range []struct {
		line string
		want int // bytes at the second boot
	}{
		{"at 101ms crash n1 for 50ms", 9},
		{"at 103ms crash n1 for 50ms", 10},
		{"at 101ms crash n1 keeping all for 50ms", 10},
		{"at 101ms crash n1 wiping disk for 50ms", 0},
		{"at 95ms crash n1 at disk op 1 for 50ms", 9},
		{"at 95ms crash n1 at disk op 2 for 50ms", 9},
		{"at 95ms crash n1 at disk op 2 keeping all for 50ms", 10},
	} {
		boots, _, errs, r := writer(t, tc.line)
		if len(boots) != 2 || boots[1] != tc.want || len(errs) > 0 || len(r.Violations) > 0 {
			t.Errorf("%s: the disk held %v bytes at boot, want %d; errors %v, %v", tc.line, boots, tc.want, errs, r.Violations)
		}
	}
	if _, done, _, _ := writer(t); done[0] != 12*ms {
		t.Errorf("the first sync completed at %v, want 12ms", done[0])
	}
	if _, done, _, _ := writer(t, "at 0s slow-sync n1 by 3ms for 500ms"); done[0] != 15*ms {
		t.Errorf("slow: the first sync completed at %v, want 15ms", done[0])
	}
	if _, done, _, _ := writer(t, "at 5ms stall-sync n1 for 100ms"); done[0] != 105*ms || done[8] != 105*ms || done[9] != 105*ms || done[10] != 112*ms {
		t.Errorf("stalled: syncs completed at %v", done[:12])
	}
	if _, _, errs, _ := writer(t, "at 95ms disk-full n1 for 50ms"); len(errs) != 5 || !errors.Is(errs[0], disk.ErrFull) {
		t.Errorf("full: errors %v, want 5 times %v", errs, disk.ErrFull)
	}
	if _, _, errs, _ := writer(t, "at 95ms io-error n1 1/1 for 50ms"); len(errs) != 5 || !errors.Is(errs[0], disk.ErrIO) {
		t.Errorf("io-error: errors %v, want 5 times %v", errs, disk.ErrIO)
	}
}

// A sync of an earlier life completes for nobody.
func TestSyncOfAnEarlierLife(t *testing.T) {
	var done []string
	s := script{
		boot: func(env *sim.Env) {
			if env.ID() == 1 {
				env.Append("f", []byte{1})
				env.Sync("f", sim.SyncID(env.Boots()))
			}
		},
		sync: func(env *sim.Env, id sim.SyncID, _ error) {
			done = append(done, fmt.Sprintf("%d at %v", id, env.Now()))
		},
	}
	c := sim.Case{Faults: plan("at 5ms crash n1 for 2ms")}
	c.Disk.Sync = sim.Latency{Dist: sim.Constant, Min: sim.Duration(20 * ms)}
	r := s.play(t, c)
	if len(done) != 1 || done[0] != "2 at 27ms" || len(r.Violations) > 0 {
		t.Errorf("completed %v, violations %v", done, r.Violations)
	}
}

func TestRotIsSeen(t *testing.T) {
	damaged := false
	s := script{
		boot: func(env *sim.Env) {
			if env.ID() == 1 {
				env.Append("f", make([]byte, 100))
				env.Sync("f", 1)
				env.SetTimer(0, 500*ms)
			}
		},
		timer: func(env *sim.Env, _ sim.TimerID) {
			data, _ := env.Read("f")
			for _, b := range data {
				damaged = damaged || b != 0
			}
		},
	}
	s.play(t, sim.Case{})
	if damaged {
		t.Error("damage without a fault")
	}
	s.play(t, sim.Case{Faults: plan("at 200ms rot n1 in f sector 1")})
	if !damaged {
		t.Error("the rot left no damage")
	}
}

// A crash that waits for a disk operation lasts from the crash, and the disk of a node that is down can be
// replaced.
func TestCrashesThatWaitAndWipe(t *testing.T) {
	bootTimes := func(lines ...string) (times []time.Duration, held []int) {
		boots, _, _, r := writer(t, lines...)
		for _, rec := range r.Trace.Records {
			if rec.Kind == sim.Boot && rec.Node == 1 {
				times = append(times, time.Duration(rec.Time))
			}
		}
		return times, boots
	}
	if times, _ := bootTimes("at 95ms crash n1 at disk op 2 for 50ms"); len(times) != 2 || times[1] != 150*ms {
		t.Errorf("booted at %v, want 50ms after the operation at 100ms", times)
	}
	if times, _ := bootTimes("at 95ms crash n1 at disk op 3 for 50ms"); len(times) != 1 {
		t.Errorf("booted at %v, though no handler has three operations", times)
	}
	times, held := bootTimes("at 95ms crash n1 for 50ms", "at 110ms crash n1 wiping disk for 10ms")
	if len(times) != 2 || times[1] != 145*ms || held[1] != 0 {
		t.Errorf("booted at %v with %v bytes, want none at 145ms", times, held)
	}
}
