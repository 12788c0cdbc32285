package redlock

import (
	"testing"

	"simrun/sim"
)

// A token that goes back is a violation, unless the resource restarted in between: what it had not written down, it has told nobody (seed 5151).
func TestTokensMayGoBackOverARestart(t *testing.T) {
	load, store := accepted{key: "counter-1", token: 44}, accepted{key: "counter-1", token: 43, store: true}
	for restarts, want := range map[sim.NodeID]string{
		resourceNode:     "",
		resourceNode + 1: "counter-1 is stored with token 43, after it was used with token 44",
	} {
		m := &fencing{map[string]taken{}}
		m.Observe(sim.Sighting{Node: resourceNode}, load)
		m.Booted(sim.Sighting{Node: restarts})
		if got := m.Observe(sim.Sighting{Node: resourceNode}, store).String(); got != want {
			t.Errorf("after a restart of %v: %q, want %q", restarts, got, want)
		}
	}
}
