package policy

// Bulkhead limits how many calls to one dependency are open at a time, so that a dependency that hangs holds its own part of the workers and not all of them.
// See Nygard, "Release It!", chapter 5, Bulkheads.
type Bulkhead struct {
	Limit int

	open int
}

// Enter reports whether there is room for one more call. Each one that it lets in is to be followed by [Bulkhead.Leave].
func (b *Bulkhead) Enter() bool {
	if b.open >= b.Limit {
		return false
	}
	b.open++
	return true
}

// Leave makes room again.
func (b *Bulkhead) Leave() { b.open-- }

// Open is how many calls are open.
func (b *Bulkhead) Open() int { return b.open }
