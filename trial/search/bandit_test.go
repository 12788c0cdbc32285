package search

import (
	"testing"

	"simrun/sim"
	"simrun/sim/rng"
)

// An arm that pays is chosen more often than its prior, and none is given up.
func TestBanditLearns(t *testing.T) {
	b := newBandit([]uint64{8, 8, 8})
	v := rng.Draw(1, rng.Of("test"), 0, 0)
	var plays [3]int
	for range 2000 {
		v = v.Next()
		i := b.choose(v)
		plays[i]++
		b.learn(i, []uint64{0, 6, 1}[i])
	}
	if plays[1] < 1000 || plays[0] < 100 || plays[2] <= plays[0] {
		t.Errorf("plays %v", plays)
	}
}

// What paid long ago is forgotten.
func TestBanditForgets(t *testing.T) {
	b := newBandit([]uint64{8, 8})
	for range 1000 {
		b.learn(0, 6)
		b.learn(1, 0)
	}
	for range 1000 {
		b.learn(0, 0)
		b.learn(1, 6)
	}
	if b.arms[0].weight() >= b.arms[1].weight() {
		t.Errorf("weights %d and %d", b.arms[0].weight(), b.arms[1].weight())
	}
}

// The corpus keeps what reached something new, counts what is new once, and prefers what has few children.
func TestCorpus(t *testing.T) {
	k := newCorpus()
	if k.parent(1) != nil {
		t.Error("an empty corpus has a parent")
	}
	if n := k.add(sim.Case{Seed: 1}, nil, []feature{1, 2, 3}); n != 3 {
		t.Errorf("%d new", n)
	}
	if n := k.add(sim.Case{Seed: 2}, nil, []feature{2, 3}); n != 0 || len(k.kept) != 1 {
		t.Errorf("%d new, %d kept", n, len(k.kept))
	}
	k.add(sim.Case{Seed: 3}, nil, []feature{4, 5, 6})
	k.kept[0].children = 50
	v, second := rng.Value(12345), 0
	for range 200 {
		v = v.Next()
		if p := k.parent(v); p.c.Seed == 3 {
			second++
			p.children = 0
		}
	}
	if second < 150 {
		t.Errorf("the one without children was chosen %d of 200 times", second)
	}
	for i := range 2 * maxKept {
		k.add(sim.Case{}, nil, []feature{feature(100 + i)})
	}
	if len(k.kept) != maxKept {
		t.Errorf("%d kept", len(k.kept))
	}
}
