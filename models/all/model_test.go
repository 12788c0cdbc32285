package all

import (
	"strings"
	"testing"

	"simrun/models"
	"simrun/sim"
)

// Every model says of itself what people need to use it.
func TestModelsAreComplete(t *testing.T) {
	for _, m := range Models() {
		if m.Name == "" || m.Summary == "" || m.Guarantee == "" || m.Check() != nil || len(m.Workloads) == 0 {
			t.Errorf("%+v: a name, a summary, a guarantee or a workload is missing", m)
		}
		for _, w := range m.Workloads {
			if promises(w) != 1 || w.Summary == "" || w.Rate == 0 || w.Keys == 0 || len(w.Mix) == 0 {
				t.Errorf("%s: workload %s lacks a promise (a specification, an account or a level: one of them), a summary or a default", m.Name, w.Name)
			}
		}
		for _, e := range m.Profile.Events {
			if e.Summary == "" {
				t.Errorf("%s: event %s is not described", m.Name, e.Event)
			}
		}
		for _, b := range m.Bugs {
			if b.Summary == "" || b.Source == "" || len(b.Oracles) == 0 || b.Tier == models.Untiered || b.ID != "" && !strings.HasPrefix(b.ID, "B") {
				t.Errorf("%s: bug %s is not described: %+v", m.Name, b.Name, b)
			}
		}
		for _, o := range m.Options {
			if o.Summary == "" || len(o.Values) < 2 {
				t.Errorf("%s: option %s is not described", m.Name, o.Name)
			}
		}
	}
}

// promises counts what the history of a workload must satisfy.
func promises(w models.Workload) (n int) {
	for _, one := range []bool{w.Spec != nil, w.Account.Name != "", w.AccountOf != nil, w.Isolation != nil} {
		if one {
			n++
		}
	}
	return n
}

func TestWrongNames(t *testing.T) {
	_, err := models.ByName(Models(), "rfat")
	wantError(t, err, "rfat", `"raft"`)
	m, err := models.ByName(Models(), "raft")
	if err != nil {
		t.Fatal(err)
	}
	if b, err := m.Bug("b04"); err != nil || b.Name != "truncate-on-stale-append" {
		t.Errorf("bug b04 is %q, %v", b.Name, err)
	}
	_, err = m.Bug("vote-not-persistent")
	wantError(t, err, "bug of raft", `"vote-not-persisted"`)
	system := m.System()
	_, err = system.Complete(sim.Case{Options: map[sim.OptionName]string{"reads": "indx"}})
	wantError(t, err, "option reads", `"index"`)
	if _, err := system.Complete(sim.Case{Options: map[sim.OptionName]string{"reads": "log"}}); err != nil {
		t.Error(err)
	}
}

func wantError(t *testing.T, err error, parts ...string) {
	t.Helper()
	for _, part := range parts {
		if err == nil || !strings.Contains(err.Error(), part) {
			t.Errorf("error %v, want it to hold %q", err, part)
		}
	}
}
