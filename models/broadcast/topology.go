package broadcast

import "simrun/sim"

// tree are the neighbors of a node in a spanning tree, in which node n hangs at node n/2.
func tree(n sim.NodeID, nodes int) (neighbors []sim.NodeID) {
	for _, to := range []sim.NodeID{n / 2, 2 * n, 2*n + 1} {
		if to >= 1 && int(to) <= nodes {
			neighbors = append(neighbors, to)
		}
	}
	return neighbors
}

// grid are the neighbors of a node in a grid, row by row, that is as wide as it is high or one wider.
func grid(n sim.NodeID, nodes int) (neighbors []sim.NodeID) {
	width := 1
	for width*width < nodes {
		width++
	}
	i := int(n) - 1
	if i >= width {
		neighbors = append(neighbors, n-sim.NodeID(width))
	}
	if i%width > 0 {
		neighbors = append(neighbors, n-1)
	}
	if i%width < width-1 && i+1 < nodes {
		neighbors = append(neighbors, n+1)
	}
	if i+width < nodes {
		neighbors = append(neighbors, n+sim.NodeID(width))
	}
	return neighbors
}
