package pqueue

// freed records which positions are free. Positions are only ever taken. Each position
// refers to one at or after it, up to the next free one (union-find with path halving).
// newFreed makes one; the zero value can't be used.
type freed struct {
	next []int32 // len-1 is a free position after all others
	prev []int32 // shifted by one; 0 is a free position before all others. Nil if not needed.
}

func newFreed(positions int, backward bool) freed {
	f := freed{next: make([]int32, positions+1)}
	for p := range f.next {
		f.next[p] = int32(p)
	}
	if backward {
		f.prev = append([]int32(nil), f.next...)
	}
	return f
}

// from returns the first free position at or after p.
func (f freed) from(p int32) int32 { return find(f.next, p) }

// upTo returns the last free position at or before p.
func (f freed) upTo(p int32) int32 { return find(f.prev, p+1) - 1 }

// take takes the positions between a and b, exclusive.
func (f freed) take(a, b int32) {
	end := min(b, int32(len(f.next)-1))
	for p := f.from(a + 1); p < end; p = f.from(p) {
		f.next[p] = p + 1
		if f.prev != nil {
			f.prev[p+1] = p
		}
	}
}

func find(parent []int32, p int32) int32 {
	for parent[p] != p {
		parent[p] = parent[parent[p]]
		p = parent[p]
	}
	return p
}
