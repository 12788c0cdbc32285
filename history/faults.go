package history

import (
	"slices"
	"strings"
)

// Fault is what the nemesis did to a system, from its beginning to its end.
type Fault struct {
	Kind string // "partition"; "fault" if the history gives it no name
	Text string // what it did, for a person

	// Begin and End are positions of events in the history. If Lasts is not set, the fault
	// was a moment, and End says when it was done. A fault that lasts has no end, -1, if the
	// history has none.
	Begin, End int
	Lasts      bool
}

// Faults returns the faults of a history, in order of their beginning. It knows the forms
// of simrun and of Jepsen's nemeses, with values of any kind:
//
//	partition, end partition       of the same value
//	start, stop                    start-partition, stop-partition
//	kill or crash, start           until restart or recover, too
//	pause, resume                  partition, heal
//	bump-clock, reset-clock        and other names with clock, bump, strobe
//
// A fault of another name, or without an end, is a moment, unless its name begins with
// start, or its value ends in " forever". Jepsen writes each line twice, when it begins and
// when it is done; both count as one, with the value of the second.
func Faults(events []Event) []Fault {
	var f faults
	for _, a := range actions(events) {
		f.act(a)
	}
	for _, o := range f.open {
		fault := &f.all[o.fault]
		fault.Lasts = strings.HasPrefix(o.name, "start") || strings.HasSuffix(o.line, " forever")
		if fault.Lasts {
			fault.End = -1
		}
	}
	return f.all
}

// action is one thing that a nemesis did: an event, or the two that Jepsen writes.
type action struct {
	name        string
	value       Value
	begin, done int
}

// line is the value of an action, if it is a text.
func (a action) line() string {
	if line, ok := a.value.AsString(); ok {
		return line
	}
	return ""
}

// planned reports whether a value is a line of a plan of simrun, which says it all.
func planned(line string) bool { return strings.HasPrefix(line, "at ") }

// actions lists what the nemesis did.
func actions(events []Event) []action {
	var all []action
	twice, run := true, 0 // each line is written twice, as far as seen; length of the run of one name
	for i, e := range events {
		if e.Process != Nemesis {
			continue
		}
		a := action{e.F, e.Value, i, i}
		if strings.HasPrefix(a.name, "end ") || planned(a.line()) {
			twice = false // simrun's form
		}
		if n := len(all); n > 0 && all[n-1].name == a.name {
			run++
		} else {
			twice = twice && run%2 == 0
			run = 1
		}
		all = append(all, a)
	}
	if !twice || len(all) < 2 {
		return all
	}
	var pairs []action
	for i := 0; i < len(all); i += 2 {
		a := all[i]
		if i+1 < len(all) {
			if a.done = all[i+1].begin; !all[i+1].value.IsNull() {
				a.value = all[i+1].value
			}
		}
		pairs = append(pairs, a)
	}
	return pairs
}

// faults are those of a history that is being read.
type faults struct {
	all  []Fault
	open []openFault
}

// openFault is a fault that may still end.
type openFault struct {
	fault int // position in all
	name  string
	line  string
	value Value
}

// act takes the next action: it ends faults, or begins one.
func (f *faults) act(a action) {
	if strings.HasPrefix(a.name, "end ") {
		f.end(a.begin, true, func(o openFault) bool { return "end "+o.name == a.name && o.value == a.value })
		return
	}
	healed := f.end(a.begin, false, func(o openFault) bool { return !planned(o.line) && heals(a.name, f.all[o.fault].Kind) })
	if healed || strings.HasPrefix(a.name, "stop") {
		return
	}
	kind, begins := strings.CutPrefix(a.name, "start-")
	if a.name == "start" {
		kind, begins = "fault", true
	}
	if at := slices.IndexFunc(f.open, func(o openFault) bool { return begins && o.name == a.name }); at >= 0 {
		return // it goes on
	}
	f.open = append(f.open, openFault{len(f.all), a.name, a.line(), a.value})
	f.all = append(f.all, Fault{Kind: kind, Text: a.text(kind), Begin: a.begin, End: a.done})
}

// end ends the faults that match, or the first of them. It reports whether there was one.
func (f *faults) end(at int, first bool, matches func(openFault) bool) bool {
	ended := false
	f.open = slices.DeleteFunc(f.open, func(o openFault) bool {
		if first && ended || !matches(o) {
			return false
		}
		f.all[o.fault].End, f.all[o.fault].Lasts = at, true
		ended = true
		return true
	})
	return ended
}

// heals reports whether an action ends faults of a kind.
func heals(name, kind string) bool {
	if of, ok := strings.CutPrefix(name, "stop-"); ok {
		return kind == of
	}
	switch name {
	case "stop":
		return kind == "fault"
	case "start", "restart", "recover":
		return kind == "kill" || kind == "crash"
	case "resume":
		return kind == "pause"
	case "heal":
		return kind == "partition" || kind == "fault"
	case "reset", "reset-clock", "reset-clocks":
		return strings.Contains(kind, "clock") || strings.Contains(kind, "bump") || strings.Contains(kind, "strobe")
	}
	return false
}

// text is what an action did, for a person.
func (a action) text(kind string) string {
	switch line := a.line(); {
	case planned(line):
		return line
	case line != "":
		return kind + ": " + line
	case a.value.IsNull():
		return kind
	}
	return kind + " " + a.value.String()
}
