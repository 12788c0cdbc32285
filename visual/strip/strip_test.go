package strip_test

import (
	"bytes"
	"encoding/xml"
	"io"
	"strings"
	"testing"
	"time"

	"simrun/sim"
	"simrun/visual/strip"
)

const ms = sim.Time(time.Millisecond)

// result is a run of three nodes and one client: n1 leads and crashes, n2 is paused
// and becomes leader, and n3 is isolated to the end.
func result() *sim.Result {
	state := func(at sim.Time, n sim.NodeID, role string, epoch uint64) sim.Record {
		return sim.Record{Time: at * ms, Kind: sim.StateIs, Node: n, State: &sim.State{Role: role, Epoch: epoch}}
	}
	return &sim.Result{
		Case: sim.Case{Nodes: 3, Clients: 1},
		End:  1000 * ms,
		Trace: &sim.Trace{Records: []sim.Record{
			{Kind: sim.Boot, Node: 1}, {Kind: sim.Boot, Node: 2}, {Kind: sim.Boot, Node: 3},
			state(0, 1, "leader", 1), state(0, 2, "follower", 1), state(0, 3, "follower", 1),
			{Time: 100 * ms, Kind: sim.Send, Node: 1, Peer: 2, Message: 1},
			{Time: 110 * ms, Kind: sim.Deliver, Node: 1, Peer: 2, Message: 1},
			{Time: 120 * ms, Kind: sim.Called, Node: -1, Text: "write x 1"},
			{Time: 200 * ms, Kind: sim.FaultOn, Event: 7, Text: "at 200ms crash n1 for 300ms"},
			{Time: 200 * ms, Kind: sim.Crash, Node: 1},
			{Time: 210 * ms, Kind: sim.Returned, Node: -1, Text: "info write x 1"},
			{Time: 250 * ms, Kind: sim.Send, Node: 2, Peer: 1, Message: 2},
			{Time: 260 * ms, Kind: sim.Drop, Node: 2, Peer: 1, Message: 2, Text: "crash"},
			{Time: 300 * ms, Kind: sim.Pause, Node: 2},
			{Time: 350 * ms, Kind: sim.Resume, Node: 2},
			state(400, 2, "leader", 2),
			{Time: 500 * ms, Kind: sim.FaultOff, Event: 9, Cause: 7, Text: "at 200ms crash n1 for 300ms"},
			{Time: 500 * ms, Kind: sim.Boot, Node: 1},
			{Time: 600 * ms, Kind: sim.FaultOn, Event: 11, Text: "at 600ms isolate n3"},
			{Time: 700 * ms, Kind: sim.FaultOn, Event: 12, Text: "at 700ms heal"},
		}},
	}
}

func draw(t *testing.T, o strip.Options) string {
	t.Helper()
	var b bytes.Buffer
	if err := strip.Write(&b, result(), o); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestStripShowsWhatHappened(t *testing.T) {
	svg := draw(t, strip.Options{Title: "n1 < n2"})
	for what, part := range map[string]string{
		"title":             ">n1 &lt; n2<",
		"lanes":             ">n3<",
		"leaders":           ">leader 1<",
		"the second leader": ">leader 2<",
		"crash":             `class="crash"`,
		"pause":             `class="pause"`,
		"fault":             ">crash n1 for 300ms<",
		"a momentary fault": `class="moment"`,
		"the isolated lane": `class="shade"`,
		"operation":         `class="info" d="M`,
		"message":           `class="mail" stroke-opacity="0.32" d="M`,
		"lost message":      `class="lost" stroke-opacity="0.75" d="M`,
		"axis":              ">1s<",
	} {
		if !strings.Contains(svg, part) {
			t.Errorf("the picture has no %s: %s", what, part)
		}
	}
	d := xml.NewDecoder(strings.NewReader(svg))
	for {
		if _, err := d.Token(); err == io.EOF {
			break
		} else if err != nil {
			t.Fatal(err)
		}
	}
}

func TestStripEndsWhereAsked(t *testing.T) {
	svg := draw(t, strip.Options{To: 300 * ms})
	for _, part := range []string{"leader 2", "isolate", ">1s<", `class="title"`} {
		if strings.Contains(svg, part) {
			t.Errorf("a picture of 300 ms holds %q", part)
		}
	}
}

// A part of a run shows what is in it, says what the operations were, and points out the core.
func TestStripShowsAPart(t *testing.T) {
	svg := draw(t, strip.Options{From: 205 * ms, To: 650 * ms, Operations: true})
	for _, part := range []string{"write x 1", `class="term"`, "isolate n3", ">300ms</text>"} {
		if !strings.Contains(svg, part) {
			t.Errorf("no %s in %s", part, svg)
		}
	}
	for _, part := range []string{`class="crash"`, ">0s</text>", ">700ms</text>", `class="op wrong"`} {
		if strings.Contains(svg, part) {
			t.Errorf("%s, which is not in this part", part)
		}
	}
	if svg := draw(t, strip.Options{Operations: true, Core: []int{0}}); !strings.Contains(svg, `<text class="op wrong" `) || !strings.Contains(svg, `<path class="core" d="M`) {
		t.Errorf("the core is not pointed out: %s", svg)
	}
	if svg := draw(t, strip.Options{Leads: "follower"}); strings.Count(svg, `class="lead"`) != 2 {
		t.Errorf("the role that leads is not pointed out: %s", svg)
	}
}
