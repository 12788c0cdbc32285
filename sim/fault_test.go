package sim_test

import (
	"encoding/binary"
	"fmt"
	"testing"
	"time"

	"simrun/sim"
)

// stream is n1 sending n2 a number every millisecond; got says when each arrived.
func stream(t testing.TB, c sim.Case) (got map[int][]time.Duration, order []int, r *sim.Result) {
	got = map[int][]time.Duration{}
	n := 0
	s := script{
		boot: func(env *sim.Env) {
			if env.ID() == 1 {
				env.SetTimer(0, time.Millisecond)
			}
		},
		timer: func(env *sim.Env, _ sim.TimerID) {
			n++
			env.Send(2, append(binary.LittleEndian.AppendUint64(nil, uint64(n)), make([]byte, 92)...))
			env.SetTimer(0, time.Millisecond)
		},
		recv: func(env *sim.Env, _ sim.NodeID, p []byte) {
			i := int(binary.LittleEndian.Uint64(p))
			got[i] = append(got[i], time.Duration(env.Now()))
			order = append(order, i)
		},
	}
	r = s.play(t, c)
	return got, order, r
}

// between counts the numbers in [lo, hi] that did not arrive.
func missing(got map[int][]time.Duration, lo, hi int) int {
	n := 0
	for i := lo; i <= hi; i++ {
		if len(got[i]) == 0 {
			n++
		}
	}
	return n
}

func TestStreamWithoutFaults(t *testing.T) {
	got, order, _ := stream(t, sim.Case{})
	if missing(got, 1, 990) != 0 || len(order) > 1000 {
		t.Fatalf("%d missing, %d arrived", missing(got, 1, 990), len(order))
	}
	for i, at := range got {
		if len(at) != 1 || at[0] != time.Duration(i)*ms+5*ms {
			t.Fatalf("number %d arrived at %v", i, at)
		}
	}
}

func TestLinkFaults(t *testing.T) {
	for _, tc := range []struct {
		plan  string
		check func(got map[int][]time.Duration, order []int) error
	}{
		{"at 100.5ms cut n1 > n2 for 200ms", gap(101, 300)},
		{"at 100.5ms cut n2 > n1 for 200ms", gap(0, -1)},
		{"at 100.5ms cut n1 <> n2 dropping in-flight for 200ms", gap(96, 300)},
		{"at 100.5ms partition n1 | n2 for 200ms", gap(101, 300)},
		{"at 100.5ms isolate n2 for 200ms", gap(101, 300)},
		{"at 100.5ms isolate n2", gap(101, 994)},
		{"at 100.5ms pause n2 for 200ms", func(got map[int][]time.Duration, _ []int) error {
			// What arrived during the pause is handled in order at its end.
			for i := 96; i <= 295; i++ {
				if got[i][0] != 300*ms+ms/2 {
					return fmt.Errorf("number %d handled at %v", i, got[i])
				}
			}
			return nil
		}},
		{"at 100.5ms pause n1 for 200ms", func(got map[int][]time.Duration, order []int) error {
			if n := len(order); n < 790 || n > 800 {
				return fmt.Errorf("%d arrived", n) // the timer fires once when it goes on
			}
			return nil
		}},
		{"at 100.5ms clog for 200ms", func(got map[int][]time.Duration, order []int) error {
			if at := got[101][0]; at != 305*ms+ms/2 || missing(got, 1, 990) > 0 {
				return fmt.Errorf("number 101 arrived at %v, %d missing", at, missing(got, 1, 990))
			}
			return nil
		}},
		{"at 100.5ms latency constant 50ms on n1 > n2 for 200ms", func(got map[int][]time.Duration, _ []int) error {
			if got[101][0] != 151*ms || got[301][0] != 306*ms {
				return fmt.Errorf("number 101 arrived at %v and number 301 at %v", got[101], got[301])
			}
			return nil
		}},
		{"at 100.5ms loss 1/4 for 800ms", func(got map[int][]time.Duration, _ []int) error {
			if n := missing(got, 101, 900); n < 160 || n > 240 || missing(got, 1, 100) > 0 {
				return fmt.Errorf("%d of 800 missing", n)
			}
			return nil
		}},
		{"at 100.5ms duplicate 1/4 for 800ms", func(got map[int][]time.Duration, order []int) error {
			twice := 0
			for i := 101; i <= 900; i++ {
				if len(got[i]) == 2 {
					twice++
					if got[i][0] >= got[i][1] {
						return fmt.Errorf("the copy of number %d came first: %v", i, got[i])
					}
				}
			}
			if twice < 160 || twice > 240 {
				return fmt.Errorf("%d of 800 came twice", twice)
			}
			return nil
		}},
		{"at 100.5ms reorder 1/4 by 10ms for 800ms", func(got map[int][]time.Duration, order []int) error {
			swapped := 0
			for i := 1; i < len(order); i++ {
				if order[i] < order[i-1] {
					swapped++
				}
				if d := got[i][0] - time.Duration(i)*ms; d > 15*ms {
					return fmt.Errorf("number %d took %v", i, d)
				}
			}
			if swapped < 50 {
				return fmt.Errorf("only %d swapped", swapped)
			}
			return nil
		}},
		{"at 100.5ms bandwidth 50kB/s queue 10 for 800ms", func(got map[int][]time.Duration, order []int) error {
			// 100 bytes take 2 ms, and one comes each ms: the queue fills up, and half is lost.
			if n := missing(got, 201, 800); n < 290 || n > 310 {
				return fmt.Errorf("%d of 600 missing", n)
			}
			for i, at := range got {
				if d := at[0] - time.Duration(i)*ms; d > 5*ms+11*2*ms {
					return fmt.Errorf("number %d took %v", i, d)
				}
			}
			return nil
		}},
		{"at 100.5ms crash n2 for 200ms", gap(96, 295)},
		{"at 100.5ms slow n2 by 300µs for 200ms", func(got map[int][]time.Duration, order []int) error {
			if got[101][0] != 106*ms+300*time.Microsecond {
				return fmt.Errorf("number 101 was handled at %v", got[101])
			}
			return nil
		}},
	} {
		got, order, r := stream(t, sim.Case{Faults: plan(tc.plan)})
		if err := tc.check(got, order); err != nil {
			t.Errorf("%s: %v", tc.plan, err)
		}
		if len(r.Violations) > 0 {
			t.Errorf("%s: %v", tc.plan, r.Violations)
		}
	}
}

// gap wants exactly the numbers lo to hi to be missing.
func gap(lo, hi int) func(map[int][]time.Duration, []int) error {
	return func(got map[int][]time.Duration, _ []int) error {
		for i := 1; i <= 990; i++ {
			if want := i < lo || i > hi; (len(got[i]) == 1) != want {
				return fmt.Errorf("number %d arrived at %v, want gap from %d to %d", i, got[i], lo, hi)
			}
		}
		return nil
	}
}

// Overlapping partitions compose: the link works again when the last ends.
func TestOverlappingCuts(t *testing.T) {
	got, _, _ := stream(t, sim.Case{Faults: plan("at 100.5ms cut n1 > n2 for 100ms", "at 150.5ms isolate n1 for 100ms", "at 160.5ms crash n2 for 40ms")})
	if err := gap(96, 250)(got, nil); err == nil {
		t.Error("a message that arrived before the crash is missing")
	}
	if err := gap(101, 250)(got, nil); err != nil {
		t.Error(err)
	}
	got, _, _ = stream(t, sim.Case{Faults: plan("at 100.5ms cut n1 > n2", "at 150.5ms isolate n1", "at 200.5ms heal")})
	if err := gap(101, 200)(got, nil); err != nil {
		t.Error(err)
	}
	got, _, _ = stream(t, sim.Case{Faults: plan("at 100.5ms clog", "at 200.5ms heal")})
	if got[101][0] != 205*ms+ms/2 || got[201][0] != 206*ms {
		t.Errorf("healed clog: number 101 arrived at %v, number 201 at %v", got[101], got[201])
	}
}

// Two crashes hold a node down until the later ends; a restart voids both.
func TestOverlappingCrashes(t *testing.T) {
	for _, tc := range []struct {
		plan   []string
		lo, hi int
	}{
		{[]string{"at 100.5ms crash n2 for 100ms", "at 150.5ms crash n2 for 100ms"}, 96, 245},
		{[]string{"at 100.5ms crash n2 for 200ms", "at 150.5ms crash n2 for 50ms"}, 96, 295},
		{[]string{"at 100.5ms crash n2 for 200ms", "at 150.5ms restart n2"}, 96, 145},
		{[]string{"at 100.5ms crash n2 for 100ms", "at 150.5ms restart n2", "at 180.5ms crash n2 for 100ms"}, 0, 0},
	} {
		got, _, _ := stream(t, sim.Case{Faults: plan(tc.plan...)})
		if tc.hi == 0 {
			if n := missing(got, 96, 145) + missing(got, 176, 275); n != 150 || missing(got, 146, 175) > 0 {
				t.Errorf("%v: %d missing", tc.plan, n)
			}
			continue
		}
		if err := gap(tc.lo, tc.hi)(got, nil); err != nil {
			t.Errorf("%v: %v", tc.plan, err)
		}
	}
}

// A pause belongs to one life of a node, and an explicit resume voids it: its end does not cut short
// another pause that began later.
func TestPausesDoNotCutEachOtherShort(t *testing.T) {
	for _, end := range []string{"at 20.5ms crash n2 for 10ms", "at 20.5ms resume n2"} {
		got, _, _ := stream(t, sim.Case{Faults: plan("at 10.5ms pause n2 for 100ms", end, "at 50.5ms pause n2 for 200ms")})
		if at := got[100]; len(at) != 1 || at[0] != 250*ms+ms/2 {
			t.Errorf("%s: number 100 was handled at %v, want at the end of the second pause", end, at)
		}
	}
	got, _, _ := stream(t, sim.Case{Faults: plan("at 10.5ms pause n2 for 100ms", "at 50.5ms pause n2 for 200ms")})
	if at := got[100]; len(at) != 1 || at[0] != 250*ms+ms/2 {
		t.Errorf("number 100 was handled at %v, want at the end of the later pause", at)
	}
}

// Messages of one instant on one link have decisions of their own.
func TestMessagesOfOneInstant(t *testing.T) {
	var at []sim.Time
	s := script{
		boot: func(env *sim.Env) {
			if env.ID() == 1 {
				for range 20 {
					env.Send(2, nil)
				}
			}
		},
		recv: func(env *sim.Env, _ sim.NodeID, _ []byte) { at = append(at, env.Now()) },
	}
	r := s.play(t, sim.Case{Network: sim.Network{Latency: sim.Latency{Dist: sim.Uniform, Min: 0, Max: sim.Duration(time.Second / 2)}}})
	for i := 1; i < len(at); i++ {
		if at[i] == at[i-1] {
			t.Errorf("two messages arrived at %v", at[i])
		}
	}
	keys := map[string]bool{}
	for _, rec := range r.Trace.Records {
		if rec.Kind == sim.Send {
			keys[rec.Key] = true
		}
	}
	if len(at) != 20 || len(keys) != 20 || !keys["n1>n2 0s#19"] {
		t.Errorf("%d arrived, keys %v", len(at), keys)
	}
}

func TestCorruptionFlipsOneBit(t *testing.T) {
	var flipped, intact int
	s := script{
		boot: func(env *sim.Env) { env.SetTimer(0, ms) },
		timer: func(env *sim.Env, _ sim.TimerID) {
			env.Send(3-env.ID(), make([]byte, 20))
			env.SetTimer(0, ms)
		},
		recv: func(env *sim.Env, _ sim.NodeID, p []byte) {
			ones := 0
			for _, b := range p {
				for ; b != 0; b &= b - 1 {
					ones++
				}
			}
			switch ones {
			case 0:
				intact++
			case 1:
				flipped++
			default:
				env.Fatal("more than one bit")
			}
		},
	}
	r := s.play(t, sim.Case{Faults: plan("at 0s corrupt 1/3")})
	if flipped < 550 || flipped > 780 || len(r.Violations) > 0 {
		t.Errorf("%d flipped and %d intact, violations %v", flipped, intact, r.Violations)
	}
}
