package maelstrom

import (
	"strconv"

	"simrun/sim"
)

// names are what the participants of a case are called: n0 or n1, as first says, for the first node, and so on; c1 for the first client.
type names struct{ first, nodes, clients int }

// namesOf are the names of a case.
func namesOf(env *sim.Env) names {
	n := names{0, env.Nodes(), env.Clients()}
	if env.Option(optionNames) == "simrun" {
		n.first = 1
	}
	return n
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

// find returns the node, client or service with a name.
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
		return sim.ClientID(i), i >= 1 && i <= n.clients
	case 'n':
		id = sim.NodeID(i + 1 - n.first)
		return id, id >= 1 && int(id) <= n.nodes
	}
	return 0, false
}
