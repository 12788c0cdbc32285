package wasi_test

import (
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"simrun/internal/soak"
	"simrun/sim"
	"simrun/sim/program/wasi"
)

// A life in an instance that was used before is the same as one in a new instance: digest, output, and memory at its end.
func TestAgainIsAsNew(t *testing.T) {
	for _, x := range []struct {
		name   string
		module func() ([]byte, error)
		play   func(testing.TB, *wasi.Program, sim.Seed, *memories) string
	}{
		{"Go", goBytes, gossip},
		{"Rust", rustModule, gossip},
		{"C", cModule, echoes},
	} {
		module, err := x.module()
		if err != nil {
			t.Fatal(err)
		}
		var m memories
		c := wasi.Config{OnEnd: m.add, Cache: filepath.Join(cache(), "compiled")}
		fresh, err := wasi.LoadFresh("guest.wasm", module, c)
		if err != nil {
			t.Fatal(err)
		}
		again, err := wasi.Load("guest.wasm", module, c)
		if err != nil {
			t.Fatal(err)
		}
		seeds := soak.N(2, 4)
		for seed := range sim.Seed(seeds) {
			want, got := x.play(t, fresh, seed, &m), x.play(t, again, seed, &m)
			if got != want {
				t.Errorf("%s, again\n%s\nexpected\n%s", x.name, got, want)
			}
		}
		if fresh.Again() != 0 || again.Again() < 3*seeds {
			t.Errorf("%s: %d and %d lives in used instances, expected 0 and at least %d", x.name, fresh.Again(), again.Again(), 3*seeds)
		}
		fresh.Close()
		again.Close()
	}
}

// echoes runs a program that echoes what clients say, with crashes, and returns a text of all that could differ.
func echoes(t testing.TB, guest *wasi.Program, seed sim.Seed, memory *memories) string {
	s := &stage{program: guest, args: []string{"echo"}}
	s.client = func(c *sim.Client) {
		for i := range 50 {
			c.Call(sim.NodeID(1+i%3), fmt.Appendf(nil, "%d of seed %d", i, seed), 100*time.Millisecond)
		}
	}
	r := s.play(t, gossipCase(seed))
	return fmt.Sprint(r.Digest, s.lines, s.exits, memory.take())
}
