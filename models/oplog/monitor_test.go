package oplog_test

import (
	"testing"

	"simrun/models/modeltest"
	"simrun/models/oplog"
	"simrun/sim"
)

// Each monitor sees what it is for, and nothing else.
func TestMonitors(t *testing.T) {
	type at struct {
		node sim.NodeID
		fact sim.Fact
	}
	for name, c := range map[string]struct {
		facts []at
		want  string
	}{
		"a sound run": {[]at{{1, oplog.Led{Epoch: 1}}, {2, oplog.Led{Epoch: 2}}, {1, oplog.Applied{Index: 1, Hash: 7}}, {2, oplog.Applied{Index: 1, Hash: 7}},
			{2, oplog.Acknowledged{Index: 1}}, {2, oplog.Recovered{Epoch: 2, Last: 1}}, {2, oplog.Adopted{Epoch: 3}}}, ""},
		"two leaders":     {[]at{{1, oplog.Led{Epoch: 4}}, {3, oplog.Led{Epoch: 4}}}, "one primary per view: n1 and n3 are both primary of view 4"},
		"different logs":  {[]at{{1, oplog.Applied{Index: 1, Hash: 7}}, {2, oplog.Applied{Index: 1, Hash: 8}}}, "equal logs: n1 and n2 applied different entries at index 1"},
		"a lost entry":    {[]at{{2, oplog.Acknowledged{Index: 5}}, {2, oplog.Recovered{Epoch: 1, Last: 4}}}, "durability: n2 acknowledged 5 entries and has 4 after its restart"},
		"an epoch undone": {[]at{{2, oplog.Adopted{Epoch: 5}}, {2, oplog.Recovered{Epoch: 4}}}, "view monotone: the view of n2 went back from 5 to 4"},
		"truncated first": {[]at{{2, oplog.Acknowledged{Index: 5}}, {2, oplog.Truncated{From: 5}}, {2, oplog.Recovered{Epoch: 1, Last: 4}}}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			got := ""
			monitors := oplog.Monitors(3, "primary", "view")
			for _, f := range c.facts {
				if got == "" {
					got = modeltest.Observe(monitors, f.node, f.fact)
				}
			}
			if got != c.want {
				t.Errorf("%q, want %q", got, c.want)
			}
		})
	}
}
