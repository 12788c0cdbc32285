// Package versions is what a key held over time: multi-version storage (Bernstein and Goodman, "Multiversion Concurrency Control", TODS 1983).
package versions

import "slices"

// Version is what a key held from an index, or a timestamp, on.
type Version struct {
	From  uint64
	Value []int64
}

// List is the versions of a key, the oldest first. The zero value holds nothing.
type List []Version

// At is what the key held at an index: nothing before its first version.
func (l List) At(index uint64) []int64 {
	for i := range slices.Backward(l) {
		if l[i].From <= index {
			return l[i].Value
		}
	}
	return nil
}

// Newest is the last version; the zero value if there is none.
func (l List) Newest() Version {
	if len(l) == 0 {
		return Version{}
	}
	return l[len(l)-1]
}

// Put adds a version, which must be the newest, and drops those that nobody can see who looks from an index on. A version of the same index takes the place of the one before. The list
// itself is not changed.
func (l List) Put(index uint64, value []int64, oldest uint64) List {
	end := len(l)
	if end > 0 && l[end-1].From == index {
		end--
	}
	unseen := 0
	for unseen+1 < end && l[unseen+1].From <= oldest {
		unseen++
	}
	return append(slices.Clone(l[unseen:end]), Version{index, value})
}
