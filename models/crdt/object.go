package crdt

import (
	"maps"
	"slices"

	"simrun/history"
	"simrun/models/lattice"
	"simrun/sim/blocking"
)

// objects are one of each data type. Together they are a value that merges, as each of them is.
type objects struct {
	Set         lattice.Set
	Grown       lattice.Counter
	Plus, Minus lattice.Counter // what was added to the counter that goes up and down, and what was taken off
	Tags        lattice.ORSet
	Map         lattice.Map
}

// merge takes over what another replica has.
func (o objects) merge(p *blocking.Proc, theirs objects) objects {
	merged := objects{
		o.Set.Merge(theirs.Set), o.Grown.Merge(theirs.Grown), o.Plus.Merge(theirs.Plus), o.Minus.Merge(theirs.Minus), o.Tags.Merge(theirs.Tags), o.Map.Merge(theirs.Map),
	}
	if p.Bug(bugAddParts) {
		merged.Grown = addParts(o.Grown, theirs.Grown)
	}
	if p.Bug(bugNoTieBreak) {
		merged.Map = firstKnown(o.Map, merged.Map)
	}
	return merged
}

// read returns what a client sees of an object.
func (o objects) read(object string) history.Value {
	switch object {
	case gSet:
		return history.Ints(o.Set...)
	case gCounter:
		return history.Int(o.Grown.Sum())
	case pnCounter:
		return history.Int(o.Plus.Sum() - o.Minus.Sum())
	case orSet:
		return history.Ints(o.Tags.Values()...)
	}
	all := make(map[string]history.Value, len(o.Map))
	for key, e := range o.Map {
		all[key] = history.Int(e.Value)
	}
	return history.Object(all)
}

// addParts is the wrong way to merge counters.
func addParts(a, b lattice.Counter) lattice.Counter {
	for _, node := range slices.Sorted(maps.Keys(b)) {
		a = a.Plus(node, b[node])
	}
	return a
}

// firstKnown are the entries of merged, but mine where the times are equal: what a replica keeps that does not compare nodes.
func firstKnown(mine, merged lattice.Map) lattice.Map {
	for _, key := range slices.Sorted(maps.Keys(mine)) {
		if e := mine[key]; e.Stamp.Time == merged[key].Stamp.Time {
			merged[key] = e
		}
	}
	return merged
}
