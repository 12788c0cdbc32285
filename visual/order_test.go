package visual_test

import (
	"bytes"
	"strings"
	"testing"

	"simrun/check"
	"simrun/trial"
	"simrun/visual"
)

// The page lists what failed in order of time, whatever the order of the checks is.
func TestFailuresComeInOrderOfTime(t *testing.T) {
	var b bytes.Buffer
	err := visual.Write(&b, visual.Page{Title: "t", Outcome: check.Violation, Summary: "first: a", Checks: []trial.Check{
		{Name: "third check", Outcome: check.Violation, Time: 9, Reason: "reason c"},
		{Name: "first check", Outcome: check.Violation, Time: 1, Reason: "reason a"},
		{Name: "second check", Outcome: check.Violation, Time: 4, Reason: "reason b"},
	}})
	if err != nil {
		t.Fatal(err)
	}
	page := b.String()
	first, second, third := strings.Index(page, "first check"), strings.Index(page, "second check"), strings.Index(page, "third check")
	if first < 0 || !(first < second && second < third) {
		t.Errorf("they are at %d, %d, %d", first, second, third)
	}
}
