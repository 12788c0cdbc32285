package txn

import (
	"testing"

	"simrun/check"
	isolation "simrun/check/txn"
	"simrun/history"
	"simrun/models"
)

// judge reports whether a history keeps what a workload promises.
func judge(t *testing.T, w models.Workload, events []history.Event) (bool, string) {
	t.Helper()
	if w.Isolation == nil {
		r, err := w.AccountOf(nil).Check(events, check.Options{})
		if err != nil {
			t.Fatal(err)
		}
		return r.Outcome == check.Valid, r.Reason
	}
	v, err := isolation.Check(events, isolation.Options{Level: w.Isolation(nil)})
	if err != nil {
		t.Fatal(err)
	}
	return v.Outcome() == check.Valid, v.Results[v.Level].Reason
}
