package sim

import (
	"simrun/sim/network"
)

// link is one direction between two servers.
type link struct {
	network.Link
	nth instant // names its messages
}

// makeLinks lays the links of the case, with the weather of the last route that fits.
func (w *world) makeLinks() {
	n := w.hosts()
	usual := &network.Weather{
		Latency: w.c.Network.Latency.delay(), Loss: w.c.Network.Loss, Duplicate: w.c.Network.Duplicate,
		Bandwidth: w.c.Network.Bandwidth, Queue: w.c.Network.Queue,
	}
	routes := make([]*network.Weather, len(w.c.Network.Routes))
	for r := range routes {
		of := *usual
		of.Latency = w.c.Network.Routes[r].Latency.delay()
		routes[r] = &of
	}
	w.links = make([]link, n*n)
	for i := range w.links {
		from, to := NodeID(i/n+1), NodeID(i%n+1)
		weather := usual
		for r := range routes {
			if w.c.Network.Routes[r].fits(&w.c.Network, from, to) {
				weather = routes[r]
			}
		}
		w.links[i] = link{network.NewLink(linkName(from, to), weather), instant{at: -1}}
	}
}

// linkName is who a decision about a message is about.
func linkName(from, to NodeID) uint64 { return uint64(uint32(from))<<32 | uint64(uint32(to)) }

func (w *world) link(from, to NodeID) *link {
	return &w.links[(int(from)-1)*w.hosts()+int(to)-1]
}

// fits reports whether a route is the one between two nodes.
func (r *Route) fits(n *Network, from, to NodeID) bool {
	a, b := n.in(r.Between[0], from), n.in(r.Between[1], to)
	return a && b || !r.OneWay && n.in(r.Between[0], to) && n.in(r.Between[1], from)
}

// in reports whether a name of a region or node means this node.
func (n *Network) in(name string, id NodeID) bool {
	if name == id.String() {
		return true
	}
	for _, r := range n.Regions {
		if r.Name == name {
			for _, member := range r.Nodes {
				if member == id {
					return true
				}
			}
		}
	}
	return false
}
