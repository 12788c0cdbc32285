package quorum

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"simrun/models/saved"
	"simrun/models/wire"
	"simrun/sim"
	"simrun/sim/fault"
)

func drawVersion(t *rapid.T, name string) version {
	few := rapid.Uint64Range(0, 3)
	return version{
		Key:   rapid.StringMatching(`[a-z0-9]{0,5}`).Draw(t, name+" key"),
		Tag:   tag{few.Draw(t, name+" number"), sim.NodeID(rapid.IntRange(1, 3).Draw(t, name+" node")), few.Draw(t, name+" incarnation"), few.Draw(t, name+" attempt")},
		Value: rapid.Int64().Draw(t, name+" value"),
	}
}

// Tags are in a total order, first by number.
func TestTagsAreOrdered(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b, c := drawVersion(t, "a").Tag, drawVersion(t, "b").Tag, drawVersion(t, "c").Tag
		switch {
		case a.compare(b) != -b.compare(a):
			t.Fatalf("%v to %v is %d, and the other way round %d", a, b, a.compare(b), b.compare(a))
		case (a.compare(b) == 0) != (a == b):
			t.Fatalf("%v and %v: equal in order is %v", a, b, a.compare(b) == 0)
		case a.compare(b) > 0 && b.compare(c) > 0 && a.compare(c) <= 0:
			t.Fatalf("%v is newer than %v, that than %v, but not the first than the last", a, b, c)
		case a.Number > b.Number && a.compare(b) <= 0:
			t.Fatalf("%v is not newer than %v", a, b)
		case a.compare(tag{}) <= 0:
			t.Fatalf("%v is not newer than no tag", a)
		}
	})
}

// Replicas that get the same versions in whatever order end with the same.
func TestOrderOfArrivalDoesNotMatter(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var list []version
		for i := range rapid.IntRange(1, 8).Draw(t, "n") {
			v := drawVersion(t, fmt.Sprint(i))
			v.Value = int64(v.Tag.Number)<<32 | int64(v.Tag.Node)<<16 | int64(v.Tag.Incarnation)<<8 | int64(v.Tag.Attempt) // a tag has one value
			list = append(list, v)
		}
		one, other := versions{}, versions{}
		for _, v := range list {
			one.add(v)
		}
		for _, v := range rapid.Permutation(list).Draw(t, "order") {
			other.add(v)
		}
		for key := range one {
			if one[key] != other[key] {
				t.Fatalf("%v and %v", one[key], other[key])
			}
		}
	})
}

// A version that travelled is what it was, as the kind that it was sent as; with one flipped bit it is nothing.
func TestVersionsTravel(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		v := drawVersion(t, "v")
		b := v.append(nil, kindPut)
		if got, ok := decode(b, kindPut); !ok || got != v {
			t.Fatalf("%v came back as %v, %v", v, got, ok)
		}
		if _, ok := decode(b, kindIs); ok {
			t.Fatal("a put was read as an answer")
		}
		bit := rapid.IntRange(0, 8*len(b)-1).Draw(t, "bit")
		b[bit/8] ^= 1 << (bit % 8)
		if got, ok := decode(b, kindPut); ok || describe(b) != "damaged message" {
			t.Fatalf("a damaged %v came as %v: %s", v, got, describe(b))
		}
	})
}

// What a replica keeps comes back from its file.
func TestStoreComesBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := store{Changes: rapid.Uint64().Draw(t, "changes"), Incarnation: 3, Own: versions{}, Hints: []versions{{}, {}}}
		s.Own.add(drawVersion(t, "own"))
		s.Hints[1].add(drawVersion(t, "hint"))
		b, err := json.Marshal(s)
		if err != nil {
			t.Fatal(err)
		}
		var got store
		if err := json.Unmarshal(b, &got); err != nil || fmt.Sprint(got) != fmt.Sprint(s) {
			t.Fatalf("%v came back as %v, %v", s, got, err)
		}
	})
}

func TestDescribe(t *testing.T) {
	v := version{"k1", tag{4, 2, 1, 7}, 9}
	for kind, want := range map[byte]string{kindRead: "Read k1", kindWrite: "Write k1 = 9", kindGet: "Get k1", kindPut: "Put k1 = 9, tag 4/n2/1.7", kindIs: "Is k1 = 9, tag 4/n2/1.7"} {
		sent := map[byte]version{kindRead: {Key: "k1"}, kindWrite: {Key: "k1", Value: 9}, kindGet: {Key: "k1"}}[kind]
		if sent.Key == "" {
			sent = v
		}
		if got := describe(sent.append(nil, kind)); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
	if got := describe(wire.Append(nil, kindStore, nil)); got != "damaged message" {
		t.Errorf("a file is described as %q", got)
	}
}

// Each monitor catches its own violation, and is silent about the nearest history that is right.
func TestMonitors(t *testing.T) {
	write := func(value int64, attempt uint64) tagged { return tagged{version{"k1", tag{1, 2, 1, attempt}, value}} }
	acknowledged := saved.Change{Event: saved.Acknowledged, N: 7}
	elsewhere := tagged{version{"k2", tag{1, 2, 1, 1}, 5}}
	for _, c := range []struct {
		monitor        string
		planted, right []sim.Fact
	}{
		{"durability",
			[]sim.Fact{acknowledged, saved.Change{Event: saved.Recovered, N: 6}},
			[]sim.Fact{acknowledged, saved.Change{Event: saved.Stored, N: 9}, saved.Change{Event: saved.Recovered, N: 7}}},
		{"unique tags",
			[]sim.Fact{write(4, 1), write(5, 1)},
			[]sim.Fact{write(4, 1), write(5, 2), elsewhere}},
		{"hints handed over",
			[]sim.Fact{holds{version{"k1", tag{Number: 3}, 4}}, handedOver{hint{2, version{"k1", tag{Number: 4}, 5}}}},
			[]sim.Fact{holds{version{"k1", tag{Number: 5}, 6}}, handedOver{hint{2, version{"k1", tag{Number: 4}, 5}}}}},
	} {
		for i, facts := range [][]sim.Fact{c.planted, c.right} {
			var said []string
			for _, m := range monitors(&sim.Case{Nodes: 3}) {
				for _, f := range facts {
					if m.Observe(sim.Sighting{Node: 2}, f) != nil {
						said = append(said, m.Name())
					}
				}
			}
			if want := [][]string{{c.monitor}, nil}[i]; !slices.Equal(said, want) {
				t.Errorf("%v: violations of %q, want %q", facts, said, want)
			}
		}
	}
}

func plan(t *testing.T, lines ...string) []fault.Fault {
	t.Helper()
	list, err := fault.ParsePlan("plan", strings.Join(lines, "\n"))
	if err != nil {
		t.Fatal(err)
	}
	return list
}

// A node that starts again never repeats a tag, though it forgets how many writes it has coordinated: its incarnation is another, on disk
// before it serves anyone. The first plans crash a node when it has chosen its first tag and nobody has got it; it then
// chooses the same number again, for the first write of its next life. Nor does it lack what it acknowledged, if it crashes when a
// save has ended that began before the last changes.
func TestRestarts(t *testing.T) {
	for _, x := range []struct {
		nodes, restarts int
		plan            []string
	}{
		{1, 1, []string{"on tagged crash n1 for 20ms"}},
		{1, 1, []string{"at 0s slow-sync n1 by 200ms for 4s", "on tagged crash n1 for 20ms"}},
		{3, 3, []string{"at 0s slow-sync all by 30ms for 4s", "after 1s on acknowledged crash it for 20ms", "after 2s on acknowledged crash it for 20ms", "after 3s on acknowledged crash it for 20ms"}},
		{3, 5, []string{"after 1s on tagged crash it for 20ms", "after 2s on tagged crash all for 20ms", "after 3s on stored crash it for 20ms"}},
	} {
		for seed := sim.Seed(1); seed <= 20; seed++ {
			c := sim.Case{Seed: seed, Nodes: x.nodes, Duration: sim.Duration(4 * time.Second), Workload: sim.Workload{Name: "register"},
				Recovery: sim.Recovery{Skip: true}, Faults: plan(t, x.plan...)}
			r, err := sim.Run(Model().System(), c)
			if err != nil {
				t.Fatal(err)
			}
			if len(r.Violations) > 0 || r.Activity.Restarts < x.restarts {
				t.Errorf("%d nodes, seed %d: %d restarts, %v", x.nodes, seed, r.Activity.Restarts, r.Violations)
			}
		}
	}
}

// A node whose file is damaged, which the model does not claim to survive, serves nobody rather than forget what it acknowledged.
func TestDamagedStoreIsNotBelieved(t *testing.T) {
	stays := 0
	for seed := sim.Seed(1); seed <= 20; seed++ {
		r, err := sim.RunTraced(Model().System(), sim.Case{Seed: seed, Duration: sim.Duration(4 * time.Second), Recovery: sim.Recovery{Skip: true},
			Faults: plan(t, "at 2s rot n2", "at 2s crash n2 for 100ms")})
		if err != nil {
			t.Fatal(err)
		}
		if len(r.Violations) > 0 {
			t.Errorf("seed %d: %v", seed, r.Violations)
		}
		if slices.ContainsFunc(r.Trace.Records, func(rec sim.Record) bool { return rec.Kind == sim.Note && rec.Node == 2 }) {
			stays++
		}
	}
	if stays == 0 {
		t.Error("no seed damaged the file")
	}
}
