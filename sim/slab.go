package sim

// slab holds values at indices that stay, and hands freed ones out again, last
// freed first. A freed value keeps its content, so that its buffers serve the next user.
type slab[T any] struct {
	items []T
	free  []int32
}

// take returns the index of a value that nobody uses.
func (s *slab[T]) take() int {
	if n := len(s.free); n > 0 {
		i := s.free[n-1]
		s.free = s.free[:n-1]
		return int(i)
	}
	s.items = append(s.items, *new(T))
	return len(s.items) - 1
}

// give hands a value back.
func (s *slab[T]) give(i int) { s.free = append(s.free, int32(i)) }

// instant counts what happens at one instant, so that things can be named by when
// they happened and not by how many came before.
type instant struct {
	at  Time
	nth uint64
}

// next returns the ordinal of the next thing that happens now: the time above, the
// count within the instant below. Times below 2^47 ns (39 hours) and 65,536
// things of one instant have ordinals of their own.
func (i *instant) next(now Time) uint64 {
	if i.at != now {
		i.at, i.nth = now, 0
	} else {
		i.nth++
	}
	return uint64(now)<<instantBits | i.nth&(1<<instantBits-1)
}

const instantBits = 16
