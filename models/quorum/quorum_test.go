package quorum

import (
	"testing"

	"pgregory.net/rapid"

	"simrun/check"
	"simrun/sim"
	"simrun/trial"
)

func versions(t *rapid.T, name string) version {
	return version{
		key:   rapid.StringN(0, 5, 10).Draw(t, name+" key"),
		tag:   tag{uint64(rapid.IntRange(0, 3).Draw(t, "number")), sim.NodeID(rapid.IntRange(1, 3).Draw(t, "node")), rapid.IntRange(1, 3).Draw(t, "boot"), uint64(rapid.IntRange(0, 3).Draw(t, "seq"))},
		value: rapid.Int64().Draw(t, "value"),
	}
}

// A version that travelled is what it was, and only as the kind that it was sent as.
func TestVersionsTravel(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		v := versions(t, "v")
		b := v.append(nil, kindPut)
		if got, ok := decode(b, kindPut); !ok || got != v {
			t.Fatalf("%v came back as %v, %v", v, got, ok)
		}
		if _, ok := decode(b, kindIs); ok {
			t.Fatal("a put was read as an answer")
		}
	})
}

// Tags are in a total order: by number, and then by who made them, so that each node picks the same of two.
func TestTagsAreOrdered(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b, c := versions(t, "a").tag, versions(t, "b").tag, versions(t, "c").tag
		switch {
		case a.compare(b) != -b.compare(a):
			t.Fatalf("%v and %v are both the newer", a, b)
		case (a.compare(b) == 0) != (a == b):
			t.Fatalf("%v and %v are equal, or not", a, b)
		case a.compare(b) > 0 && b.compare(c) > 0 && a.compare(c) <= 0:
			t.Fatalf("%v > %v > %v, but not the first the last", a, b, c)
		case a.number > b.number && a.compare(b) <= 0:
			t.Fatalf("%v is not newer than %v", a, b)
		}
	})
}

// violations counts the seeds from 1 to 25 under a nemesis that are not linearizable.
func violations(t *testing.T, nemesis string, options map[sim.OptionName]string) (n int) {
	s := trial.Setup{Model: Model(), Base: sim.Case{Options: options, Recovery: sim.Recovery{Skip: true}}, Nemesis: nemesis}
	for seed := sim.Seed(1); seed <= 25; seed++ {
		run, err := s.Run(seed, false)
		if err != nil {
			t.Fatal(err)
		}
		if run.Outcome == check.Violation {
			n++
		}
	}
	return n
}

// Last writer wins keeps less than the atomic register, and what it keeps depends on R + W > N and on read repair.
func TestWhatLastWriterWinsKeeps(t *testing.T) {
	lww := func(r, w, repair string) map[sim.OptionName]string {
		return map[sim.OptionName]string{optionConsistency: "lww", optionR: r, optionW: w, optionRepair: repair}
	}
	if n := violations(t, "clock,partition", nil); n > 0 {
		t.Errorf("%d seeds of the atomic register are not linearizable", n)
	}
	if n := violations(t, "clock", lww("2", "2", "on")); n == 0 {
		t.Error("skewed clocks do no harm to the last writer")
	}
	overlap, apart := violations(t, "none", lww("2", "2", "on")), violations(t, "none", lww("1", "1", "on"))
	if overlap >= apart {
		t.Errorf("%d seeds with R + W > N are not linearizable, %d with R + W < N", overlap, apart)
	}
}
