package visual

import (
	"strings"

	"simrun/history"
	"simrun/sim"
)

// headFault is a fault as a bar of the diagram.
type headFault struct {
	Start  int64      `json:"start"`
	End    int64      `json:"end"`    // -1: it was not healed
	Text   string     `json:"text"`   // its line of the plan
	Sides  [][]string `json:"sides"`  // of a partition: who is together
	Record int        `json:"record"` // the record of its beginning, or -1
}

// traceFaults are the faults that a trace tells of, in order of their beginning.
func traceFaults(records []sim.Record) []headFault {
	var faults []headFault
	began := map[uint64][]int{} // by event: the faults that began in it and go on
	for i := range records {
		r := &records[i]
		switch r.Kind {
		case sim.FaultOn:
			began[r.Event] = append(began[r.Event], len(faults))
			faults = append(faults, headFault{Start: int64(r.Time), End: -1, Text: r.Text, Sides: sides(r.Text), Record: i})
		case sim.FaultOff:
			if open := began[r.Cause]; len(open) > 0 {
				faults[open[0]].End = int64(r.Time)
				began[r.Cause] = open[1:]
			}
		}
	}
	return faults
}

// nemesisFaults are the lines of the nemesis in a recorded history. Jepsen writes
// two lines when it begins a fault and two when it ends it; each is a mark in time.
func nemesisFaults(h []history.Event) []headFault {
	var faults []headFault
	for _, e := range h {
		if e.Process >= 0 {
			continue
		}
		text := e.F
		if v := shown(e.Value); v != "" {
			text += " " + v
		}
		faults = append(faults, headFault{Start: int64(e.Time), End: int64(e.Time), Text: text, Record: -1})
	}
	return faults
}

// sides reads who is together in a line of a plan like "partition n1,n2 |
// n3,n4,n5 for 800ms"; nil if the line has no sides.
func sides(line string) [][]string {
	var out [][]string
	var side []string
	for _, word := range strings.Fields(strings.ReplaceAll(line, "|", " | ")) {
		names := strings.Split(word, ",")
		switch {
		case word == "|":
			out, side = append(out, side), nil
		case allParticipants(names):
			side = append(side, names...)
		case len(out) > 0:
			return append(out, side)
		default:
			side = nil // names before the sides: of something else
		}
	}
	if len(out) == 0 {
		return nil
	}
	return append(out, side)
}

// allParticipants reports whether every name is that of a server or a client.
func allParticipants(names []string) bool {
	for _, name := range names {
		var id sim.NodeID
		if name == "" || id.UnmarshalText([]byte(name)) != nil {
			return false
		}
	}
	return true
}
