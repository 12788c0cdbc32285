package quorum

import (
	"fmt"
	"maps"
	"slices"

	"simrun/sim"
	"simrun/sim/blocking"
)

// converged says how replicas that are up differ, or what they keep for others that are up. It is promised where anti-entropy runs: hints may die with a
// coordinator, and read repair knows nothing of keys that nobody reads. Elsewhere nodes show nothing, and are passed over.
func converged(nodes []sim.Node) string {
	up := map[sim.NodeID]*replica{}
	for _, n := range nodes {
		r, ok := blocking.Exposed(n).(*replica)
		switch {
		case !ok:
			continue
		case r.Incarnation == 0:
			return fmt.Sprintf("%v has not read its disk", r.id)
		}
		up[r.id] = r
	}
	for _, id := range slices.Sorted(maps.Keys(up)) {
		if why := up[id].agrees(up); why != "" {
			return why
		}
	}
	return ""
}

// agrees says what another replica lacks that this one holds, for itself or for others; "" if nothing.
func (r *replica) agrees(up map[sim.NodeID]*replica) string {
	for _, key := range slices.Sorted(maps.Keys(r.Own)) {
		if why := r.spread(key, r.Own[key], up); why != "" {
			return why
		}
	}
	for i, hints := range r.Hints {
		home := sim.NodeID(i)
		for _, key := range slices.Sorted(maps.Keys(hints)) {
			if up[home] != nil {
				return fmt.Sprintf("%v still keeps %v for %v", r.id, hints[key], home)
			}
			if why := r.spread(key, hints[key], up); why != "" {
				return why
			}
		}
	}
	return ""
}

// spread says which of the homes of a key that are up lacks a version that this node holds.
func (r *replica) spread(key string, v version, up map[sim.NodeID]*replica) string {
	for _, home := range r.ring.homes(key) {
		if other := up[home]; other != nil && other.Own[key].Tag.compare(v.Tag) < 0 {
			return fmt.Sprintf("%v has %v, and %v has %v", r.id, v, home, version{key, other.Own[key].Tag, other.Own[key].Value})
		}
	}
	return ""
}
