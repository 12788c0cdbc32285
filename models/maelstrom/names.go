package maelstrom

import (
	"strconv"

	"simrun/sim"
)

// names are what the nodes of a case are called: first for n1, and so on.
type names struct{ first, nodes int }

// namesOf are the names by an option.
func namesOf(option string, nodes int) names {
	if option == "simrun" {
		return names{1, nodes}
	}
	return names{0, nodes}
}

// of is the name of a node or client.
func (n names) of(id sim.NodeID) string {
	if id < 0 {
		return id.String()
	}
	return "n" + strconv.Itoa(int(id)-1+n.first)
}

// all lists the nodes.
func (n names) all() []string {
	list := make([]string, n.nodes)
	for i := range list {
		list[i] = n.of(sim.NodeID(i + 1))
	}
	return list
}

// find returns the node or service with a name, as a server. Those that start with the letter of clients are found too, whether there
// is such a client or not.
func (n names) find(name string) (id sim.NodeID, ok bool) {
	if isService(name) {
		return sim.NodeID(n.nodes + 1), true
	}
	if len(name) < 2 || len(name) > 9 {
		return 0, false
	}
	i, err := strconv.Atoi(name[1:])
	if err != nil || strconv.Itoa(i) != name[1:] || i < 0 {
		return 0, false
	}
	switch name[0] {
	case 'c':
		return sim.ClientID(i), true
	case 'n':
		id = sim.NodeID(i + 1 - n.first)
		return id, id >= 1 && int(id) <= n.nodes
	}
	return 0, false
}
