package fault

import (
	"slices"
	"time"

	"simrun/sim/disk"
)

// Profile is what a system says of itself to whoever plans faults for it.
type Profile struct {
	Claims  Claims
	Roles   []string    // what its nodes call themselves, as in State.Role
	Leader  string      // the role whose node matters most: "leader", "primary"; "" if none does
	Elected Event       // what a node reports when it takes that role; "" if it does not
	Events  []EventDecl // what its nodes report, in addition to [EngineEvents]

	// Settles is how long after the last fault, on a healthy network, one node leads, all others follow it, and no other is elected; 0: it does not say.
	// Answers is how long an operation takes at most from then on; 0: it does not say.
	Settles, Answers time.Duration

	// Native says that the nodes are processes of the machine. Its disk and its clock are no fault's to change: such faults are refused,
	// and a crash is kill -9, after which the files are as they were written.
	Native bool
}

// beyondProcesses says why a fault can't be had where nodes are processes of the machine; "" if it can.
func (f *Fault) beyondProcesses() string {
	switch {
	case f.Kind.Family() == Disks:
		return "a process has the disk of the machine, which no fault can change"
	case f.Kind.Family() == Clocks:
		return "a process has the clock of the machine, which no fault can change"
	case f.Op > 0: // of a crash
		return "what a process does to its disk can't be counted"
	case f.Keep != disk.LoseAll && f.Keep != disk.KeepAll:
		return "a process is ended by kill -9, which leaves all that it wrote"
	}
	return ""
}

// Reports tells whether the nodes report an event.
func (pr *Profile) Reports(e Event) bool {
	return slices.ContainsFunc(pr.Events, func(d EventDecl) bool { return d.Event == e })
}

// roles lists the roles that a plan can name.
func (pr *Profile) roles() []string {
	if pr.Leader == "" || slices.Contains(pr.Roles, pr.Leader) {
		return slices.Clone(pr.Roles)
	}
	return append([]string{pr.Leader}, pr.Roles...)
}

// events lists the events that a plan can name. It works on nil.
func (pr *Profile) events() []string {
	list := EngineEvents()
	if pr != nil {
		list = append(list, pr.Events...)
	}
	names := make([]string, len(list))
	for i, e := range list {
		names[i] = string(e.Event)
	}
	slices.Sort(names)
	return slices.Compact(names)
}
