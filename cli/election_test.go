package cli

import (
	"bytes"
	"reflect"
	"strings"
	"testing"
	"time"

	"simrun/models/all"
	"simrun/trial/election"
	chart "simrun/visual/election"
)

// Election times are the same for any number of workers, and have the shape of figure 16: without randomness votes split for long, a little of it
// helps, and shorter timeouts mean shorter times.
func TestElectionTimes(t *testing.T) {
	m, err := modelList(all.Models()).named("raft")
	if err != nil {
		t.Fatal(err)
	}
	by := map[string]election.Row{}
	var rows []election.Row
	for _, s := range election.Settings() {
		row, err := election.Measure(t.Context(), m, s, election.Broadcast, 40, 1, func() {})
		if err != nil {
			t.Fatal(err)
		}
		if s.Name == "12-24ms" || s.Name == "150-155ms" {
			again, err := election.Measure(t.Context(), m, s, election.Broadcast, 40, 3, func() {})
			if err != nil || !reflect.DeepEqual(row, again) {
				t.Errorf("%s: %v; three workers measure %+v, and one %+v", s.Name, err, again, row)
			}
		}
		if least := row.Quantile(0); least < s.Short/2 {
			t.Errorf("%s: a leader after %v, though the last heartbeat was at most half of %v before the crash", s.Name, least, s.Short)
		}
		by[s.Name], rows = row, append(rows, row)
	}
	if n := by["150-150ms"].Never; n < 20 {
		t.Errorf("without randomness only %d of 40 trials have no leader within %v", n, election.Limit)
	}
	for _, name := range []string{"150-175ms", "150-200ms", "150-300ms", "100-200ms", "50-100ms", "25-50ms", "12-24ms"} {
		if r := by[name]; r.Never > 0 || r.Quantile(100) > 3*time.Second {
			t.Errorf("%s: %d trials have no leader, and the longest took %v", name, r.Never, r.Quantile(100))
		}
	}
	for _, shorter := range [][2]string{{"12-24ms", "50-100ms"}, {"50-100ms", "100-200ms"}, {"100-200ms", "150-300ms"}, {"150-175ms", "150-155ms"}, {"150-155ms", "150-151ms"}} {
		if a, b := by[shorter[0]], by[shorter[1]]; a.Mean() >= b.Mean() {
			t.Errorf("%s takes %v on average, and %s %v", shorter[0], a.Mean(), shorter[1], b.Mean())
		}
	}
	var svg bytes.Buffer
	if err := chart.Chart(&svg, rows); err != nil {
		t.Fatal(err)
	}
	for _, r := range rows {
		if want := map[string]int{election.Both: 2}[r.Plot]; strings.Count(svg.String(), ">"+r.Name+"<") != max(want, 1) {
			t.Errorf("the chart does not show %s as often as it must", r.Name)
		}
	}
}
