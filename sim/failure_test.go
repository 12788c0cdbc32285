package sim_test

import (
	"errors"
	"slices"
	"testing"

	"simrun/sim"
	"simrun/sim/disk"
)

// A failure of one call hits that call, and the fault counts as fired if there was such a call.
func TestFailuresOfOneCall(t *testing.T) {
	for _, tc := range []struct {
		line  string
		boots []int // bytes at each boot
		want  []error
		fired bool
	}{
		// The tenth byte is written at 100 ms, the eleventh at 110 ms; each is synced 2 ms later.
		{"at 95ms io-error n1 2nd write", []int{0}, []error{disk.ErrIO}, true},
		{"at 95ms io-error n1 2nd write in f", []int{0}, []error{disk.ErrIO}, true},
		{"at 95ms io-error n1 2nd write in g", []int{0}, nil, false},
		{"at 95ms io-error n1 3rd", []int{0}, []error{disk.ErrIO}, true}, // write, sync, write
		{"at 95ms io-error n1 1st sync", []int{0}, []error{disk.ErrIO}, true},
		{"at 95ms io-error n1 1st rename", []int{0}, nil, false},
		{"at 95ms io-error n1 9th write for 50ms", []int{0}, nil, false}, // five come until then
		{"at 95ms io-error n2 1/1", []int{0}, nil, false},                // which does nothing
		{"at 95ms short-io n1 1/1", []int{0}, nil, false},                // a byte can't be a part
	} {
		boots, _, errs, r := writer(t, tc.line)
		if !slices.Equal(boots, tc.boots) || !slices.Equal(errs, tc.want) || (len(r.Unfired) == 0) != tc.fired {
			t.Errorf("%s: the disk held %v bytes at boot, errors %v, fired %v; want %v, %v, %v", tc.line, boots, errs, len(r.Unfired) == 0, tc.boots, tc.want, tc.fired)
		}
	}
}

// talker writes ten bytes at n1 every 10 ms from 10 ms on, and reads the file at 95 ms and when it boots.
func talker(t *testing.T, lines ...string) (sizes []int, errs []error, r *sim.Result) {
	read := func(env *sim.Env) {
		data, err := env.Read("f")
		sizes, errs = append(sizes, len(data)), append(errs, err)
	}
	s := script{
		boot: func(env *sim.Env) {
			if env.ID() == 1 {
				if env.Boots() > 1 {
					read(env)
				}
				env.SetTimer(0, 10*ms)
				env.SetTimer(1, 95*ms)
			}
		},
		timer: func(env *sim.Env, timer sim.TimerID) {
			if timer == 1 {
				read(env)
				return
			}
			if err := env.Append("f", make([]byte, 10)); err != nil {
				errs = append(errs, err)
			}
			env.Sync("f", 1)
			env.SetTimer(0, 10*ms)
		},
		sync: func(*sim.Env, sim.SyncID, error) {},
	}
	c := sim.Case{Faults: plan(lines...)}
	c.Disk.Sync = sim.Latency{Dist: sim.Constant, Min: sim.Duration(1 * ms)}
	return sizes, errs, s.play(t, c)
}

func TestShortReadsAndWrites(t *testing.T) {
	for _, tc := range []struct {
		line string
		size func(int) bool // at 95 ms, after nine writes
	}{
		{"at 55ms short-io n1 1st write", func(n int) bool { return 80 < n && n < 90 }},
		{"at 55ms short-io n1 1st read", func(n int) bool { return 0 < n && n < 90 }},
		{"at 5ms short-io n1 1/1 write for 80ms", func(n int) bool { return 10 < n && n < 90 }},
	} {
		sizes, errs, r := talker(t, tc.line)
		var short disk.ShortError
		if len(sizes) != 1 || !tc.size(sizes[0]) || !errors.As(errs[0], &short) || short.Did < 1 || short.Did >= short.Asked || len(r.Unfired) > 0 {
			t.Errorf("%s: read %v bytes, errors %v, unfired %v", tc.line, sizes, errs, r.Unfired)
		}
	}
}

func TestFilesThatAreCutOrLost(t *testing.T) {
	for _, tc := range []struct {
		line  string
		size  int // at 95 ms
		fired bool
	}{
		{"at 75ms cut-file n1 in f to 5", 5 + 20, true},
		{"at 75ms lose-file n1 in f", 20, true}, // what is appended makes a new file
		{"at 75ms lose-file n1", 20, true},
		{"at 75ms lose-file n1 in g", 90, false},
		{"at 75ms cut-file n1 to 1000", 90, false},
		{"at 5ms cut-file n1", 90, false}, // nothing is stored yet
	} {
		sizes, _, r := talker(t, tc.line, "at 97ms crash n1 for 50ms")
		want := []int{tc.size, tc.size}
		if !slices.Equal(sizes[:2], want) || slices.Contains(r.Unfired, plan(tc.line)[0]) == tc.fired {
			t.Errorf("%s: read %v bytes, want %v; unfired %v", tc.line, sizes, want, r.Unfired)
		}
	}
}

// A sync of the data alone leaves a new file without a name, one of the name alone leaves it empty.
func TestSyncsOfAPart(t *testing.T) {
	for _, tc := range []struct {
		sync   func(*sim.Env)
		exists bool
		size   int
	}{
		{func(env *sim.Env) { env.Sync("f", 1) }, true, 10},
		{func(env *sim.Env) { env.SyncData("f", 1) }, false, 0},
		{func(env *sim.Env) { env.SyncName("f", 1) }, true, 0},
		{func(env *sim.Env) { env.SyncName("f", 1); env.SyncData("f", 2) }, true, 10},
		{func(*sim.Env) {}, false, 0},
	} {
		exists, size := false, 0
		s := script{
			boot: func(env *sim.Env) {
				if env.ID() != 1 {
					return
				}
				if env.Boots() == 1 {
					env.Append("f", make([]byte, 10))
					tc.sync(env)
				} else {
					size, exists = env.Size("f")
				}
			},
			sync: func(*sim.Env, sim.SyncID, error) {},
		}
		s.play(t, sim.Case{Faults: plan("at 50ms crash n1 for 10ms")})
		if exists != tc.exists || size != tc.size {
			t.Errorf("after a crash the file exists: %v, with %d bytes; want %v, %d", exists, size, tc.exists, tc.size)
		}
	}
}
