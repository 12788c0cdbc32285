package coord

import (
	"fmt"
	"slices"
	"strings"

	"simrun/sim/digest"
)

// znode is a node of the tree. It never changes: a change puts another in its place.
type znode struct {
	path     string
	value    int64
	version  uint64 // counts the changes of the value from 1
	created  uint64 // revision
	modified uint64 // revision
	owner    uint64 // the session with which it goes; 0: none
	children uint64 // sequential ones that were created below it, those that are gone among them
}

// versionOr0 is the version of a node, 0 if there is none.
func (n *znode) versionOr0() uint64 {
	if n == nil {
		return 0
	}
	return n.version
}

// tree is the nodes in order of path. The root is not among them, and always exists.
type tree struct {
	nodes []*znode
	hash  uint64 // of what it holds, whatever the order in which it came there
}

// clone returns a copy that does not change with t.
func (t *tree) clone() tree { return tree{slices.Clone(t.nodes), t.hash} }

func (t *tree) search(path string) (int, bool) {
	return slices.BinarySearchFunc(t.nodes, path, func(n *znode, path string) int { return strings.Compare(n.path, path) })
}

// get returns the node with a path, or nil.
func (t *tree) get(path string) *znode {
	if i, ok := t.search(path); ok {
		return t.nodes[i]
	}
	return nil
}

// put adds a node, or replaces the one with its path.
func (t *tree) put(n znode) {
	i, ok := t.search(n.path)
	t.hash ^= n.hash()
	if ok {
		t.hash ^= t.nodes[i].hash()
		t.nodes[i] = &n
		return
	}
	t.nodes = slices.Insert(t.nodes, i, &n)
}

// remove deletes a node that is there.
func (t *tree) remove(path string) {
	if i, ok := t.search(path); ok {
		t.hash ^= t.nodes[i].hash()
		t.nodes = slices.Delete(t.nodes, i, i+1)
	}
}

// childrenOf returns the nodes directly below a path, in order of name.
func (t *tree) childrenOf(path string) []*znode {
	var list []*znode
	first, _ := t.search(path + "/")
	for _, n := range t.nodes[first:] {
		if !strings.HasPrefix(n.path, path+"/") {
			break
		}
		if parent(n.path) == path {
			list = append(list, n)
		}
	}
	return list
}

// ownedBy returns the nodes of a session, in order of path.
func (t *tree) ownedBy(session uint64) []*znode {
	var list []*znode
	for _, n := range t.nodes {
		if n.owner == session {
			list = append(list, n)
		}
	}
	return list
}

// parent is the path above a path; that of the root is "".
func parent(path string) string { return path[:max(strings.LastIndexByte(path, '/'), 0)] }

// sequenced is the name of a sequential node: ten digits, so that the order of names is that of creation (Hunt et al. §2.1:
// such nodes "have the value of a monotonically increasing counter appended to its name").
func sequenced(path string, n uint64) string { return fmt.Sprintf("%s%010d", path, n) }

func (n *znode) hash() uint64 {
	h := digest.New(0).String(n.path).Word(uint64(n.value), n.version)
	return uint64(h.Word(n.created, n.modified).Word(n.owner, n.children))
}
