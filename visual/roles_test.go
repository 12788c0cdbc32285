package visual_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"simrun/sim"
	"simrun/visual"
)

// rolesPage is a run of one node in each role, with a fault of the plan that takes two steps and messages that nobody was there to receive.
func rolesPage(roles []string) visual.Page {
	var records []sim.Record
	add := func(r sim.Record) {
		r.Event = uint64(len(records) + 1)
		r.Time = sim.Time(r.Event) * sim.Time(time.Millisecond)
		records = append(records, r)
	}
	for i, role := range roles {
		id := sim.NodeID(i + 1)
		add(sim.Record{Kind: sim.Boot, Node: id})
		add(sim.Record{Kind: sim.StateIs, Node: id, State: &sim.State{Role: role}})
	}
	for range 2 {
		add(sim.Record{Kind: sim.FaultOn, Text: "clog on n1 for 1s"})
		add(sim.Record{Kind: sim.FaultOff, Cause: uint64(len(records))})
	}
	for i, why := range []string{"down", "late", "partition"} {
		message := uint64(i + 1)
		add(sim.Record{Kind: sim.Send, Node: 1, Peer: 2, Message: message, Text: "x"})
		add(sim.Record{Kind: sim.Drop, Node: 1, Peer: 2, Message: message, Cause: uint64(len(records)), Text: why})
	}
	return visual.Page{Title: "roles", Case: []byte(`{"version": 1, "model": "m", "seed": 1, "faults": ["at 1ms swizzle-clog for 1s"]}`), Trace: &sim.Trace{Records: records}}
}

// Each role has a colour of its own, also those that are known under the same colour, in the light and in the dark.
func TestRolesHaveDifferentColours(t *testing.T) {
	roles := []string{"service", "head", "middle", "tail", "joining", "halted", "leader", "primary", "follower", "backup"}
	for name, options := range map[string][]option{"light": nil, "dark": {dark}} {
		t.Run(name, func(t *testing.T) {
			b := open(t, rolesPage(roles), options...)
			b.state()
			colours := eval[[]string](b, `[...document.querySelectorAll(".legend .group")].find((g) => g.querySelector(".title").textContent === "roles")
				.querySelectorAll(".sign").values().map((s) => s.textContent + "=" + s.firstElementChild.style.background).toArray().slice(0, 10)`)
			var seen []string
			for i, c := range colours {
				if len(c) <= len(roles[i])+1 || c[:len(roles[i])+1] != roles[i]+"=" {
					t.Fatalf("the legend has %q in place of the colour of %s", c, roles[i])
				}
				seen = append(seen, c[len(roles[i])+1:])
			}
			slices.Sort(seen)
			if len(slices.Compact(seen)) != len(roles) {
				t.Errorf("two roles share a colour: %q", colours)
			}
			b.quiet()
		})
	}
}

// The panel counts what a fault of the plan did, step by step, and says why messages were lost.
func TestPanelCountsStepsAndLosses(t *testing.T) {
	b := open(t, rolesPage([]string{"a", "b"}))
	b.state()
	has(t, "the panel", b.text(".details"), "2 steps of 1 fault", "receiver down", "too late", "partition")
	p := rolesPage([]string{"a", "b"})
	p.Case = []byte(`{"version": 1, "model": "m", "seed": 1, "faults": ["at 1ms clog on n1 for 1ms", "at 2ms clog on n1 for 1ms"]}`)
	b = open(t, p)
	b.state()
	if text := b.text(".details"); strings.Contains(text, "steps") || !strings.Contains(text, "2 faults") {
		t.Errorf("the panel does not count 2 faults:\n%s", text)
	}
	b.quiet()
}
