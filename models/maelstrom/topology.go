package maelstrom

import "simrun/history"

// neighbors lists whom the node at a place, from 0, is connected to, by the name of a topology.
func neighbors(topology string, at, nodes int) (list []int) {
	if topology == "total" {
		for i := range nodes {
			if i != at {
				list = append(list, i)
			}
		}
		return list
	}
	var near []int
	switch topology {
	case "line":
		near = []int{at - 1, at + 1}
	case "tree2", "tree3", "tree4":
		width := int(topology[4] - '0')
		if at > 0 {
			near = append(near, (at-1)/width)
		}
		for i := range width {
			near = append(near, at*width+1+i)
		}
	default:
		near = grid(at, nodes)
	}
	for _, i := range near {
		if i >= 0 && i < nodes {
			list = append(list, i)
		}
	}
	return list
}

// grid is row by row, as wide as it is high or one wider.
func grid(at, nodes int) []int {
	width := 1
	for width*width < nodes {
		width++
	}
	near := []int{at - width, at + width}
	if at%width > 0 {
		near = append(near, at-1)
	}
	if at%width < width-1 {
		near = append(near, at+1)
	}
	return near
}

// topologyOf is the body of the request that tells a node its neighbors, and those of all others.
func topologyOf(topology string, n names) []byte {
	all := n.all()
	members := make(map[string]history.Value, len(all))
	for i, name := range all {
		var list []history.Value
		for _, j := range neighbors(topology, i, len(all)) {
			list = append(list, history.String(all[j]))
		}
		members[name] = history.List(list...)
	}
	return bodyOf("topology", field{"topology", history.Object(members)})
}
