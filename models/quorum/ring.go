package quorum

import (
	"slices"
	"strconv"

	"simrun/models/merkle"
	"simrun/sim"
	"simrun/sim/blocking"
)

// ring says which nodes a key belongs to (Dynamo §4.2, §4.3): the nodes are on a ring in the order of their numbers, a key begins at one of them by its hash, and
// its homes are the first N from there on. The others follow in the same order, to stand in for homes that do not answer.
type ring struct{ nodes, replicas int }

// ringOf is the ring of a run.
func ringOf(p *blocking.Proc) ring {
	n, err := strconv.Atoi(p.Option(optionReplicas))
	if err != nil {
		n = p.Nodes() // all
	}
	return ring{p.Nodes(), min(n, p.Nodes())}
}

// list is the preference list of a key.
func (r ring) list(key string) []sim.NodeID {
	first := uint64(merkle.Sum([]byte(key))) % uint64(r.nodes)
	list := make([]sim.NodeID, r.nodes)
	for i := range list {
		list[i] = sim.NodeID(1 + (first+uint64(i))%uint64(r.nodes))
	}
	return list
}

// homes are the nodes that a key belongs to, in the order of their numbers.
func (r ring) homes(key string) []sim.NodeID {
	homes := r.list(key)[:r.replicas]
	slices.Sort(homes)
	return homes
}

// others are the nodes that stand in for the homes of a key, the first to ask first.
func (r ring) others(key string) []sim.NodeID { return r.list(key)[r.replicas:] }

// isHome reports whether a key belongs to a node.
func (r ring) isHome(key string, n sim.NodeID) bool { return slices.Contains(r.homes(key), n) }

// neighbours are the nodes that some keys have in common with a node.
func (r ring) neighbours(n sim.NodeID) (list []sim.NodeID) {
	for other := sim.NodeID(1); int(other) <= r.nodes; other++ {
		apart := (int(other) - int(n) + r.nodes) % r.nodes
		if other != n && min(apart, r.nodes-apart) < r.replicas {
			list = append(list, other)
		}
	}
	return list
}
