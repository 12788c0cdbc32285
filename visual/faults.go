package visual

import (
	"strings"

	"simrun/history"
	"simrun/sim"
	"simrun/sim/fault"
)

// headFault is a fault as a bar of the diagram.
type headFault struct {
	Start  int64      `json:"start"`
	End    int64      `json:"end"`             // -1: it was not healed; Start: it took no time
	Text   string     `json:"text"`            // its line of the plan
	Record int        `json:"record"`          // the record of its beginning, or -1
	Sides  [][]string `json:"sides,omitempty"` // of a cut with clean sides: who is together
	Cut    []headCut  `json:"cut,omitempty"`   // of any other cut: what each node has lost
}

// headCut tells a person what a cut means for one node.
type headCut struct {
	Node string `json:"node"`
	Text string `json:"text"`
}

// traceFaults are the faults that a trace reports, in order of their beginning.
// nodes is the number of servers.
func traceFaults(records []sim.Record, nodes int) []headFault {
	var faults []headFault
	began := map[uint64][]int{} // by event: the faults that began in it and go on
	for i := range records {
		r := &records[i]
		switch r.Kind {
		case sim.FaultOn:
			f := headFault{Start: int64(r.Time), End: -1, Text: r.Text, Record: i}
			if line, err := fault.Parse(r.Text); err == nil && !line.Kind.Lasts() {
				f.End = f.Start // it happens, and is over
			} else {
				began[r.Event] = append(began[r.Event], len(faults))
			}
			f.Sides, f.Cut = cutsOf(r.Text, nodes)
			faults = append(faults, f)
		case sim.FaultOff:
			if open := began[r.Cause]; len(open) > 0 {
				faults[open[0]].End = int64(r.Time)
				began[r.Cause] = open[1:]
			}
		}
	}
	return faults
}

// nemesisFaults are the faults of a recorded history.
func nemesisFaults(h []history.Event) []headFault {
	var faults []headFault
	for _, f := range history.Faults(h) {
		bar := headFault{Start: int64(h[f.Begin].Time), End: -1, Text: f.Text, Record: -1}
		if f.End >= 0 {
			bar.End = int64(h[f.End].Time)
		}
		faults = append(faults, bar)
	}
	return faults
}

// cutsOf reads who is cut off from whom in a resolved line of a plan: the sides,
// if the nodes fall into groups that know nothing of each other, else what each
// node has lost. Neither, if the fault cuts nothing or the line is none of simrun's.
func cutsOf(line string, nodes int) (sides [][]string, cut []headCut) {
	f, err := fault.Parse(line)
	if err != nil || nodes > fault.MaxNodes || f.Shape != "" || !namesNodes(f.Target) {
		return nil, nil
	}
	if f.Kind != fault.Partition && f.Kind != fault.Isolate && f.Kind != fault.Cut {
		return nil, nil
	}
	var gone [fault.MaxNodes + 1]fault.Set // by sender: who no longer hears it
	for _, l := range f.Links(nodes) {
		gone[l.From] |= fault.SetOf(l.To)
	}
	if sides := cleanSides(gone[:], nodes); len(sides) > 1 {
		return sides, nil
	}
	for a := range fault.All(nodes).Nodes() {
		if text := lossText(gone[:], a, nodes); text != "" {
			cut = append(cut, headCut{Node: a.String(), Text: text})
		}
	}
	return nil, cut
}

// cleanSides groups the nodes that a cut touches by whom they still reach; the
// others reach all. Nil if that makes no groups, because some pair is cut in one
// direction, or has a third node between.
func cleanSides(gone []fault.Set, nodes int) [][]string {
	var touched fault.Set
	for a := range fault.All(nodes).Nodes() {
		touched |= gone[a]
		if gone[a] != 0 {
			touched |= fault.SetOf(a)
		}
	}
	var sides [][]string
	var done fault.Set
	for a := range touched.Nodes() {
		reach := touched &^ gone[a]
		for b := range reach.Nodes() {
			if touched&^gone[b] != reach {
				return nil
			}
		}
		if done.Has(a) {
			continue
		}
		done |= reach
		var names []string
		for b := range reach.Nodes() {
			names = append(names, b.String())
		}
		sides = append(sides, names)
	}
	return sides
}

// lossText says whom a node no longer reaches or hears.
func lossText(gone []fault.Set, a fault.Node, nodes int) string {
	var deaf fault.Set
	for b := range fault.All(nodes).Nodes() {
		if gone[b].Has(a) {
			deaf |= fault.SetOf(b)
		}
	}
	both := gone[a] & deaf
	var parts []string
	for _, p := range []struct {
		words string
		set   fault.Set
	}{{"cut off from", both}, {"unheard by", gone[a] &^ both}, {"deaf to", deaf &^ both}} {
		if p.set != 0 {
			parts = append(parts, p.words+" "+p.set.String())
		}
	}
	return strings.Join(parts, ", ")
}

// namesNodes reports whether a target is spelled out, so that it can be asked whom it hits.
func namesNodes(t fault.Target) bool {
	words := strings.FieldsFunc(string(t), func(r rune) bool { return strings.ContainsRune(" ,|<>", r) })
	for _, w := range words {
		var id sim.NodeID
		if w != "and" && (id.UnmarshalText([]byte(w)) != nil || id <= 0) {
			return false
		}
	}
	return len(words) > 0
}
