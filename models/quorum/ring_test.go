package quorum

import (
	"fmt"
	"slices"
	"testing"

	"simrun/sim"
)

// Each key has N homes, one after the other on the ring, and the other nodes follow; the keys spread over all nodes. Two nodes are neighbours if
// some key belongs to both, which is looked for here among many keys.
func TestRing(t *testing.T) {
	for nodes := 1; nodes <= 7; nodes++ {
		for replicas := 1; replicas <= nodes; replicas++ {
			r := ring{nodes, replicas}
			common := map[[2]sim.NodeID]bool{}
			for i := range 200 {
				key := fmt.Sprint("k", i)
				list, homes := r.list(key), r.homes(key)
				if all := slices.Compact(slices.Sorted(slices.Values(list))); len(all) != nodes || all[0] != 1 || int(all[nodes-1]) != nodes {
					t.Fatalf("%d nodes: %s prefers %v", nodes, key, list)
				}
				if len(homes) != replicas || !slices.Equal(append(slices.Clone(homes), r.others(key)...)[replicas:], list[replicas:]) {
					t.Fatalf("%d nodes, %d replicas: homes %v, others %v", nodes, replicas, homes, r.others(key))
				}
				for i, n := range list {
					if next := list[(i+1)%nodes]; int(next) != int(n)%nodes+1 {
						t.Fatalf("%v follows %v", next, n)
					}
					if r.isHome(key, n) != (i < replicas) {
						t.Fatalf("%v is home of %s: %v", n, key, r.isHome(key, n))
					}
				}
				for _, a := range homes {
					for _, b := range homes {
						common[[2]sim.NodeID{a, b}] = true
					}
				}
			}
			for a := sim.NodeID(1); int(a) <= nodes; a++ {
				if !common[[2]sim.NodeID{a, a}] {
					t.Errorf("%d nodes, %d replicas: none of 200 keys belongs to %v", nodes, replicas, a)
				}
				for b := sim.NodeID(1); int(b) <= nodes; b++ {
					if got := slices.Contains(r.neighbours(a), b); got != (a != b && common[[2]sim.NodeID{a, b}]) {
						t.Errorf("%d nodes, %d replicas: %v and %v are neighbours: %v", nodes, replicas, a, b, got)
					}
				}
			}
		}
	}
}
