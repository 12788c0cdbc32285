// Package declare holds what a model says about itself for people to read: its
// bugs and its options.
package declare

// Bug is a published bug that a model can be switched to.
type Bug struct {
	Name    string   // of the switch, as in --bug
	ID      string   // in the bench of published bugs: B02
	Summary string   // one line: what goes wrong
	Oracles []string // the checks that can see it, the likeliest first
	Tier    string   // how many seeds the default search needs at most: E 100, M 2,000, H 50,000
	Source  string   // where it was published

	// Scenario is a plan of faults, one on a line, that leads to the bug within 50 seeds
	// of the default case, where the default search needs more than 100; else it is empty.
	Scenario string
}

// Option is a choice that a case can make for a model.
type Option struct {
	Name    string
	Summary string
	Values  []string // what it may be; the first is the default
}
