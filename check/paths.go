package check

// paths records how configurations were reached: a tree of operations, each with the
// one that took effect before it. Node 0 is the root. A parent comes before its
// children, so that one pass backwards finds the nodes that are still in use.
type paths struct {
	op     []int32
	parent []int32
	sweep  int // number of nodes at which unused ones are dropped
}

const minSweep = 1 << 16

func newPaths() paths {
	return paths{op: []int32{-1}, parent: []int32{0}, sweep: minSweep}
}

func (p *paths) add(op, parent int32) int32 {
	p.op = append(p.op, op)
	p.parent = append(p.parent, parent)
	return int32(len(p.op) - 1)
}

// order returns the operations from the root to a node.
func (p *paths) order(node int32) []int32 {
	n := 0
	for i := node; i != 0; i = p.parent[i] {
		n++
	}
	order := make([]int32, n)
	for i := node; i != 0; i = p.parent[i] {
		n--
		order[n] = p.op[i]
	}
	return order
}

// full reports whether there are enough nodes for a collection to pay off.
func (p *paths) full() bool { return len(p.op) >= p.sweep }

// collect keeps the nodes on the way to those in used, and renumbers used.
func (p *paths) collect(used []int32) {
	number := make([]int32, len(p.op))
	number[0] = 1
	for _, n := range used {
		number[n] = 1
	}
	for i := len(number) - 1; i > 0; i-- {
		if number[i] != 0 {
			number[p.parent[i]] = 1
		}
	}
	kept := int32(0)
	for i := range number {
		if number[i] == 0 {
			continue
		}
		p.op[kept], p.parent[kept] = p.op[i], number[p.parent[i]]
		number[i] = kept
		kept++
	}
	p.op, p.parent = p.op[:kept], p.parent[:kept]
	for i := range used {
		used[i] = number[used[i]]
	}
	p.sweep = 2*int(kept) + minSweep
}
